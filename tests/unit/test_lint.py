"""The search for hidden things in what a student reads: what it finds, and what is no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlgrade.authoring import lint
from mlgrade.authoring.lint import files, worth
from mlgrade.results import CheckResult, ConceptReport, Finding, Outcome, Status, Visibility
from mlgrade.sandbox.protocol import Value
from mlgrade.suite.marks import Marks
from mlgrade.suite.session import Check, Ran
from mlgrade.suite.student import CallRecord

LINE = "expected = mysterious_formula(z) / 17"
SUITE = f'def test_x(student):\n    """Title of the hidden check."""\n    {LINE}\n    assert 1\n'
INPUT = [0.123456, 7.654321, -3.1415]
SHOWN = "[0.123456, 7.654321, -3.1415]"


def report(message: str = "", **fields: Any) -> ConceptReport:
    check = CheckResult(
        id="c.hidden.x",
        title="Title of the hidden check",
        aspect="values",
        visibility=Visibility.HIDDEN,
        outcome=Outcome.FAILED,
        points=1.0,
        earned=0.0,
        message=message,
        hint="A hint of some length.",
    )
    plain: dict[str, Any] = {"reason": "", "notes": [], "output": "", **fields}
    return ConceptReport(concept="c", file="c.py", status=Status.GRADED, earned=0.0, possible=1.0, aspects={}, diagnoses=[], checks=[check], **plain)  # fmt: skip


def ran(visibility: Visibility = Visibility.HIDDEN, detail: str = "") -> Ran:
    found = Finding(
        id="c.hidden.x",
        title="",
        aspect="",
        visibility=visibility,
        weight=1,
        hint="",
        outcome=Outcome.FAILED,
        problem="",
        detail=detail,
    )
    return Ran(finding=found, calls=[CallRecord(function="f", args=(INPUT,), kwargs={}, result=Value(value=1))])


@pytest.fixture
def checks(tmp_path: Path) -> list[Check]:
    (tmp_path / "test_c.py").write_text(SUITE)
    marks = Marks(title="Title of the hidden check", hint="A hint of some length.")
    return [Check(id="c.hidden.x", name="x", file=str(tmp_path / "test_c.py"), line=1, marks=marks, visibility=Visibility.HIDDEN, function=print, wants=frozenset(), params={})]  # fmt: skip


LEAKS = {
    "a line of the suite in a message": (report(f"at {LINE}"), "", LINE),
    "a line of the suite in the reason": (report(reason=f"{LINE}!"), "", LINE),
    "an input in a message": (report(f"f({SHOWN})"), "", SHOWN),
    "an input in what was printed": (report(output=f"z is {SHOWN}\n"), "", SHOWN),
    "an input in a note": (report(notes=[SHOWN]), "", SHOWN),
    "an expected value": (report("got 0, expected 2.718281828"), "got 0, expected 2.718281828", "got 0, expected 2.718281828"),
}  # fmt: skip


@pytest.mark.parametrize(("shown", "detail", "secret"), LEAKS.values(), ids=LEAKS.keys())
def test_a_leak_is_found(checks: list[Check], shown: ConceptReport, detail: str, secret: str) -> None:
    """A line, an input or an expected value of a hidden check is found wherever it stands in the report."""
    assert lint.leaks(shown, [ran(detail=detail)], checks) == [secret]


def test_what_is_no_leak(checks: list[Check]) -> None:
    """Titles, hints, short lines and what a public check was called with may be read."""
    assert lint.leaks(report("assert 1"), [ran()], checks) == []
    assert lint.leaks(report(f"f({SHOWN})"), [ran(), ran(Visibility.PUBLIC)], checks) == []


def test_a_problem_is_said_with_its_place() -> None:
    """A problem is written as an editor can jump to it."""
    assert str(lint.Problem("tests/hidden/test_c.py", 3, "no hint")) == "tests/hidden/test_c.py:3: no hint"


def test_a_note_says_that_it_is_one() -> None:
    """What fails nothing is marked by a word, not by a colour."""
    assert str(lint.Problem("a.py", 3, "idle", note=True)) == "a.py:3: note: idle"


TRACEBACK = """\
tests/hidden/test_c.py: cannot be collected: ImportError while importing
Traceback:
/usr/lib/importlib.py:90: in import_module
    return x
tests/hidden/test_c.py:2: in <module>
    import y
other.py:9: in <module>
E   ModuleNotFoundError: No y"""
PLACED = {
    "a place": ("tests/hidden/test_c.py:7: odd", [("tests/hidden/test_c.py", 7, "odd")]),
    "a test": ("tests/hidden/test_c.py::test_two: odd", [("tests/hidden/test_c.py", 5, "odd")]),
    "a case of a test": ("tests/hidden/test_c.py::test_two[1-2]: odd", [("tests/hidden/test_c.py", 5, "odd")]),
    "a file": ("tests/hidden/test_c.py: no check is in it", [("tests/hidden/test_c.py", 1, "no check is in it")]),
    "two": ("cards/u.yml:2: a\ncards/u.yml:4: b", [("cards/u.yml", 2, "a"), ("cards/u.yml", 4, "b")]),
    "none": ("something\n odd", [("course.yml", 1, "something odd")]),
    "a traceback": (TRACEBACK, [("tests/hidden/test_c.py", 2, "cannot be collected: ModuleNotFoundError: No y")]),
}


@pytest.mark.parametrize("what", PLACED)
def test_an_error_is_placed(what: str, tmp_path: Path) -> None:
    """Whoever says it, an error ends as file, line and sentence."""
    (tmp_path / "tests" / "hidden").mkdir(parents=True)
    (tmp_path / "tests" / "hidden" / "test_c.py").write_text(
        "import x\nimport y\ndef test_one(): ...\n\ndef test_two(): ...\n"
    )
    text, expected = PLACED[what]
    found = files.of(text, tmp_path, tmp_path / "course.yml")
    assert [(str(Path(one.file).relative_to(tmp_path).as_posix()), one.line, one.text) for one in found] == expected


def test_what_counts_as_slow() -> None:
    """Many times the median, and a share of a submission's time: a check of microseconds is slow beside none."""
    quick = {f"c{n}": 0.001 for n in range(9)}
    assert worth.slower(quick | {"x": 0.5}, allowed=20.0) == [("x", 500.0)]
    assert worth.slower(quick | {"x": 0.5}, allowed=100.0) == []
    assert worth.slower(dict.fromkeys(quick, 0.5) | {"x": 5.0}, allowed=20.0) == []
    assert worth.slower({}, allowed=20.0) == []


def test_a_tolerance_is_put_back() -> None:
    """Also after an error, comparisons are what they were."""
    before = vars(worth.compare)["_near"]
    with worth.tolerance(lambda *_: (1.0, 1.0)):
        worth.compare.close(1.0, 1.5)
        with pytest.raises(worth.compare.Mismatch):
            worth.compare.close(50.0, 9.0)
    with pytest.raises(worth.compare.Mismatch), worth.tolerance(lambda *_: (1.0, 1.0)):
        worth.compare.close(50.0, 9.0)
    assert vars(worth.compare)["_near"] is before
    with pytest.raises(worth.compare.Mismatch):
        worth.compare.close(1.0, 1.5)
