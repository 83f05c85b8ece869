"""What of our gradebook goes to nbgrader: scores of the attempts, and nothing that came from there or that staff decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mlgrade import course as courses
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind
from mlgrade.gradebook.store import Gradebook
from mlgrade.integrations.nbgrader import push
from mlgrade.results import ConceptReport, Status
from mlgrade.submissions.model import StudentSubmission, Submission

COURSE = courses.parse("""\
format: 1
title: Small
version: "1.0"
units:
  - id: scores
    title: Scores
    due: 2027-02-05T23:59:00+01:00
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [f]}
""")
NOW = datetime(2027, 2, 5, 22, 0, tzinfo=UTC)
FILE = Submission(concept="softmax", file="ada/softmax.py", source="def f():\n    return 'ü'\n".encode())


def attempt(earned: float = 8.0, status: Status = Status.GRADED, **given: Any) -> Attempt:
    report = ConceptReport(concept="softmax", file="", status=status, reason="", earned=earned, possible=10.0, aspects={}, diagnoses=[], checks=[])  # fmt: skip
    values: dict[str, Any] = {
        "student": "ada", "concept": "softmax", "source": FILE.sha256, "suite": "5" * 64, "limits": "1" * 64, "submitted_at": NOW,
        "graded_at": NOW, "status": status, "earned": earned, "possible": 10.0, "checks": (), "outcomes": (), "diagnoses": (),
        "versions": {}, "report": msgspec.json.encode(report),
    }  # fmt: skip
    return Attempt(**{**values, **given})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "ours.db") as opened:
        yield opened


def pushed(book: Gradebook) -> dict[str, list[push.NotebookAnswer]]:
    return dict(push.answers(COURSE, book, [StudentSubmission("ada", FILE, NOW)]))


def test_an_answer(book: Gradebook) -> None:
    """The attempt that counts goes with its report, and with its file where that is still there."""
    book.append([attempt(), attempt(3.0, source="0" * 64), attempt(5.0, student="bob", source="0" * 64)])
    found = pushed(book)
    assert [(one.report.earned, one.source) for one in found["ada"]] == [(8.0, FILE.source.decode())]
    assert [(one.report.earned, one.source) for one in found["bob"]] == [(5.0, "")]


@pytest.mark.parametrize("given", [{"suite": "nbgrader"}, {"status": Status.BROKEN}, {"status": Status.NOT_STARTED}])
def test_what_stays_here(book: Gradebook, given: dict[str, Any]) -> None:
    """What came from nbgrader, a fault of ours and an untouched stub are not sent; beside a score they hide nothing."""
    book.append([attempt(**given)])
    assert pushed(book) == {}
    book.append([attempt(4.0, source="0" * 64, submitted_at=NOW - timedelta(days=1))])
    assert [one.report.earned for one in pushed(book)["ada"]] == [4.0]


@pytest.mark.parametrize(
    "kind",
    [DecisionKind.OVERRIDE, DecisionKind.EXCUSE, DecisionKind.MINIMUM, DecisionKind.MANUAL, DecisionKind.PENALTY],
)
def test_what_staff_decided_stays_here(book: Gradebook, kind: DecisionKind) -> None:
    """The automatic score goes over as it is, whatever was decided about the grade."""
    book.append([attempt()])
    book.decide(Decision(student="ada", target="concept:softmax", kind=kind, reason="so", by="kim", at=NOW, points=1.0))
    assert [one.report.earned for one in pushed(book)["ada"]] == [8.0]


def test_the_account() -> None:
    """Counts first, then by name whatever was not sent; no name moves a cursor."""
    account = push.PushReport()
    account.add("pushed")
    account.add("answers")
    for number in range(12):
        account.add("left alone: handed in as a notebook", f"s{number}\x1b, scores/softmax")
    first, second = push.lines(account)
    assert first == "1 answer in 1 notebook"
    assert second.startswith("12 left alone: handed in as a notebook: s0\\x1b, scores/softmax; s1")
    assert second.endswith("; and 2 more")
