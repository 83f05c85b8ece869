"""What is remembered of the last run, and that no memory is as good as a broken one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.reports import progress
from mlgrade.reports.progress import Change, Memory
from mlgrade.results import CheckResult, ConceptReport, Outcome, Status, Visibility

COURSE = """\
format: 1
title: Small
version: "1.0"
units:
  - id: first
    title: First
    concepts:
      - {id: norm, title: Norm, points: 10, functions: [norm]}
      - {id: softmax, title: Softmax, points: 10, functions: [softmax]}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLGRADE_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def small(tmp_path: Path) -> Course:
    return msgspec.structs.replace(courses.parse(COURSE), root=tmp_path)


def report(status: Status = Status.GRADED, earned: float = 10.0, **checks: Outcome) -> ConceptReport:
    results = [
        CheckResult(id=name, title="", aspect="", visibility=Visibility.PUBLIC, outcome=outcome, points=1, earned=1, message="", hint="")
        for name, outcome in checks.items()
    ]  # fmt: skip
    return ConceptReport(concept="norm", file="norm.py", status=status, reason="", earned=earned, possible=10.0, aspects={}, diagnoses=[], checks=results)  # fmt: skip


def test_what_is_saved_is_loaded(small: Course) -> None:
    """Memories come back as they were, and those of another course do not."""
    kept = {"a": progress.memory(report(x=Outcome.PASSED, y=Outcome.FAILED), "hash")}
    assert progress.save(small, kept) == ""
    assert progress.load(small) == kept
    assert kept["a"].passed == ["x"]
    assert progress.load(msgspec.structs.replace(small, root=small.root / "other")) == {}


ROTTEN = [b"", b"\xff", b"[]", b'{"a": 1}', b'{"a": {"sha256": "x"}}', b'{"a": {"sha256": "x", "status": "no such", "earned": 1, "possible": 1, "passed": []}}', b"[" * 100_000]  # fmt: skip


@pytest.mark.parametrize("raw", ROTTEN)
def test_a_broken_memory_is_none(small: Course, raw: bytes) -> None:
    """A file that cannot be read counts as no memory, and the next save fixes it."""
    progress.save(small, {})
    progress.state_path(small, "runs").write_bytes(raw)
    assert progress.load(small) == {}
    assert progress.save(small, {"a": progress.memory(report(), "h")}) == ""
    assert list(progress.load(small)) == ["a"]


def test_what_cannot_be_written_is_said(small: Course, home: Path) -> None:
    """Where the folder cannot be made, the reason comes back as text."""
    home.write_text("a file where the folder should be")
    assert progress.save(small, {}).startswith("this could not be remembered: ")
    assert progress.load(small) == {}


def test_nothing_is_left_beside(small: Course, home: Path) -> None:
    """Writing leaves one file, in the folder that MLGRADE_STATE names."""
    progress.save(small, {})
    progress.save(small, {})
    assert [path.suffix for path in home.iterdir()] == [".json"]


def test_changes_are_counted() -> None:
    """Checks that pass now and did not, and the other way around, are counted."""
    before = progress.memory(report(a=Outcome.PASSED, b=Outcome.PASSED, c=Outcome.FAILED), "h")
    after = report(a=Outcome.PASSED, b=Outcome.RAISED, c=Outcome.PASSED, d=Outcome.PASSED)
    assert progress.change(before, after) == Change(fixed=2, broken=1)


@pytest.mark.parametrize("status", [Status.CANNOT_RUN, Status.NOT_STARTED, Status.TIMED_OUT, Status.BROKEN])
def test_no_change_to_speak_of(status: Status) -> None:
    """After a first run, and before or after one that graded nothing, there is no change."""
    graded = report(a=Outcome.PASSED)
    assert progress.change(None, graded) is None
    assert progress.change(progress.memory(report(status), "h"), graded) is None
    assert progress.change(progress.memory(graded, "h"), report(status)) is None


def done(earned: float, status: Status = Status.GRADED) -> Memory:
    return Memory(sha256="h", status=status, earned=earned, possible=10.0, passed=[])


def test_complete() -> None:
    """Complete is what was graded and earned everything."""
    assert progress.complete(done(10.0))
    assert not progress.complete(done(9.99))
    assert not progress.complete(done(10.0, Status.BROKEN))
    assert not progress.complete(None)


def test_what_comes_next(small: Course) -> None:
    """The next exercise is the first of the course that is not complete; a copy elsewhere does not count."""
    first, second = (progress.key(name, small.exercise(name)) for name in ("norm", "softmax"))
    assert progress.upcoming(small, {}) == "norm"
    assert progress.upcoming(small, {second: done(10.0)}) == "norm"
    assert progress.upcoming(small, {first: done(10.0)}) == "softmax"
    assert progress.upcoming(small, {progress.key("norm", "elsewhere/norm.py"): done(10.0)}) == "norm"
    assert progress.upcoming(small, {first: done(10.0), second: done(10.0)}) == ""
