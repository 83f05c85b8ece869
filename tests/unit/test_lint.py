"""The search for hidden things in what a student reads: what it finds, and what is no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlgrade import lint
from mlgrade.results import CheckResult, ConceptReport, Finding, Outcome, Status, Visibility
from mlgrade.sandbox.host import Value
from mlgrade.suite.marks import Marks
from mlgrade.suite.session import Check, Ran
from mlgrade.suite.student import Record

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
    return Ran(finding=found, calls=[Record(function="f", args=(INPUT,), kwargs={}, result=Value(value=1))])


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
