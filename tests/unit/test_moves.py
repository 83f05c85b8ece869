"""Who moved, why, and what is written down of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mlgrade import course as courses
from mlgrade.batch.moves import GradeMove, Ledger
from mlgrade.gradebook.model import Attempt, DecisionKind, GradeState
from mlgrade.gradebook.store import Gradebook
from mlgrade.results import Outcome, Status

NOW = datetime(2027, 2, 5, 12, tzinfo=UTC)
COURSE = courses.parse("""\
format: 1
title: Small
version: "1.0"
units:
  - id: scores
    title: Scores
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [softmax]}
""")
P, F = Outcome.PASSED, Outcome.FAILED


def attempt(earned: float, checks: Mapping[str, Outcome] | None = None, **given: Any) -> Attempt:
    outcomes = {"public.a": P, "hidden.b": P if earned == 10 else F} if checks is None else checks
    values: dict[str, Any] = {
        "student": "ada",
        "concept": "softmax",
        "source": "a" * 64,
        "suite": "5" * 64,
        "limits": "1" * 64,
        "submitted_at": NOW,
        "graded_at": NOW,
        "status": Status.GRADED,
        "earned": earned,
        "possible": 10.0,
        "checks": tuple(outcomes),
        "outcomes": tuple(outcomes.values()),
        "diagnoses": (),
        "versions": {},
        "report": b"{}",
    }
    return Attempt(**{**values, **given})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "gradebook.db") as opened:
        yield opened


def enter(book: Gradebook, *attempts: Attempt, **options: bool) -> GradeMove | None:
    """Enter attempts one after another, each in a run of its own; return what the last one moved."""
    moves: list[GradeMove | None] = [None]
    for one in attempts:
        known = any(book.attempts(one.student, one.concept))
        moves = Ledger(COURSE, book, lambda: NOW, by="kim", **options).enter([one], [known])
    return moves[-1]


def test_a_first_result_moves_nothing(book: Gradebook) -> None:
    """There was no grade before; it is kept all the same."""
    assert enter(book, attempt(7)) is None
    assert len(list(book.attempts())) == 1


def test_a_regrade_names_the_checks_that_came_out_otherwise(book: Gradebook) -> None:
    """For the same source it is the suite, the limits or we that changed."""
    move = enter(book, attempt(10), attempt(8))
    assert move is not None
    assert (move.before.points, move.after.points, move.change) == (10, 8, -2)
    assert (move.regraded, move.why) == (True, ("hidden.b: passed -> failed",))


def test_checks_that_came_or_went_are_named(book: Gradebook) -> None:
    """A suite that lost a check and won another says both."""
    move = enter(book, attempt(5, {"a": P, "b": F}), attempt(10, {"b": F, "c": P}))
    assert move is not None
    assert move.why == ("c: not there -> passed", "a: passed -> not there")


def test_a_file_that_no_longer_runs(book: Gradebook) -> None:
    """As after an isolation layer was set up: the status is the reason."""
    move = enter(book, attempt(10, {}), attempt(0, {}, status=Status.CANNOT_RUN))
    assert move is not None
    assert move.why == ("the file: graded -> cannot_run",)


def test_another_file_is_no_regrade(book: Gradebook) -> None:
    """The student changed something, which needs no more words."""
    move = enter(book, attempt(8), attempt(10, source="b" * 64))
    assert move is not None
    assert (move.regraded, move.why, move.change) == (False, ("another file was handed in",), 2)


def test_a_dry_run_writes_nothing(book: Gradebook) -> None:
    """Neither attempts nor decisions, and it moves the same grades."""
    enter(book, attempt(10))
    move = enter(book, attempt(8), dry=True)
    assert move is not None
    assert move.change == -2
    held = enter(book, attempt(8), dry=True, never_lower=True)
    assert held is not None
    assert held.change == 0
    assert [one.earned for one in book.attempts()] == [10]
    assert book.decisions() == []


def test_never_lower_promises_what_counted_before(book: Gradebook) -> None:
    """By a decision with its reason, which a second regrade need not make again."""
    move = enter(book, attempt(10), attempt(8), attempt(7), never_lower=True)
    assert move is not None
    assert (move.before.points, move.after.points) == (10, 10)
    [decision] = book.decisions()
    assert (decision.kind, decision.points, decision.by) == (DecisionKind.MINIMUM, 10, "kim")
    assert decision.reason == "never lower: a regrade would have given 8"


def test_never_lower_does_not_hold_a_better_file_down(book: Gradebook) -> None:
    """What was promised is the least, not the most."""
    enter(book, attempt(7), attempt(5), never_lower=True)
    move = enter(book, attempt(9, source="b" * 64))
    assert move is not None
    assert (move.before.points, move.after.points) == (7, 9)


def test_never_lower_is_about_regrades_only(book: Gradebook) -> None:
    """A worse file, where the last one counts, is the student's own choice."""
    enter(book, attempt(8))
    move = enter(book, attempt(0, source="b" * 64, status=Status.CANNOT_RUN), never_lower=True)
    assert move is not None
    assert not move.regraded
    assert book.decisions() == []


def test_our_own_fault_takes_no_points_away(book: Gradebook) -> None:
    """A regrade that broke leaves the earlier report standing, also without a promise."""
    move = enter(book, attempt(8), attempt(0, {}, status=Status.BROKEN), never_lower=True)
    assert move is not None
    assert (move.after.state, move.after.points) == (GradeState.GRADED, 8)
    assert book.decisions() == []
