"""What was collected and what was reported must agree; where they do not, it is our fault and never a zero."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mlgrade
from mlgrade import Outcome, Status
from mlgrade.suite.session import Ran, Suite

RUN = Suite.run
ROOT = Path(__file__).resolve().parents[2]
DISAGREEMENTS: dict[str, Callable[[list[Ran]], list[Ran]]] = {
    "one is missing": lambda ran: ran[:-1],
    "one is there twice": lambda ran: [*ran, ran[-1]],
    "all are missing": lambda _: [],
}


def report_on(course: Path) -> Any:
    shutil.copy(ROOT / "solutions/softmax.py", course / "exercises")
    return mlgrade.check(course / "exercises/softmax.py", course=course)


@pytest.mark.parametrize("how", DISAGREEMENTS)
def test_a_disagreement_is_broken(how: str, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A right answer with a check unreported, or reported twice, is broken: not complete, and not a failure."""
    monkeypatch.setattr(Suite, "run", lambda *args: DISAGREEMENTS[how](RUN(*args)))
    [concept] = report_on(course).concepts
    assert concept.status is Status.BROKEN
    assert {check.outcome for check in concept.checks} <= {Outcome.PASSED, Outcome.BROKEN}
    assert len(concept.checks) == 32
    assert concept.checks[-1].outcome is Outcome.BROKEN


def test_a_report_on_nothing(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report on a check that was never collected is our fault too, and says which."""
    checks = {}

    def remember(*args: Any) -> list[Ran]:
        checks["ran"] = RUN(*args)
        return checks["ran"]

    monkeypatch.setattr(Suite, "run", remember)
    report_on(course)
    with pytest.raises(mlgrade.MlgradeError, match=r"softmax\.public\.one_row, which was not collected"):
        Suite(()).complete(checks["ran"][:1])


def test_a_suite_that_ends_itself(course: Path) -> None:
    """A check that calls sys.exit is broken; the others are graded, and the grader goes on."""
    suite = course / "tests/hidden/test_softmax.py"
    suite.write_text(suite.read_text() + "\n\ndef test_ends(student):\n    '''Ends.'''\n    raise SystemExit(0)\n")
    report = report_on(course)
    assert report.status is Status.BROKEN
    assert report.concepts[0].count(Outcome.PASSED) == 32
