"""nbgrader's gradebook into ours: what is new in it becomes attempts and decisions, and nothing is said twice.

An automatic score is an attempt of a submission that its assignment, cell and time identify, so that a second autograde
of the same submission replaces the first one, as a regrade does. What people gave in nbgrader (a score by hand, extra
credit), the late penalty, and written answers are decisions of their own kinds, so that each stays to be seen.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter

import msgspec

from mlgrade.course import Course
from mlgrade.gradebook import decisions
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind
from mlgrade.gradebook.store import Gradebook
from mlgrade.integrations.nbgrader.database import DatabaseRecord
from mlgrade.integrations.nbgrader.grade_records import GradeRecord
from mlgrade.results import ConceptReport, Status
from mlgrade.text import one_line

SOURCE = "nbgrader"  # of attempts and decisions: the suite, the limits and the hand that we know nothing more of
SHOWN = 10  # of a list of names
NEAR = 1e-6  # of a share of the points: what a way through two databases may add
_REASONS = {
    DecisionKind.MANUAL: "graded by hand in nbgrader",
    DecisionKind.EXTRA: "extra credit in nbgrader",
    DecisionKind.PENALTY: "late penalty in nbgrader",
    DecisionKind.WRITTEN: "written answer, graded in nbgrader",
}


class PullPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a pull adds to our gradebook. `scores` counts facts by what became of them, `decided` decisions likewise."""

    attempts: list[Attempt]
    decisions: list[Decision]
    scores: Counter[str]
    decided: Counter[tuple[DecisionKind, str]]
    unknown: list[str]  # students whom our gradebook does not know, and who were not taken


def plan(
    course: Course, book: Gradebook, facts: Sequence[GradeRecord], now: datetime, *, new: bool = False
) -> PullPlan:
    """Compare with what is here. `new` takes students whom the roster does not name."""
    roster = set() if new else {*book.students(), *(person.student for person in book.people(dropped=True))}
    decided = _by_student(book.decisions())
    made = PullPlan(attempts=[], decisions=[], scores=Counter(), decided=Counter(), unknown=[])
    for student, group in itertools.groupby(facts, attrgetter("record.student")):
        theirs = list(group)
        if roster and student not in roster:
            made.unknown.append(student)
            continue
        _score(made, theirs, list(book.attempts(student)), now)
        _decide(made, theirs, decisions.in_effect(decided.get(student, ())), course, now)
    return made


def keep(book: Gradebook, made: PullPlan) -> None:
    """Attempts first: whatever comes between the two, the next pull goes on from there."""
    book.append(made.attempts)
    if made.decisions:
        book.decide(*made.decisions)


# -- automatic scores -------------------------------------------------------------------------------------------


def _score(made: PullPlan, facts: Sequence[GradeRecord], here: Sequence[Attempt], now: datetime) -> None:
    for fact in facts:
        if fact.written:
            continue
        if fact.status is None:
            made.scores["missing"] += 1
            continue
        attempt = _attempt(fact, now)
        word = _news(attempt, [one for one in here if one.concept == attempt.concept])
        made.scores[word] += 1
        made.scores[f"of them {attempt.status}"] += 1
        if word != "same":
            made.attempts.append(attempt)


def _news(attempt: Attempt, here: Sequence[Attempt]) -> str:
    """Whether an attempt is new, a change of what nbgrader said before, or the same as what is here already."""
    before = [one for one in here if one.source == attempt.source]
    if before:
        return "same" if _equal(before[-1], attempt) else "changed"
    pushed = (one for one in here if one.suite != SOURCE and _not_after(one, attempt))
    return "same" if any(_equal(one, attempt) for one in pushed) else "new"


def _not_after(one: Attempt, other: Attempt) -> bool:
    """Whether it may be what nbgrader's score is of: it has one time for a unit, the last of its notebooks."""
    return one.submitted_at is None or other.submitted_at is None or one.submitted_at <= other.submitted_at


def _equal(one: Attempt, other: Attempt) -> bool:
    return one.status is other.status and abs(_share(one) - _share(other)) < NEAR


def _share(attempt: Attempt) -> float:
    return attempt.earned / attempt.possible if attempt.possible else 0.0


def _attempt(fact: GradeRecord, now: datetime) -> Attempt:
    record, concept = fact.record, fact.target.partition(":")[2]
    status = fact.status or Status.BROKEN
    earned = max(record.auto or 0.0, 0.0) if status is Status.GRADED else 0.0
    report = ConceptReport(
        concept=concept,
        file=f"{record.assignment}/{record.notebook}.ipynb",
        status=status,
        reason="handed in, and not graded in nbgrader yet" if status is Status.BROKEN else "graded in nbgrader",
        earned=earned,
        possible=record.most,
        aspects={},
        diagnoses=[],
        checks=[],
    )
    return Attempt(
        student=record.student,
        concept=concept,
        source=_identity(record),
        suite=SOURCE,
        limits=SOURCE,
        submitted_at=record.submitted_at,
        graded_at=now,
        status=status,
        earned=earned,
        possible=record.most,
        checks=(),
        outcomes=(),
        diagnoses=(),
        versions={"source": SOURCE},
        report=msgspec.json.encode(report),
    )


def _identity(record: DatabaseRecord) -> str:
    """What stands for the hash of a source that we do not have: one submission of one student."""
    when = "" if record.submitted_at is None else record.submitted_at.isoformat()
    parts = (SOURCE, record.student, record.assignment, record.notebook, record.cell, when)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


# -- what people and penalties decided --------------------------------------------------------------------------


def _decide(
    made: PullPlan, facts: Sequence[GradeRecord], standing: decisions.InEffect, course: Course, now: datetime
) -> None:
    for fact in facts:
        scale, possible = _scale(fact, course)
        for kind, given in _given(fact).items():
            points = None if given is None else round(given * scale, 4)
            held = standing.get((kind, fact.target))
            word = _change(held, points, possible)
            made.decided[kind, word] += bool(word)
            if word in ("", "same"):
                continue
            decision = Decision(
                student=fact.record.student,
                target=fact.target,
                kind=kind,
                reason=_REASONS[kind],
                by=SOURCE,
                at=now,
                points=points,
                possible=possible,
                revoked=points is None,
            )
            made.decisions.append(decision)


def _scale(fact: GradeRecord, course: Course) -> tuple[float, float | None]:
    """From the points of the cell to those of the concept. A written answer keeps its own, with their maximum."""
    if fact.written:
        return 1.0, fact.record.most
    ours = course.concept(fact.target.partition(":")[2]).points
    return (ours / fact.record.most if fact.record.most > 0 else 1.0), None


def _given(fact: GradeRecord) -> Mapping[DecisionKind, float | None]:
    """What is more than an automatic score. A score by hand above the maximum is the maximum and extra credit."""
    record, manual = fact.record, fact.record.manual
    over = max((manual or 0.0) - record.most, 0.0)
    common = {DecisionKind.EXTRA: record.extra + over or None, DecisionKind.PENALTY: fact.penalty or None}
    points = None if manual is None else manual - over
    if not fact.written:
        return {DecisionKind.MANUAL: points, **common}
    auto = record.auto if fact.status is Status.GRADED else None
    return {DecisionKind.WRITTEN: auto if points is None else points, **common}


def _change(held: Decision | None, points: float | None, possible: float | None) -> str:
    if held is None or held.points is None:
        return "" if points is None else "new"
    if points is None:
        return "taken back"
    return "same" if abs(held.points - points) < NEAR and held.possible == possible else "changed"


def _by_student(decisions: Collection[Decision]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.student, []).append(decision)
    return found


# -- as text ----------------------------------------------------------------------------------------------------


def lines(made: PullPlan, read: int, elsewhere: Counter[str]) -> Iterator[str]:
    """The account of a pull: what was read, what is new, what has changed, and what was not taken."""
    scores = made.scores
    yield f"{read} grades read; {scores['new']} scores new, {scores['changed']} changed, {scores['same']} as before"
    if waiting := scores[f"of them {Status.BROKEN}"]:
        yield f"{waiting} handed in and without a score yet (no zero: broken until nbgrader or a person grades it)"
    if untouched := scores[f"of them {Status.NOT_STARTED}"]:
        yield f"{untouched} not started: the answer is as it was released, which counts as nothing handed in"
    if scores["missing"]:
        yield f"{scores['missing']} missing: the notebook was not handed in"
    for kind, title in _TITLES.items():
        counts = [f"{made.decided[kind, word]} {word}" for word in _WORDS if made.decided[kind, word]]
        if counts:
            yield f"{title}: {', '.join(counts).replace('same', 'as before')}"
    if elsewhere:
        names = _named(list(elsewhere))
        yield f"{elsewhere.total()} of cells that are not the course's, which stay in nbgrader: {names}"
    if made.unknown:
        yield f"not on the roster, and not taken (--new takes them): {_named(made.unknown)}"


def _named(names: Sequence[str]) -> str:
    return ", ".join(map(one_line, names[:SHOWN])) + (f" and {len(names) - SHOWN} more" if names[SHOWN:] else "")


_WORDS = ("new", "changed", "taken back", "same")
_TITLES = {
    DecisionKind.MANUAL: "graded by hand",
    DecisionKind.EXTRA: "extra credit",
    DecisionKind.PENALTY: "late penalties, in the place of the course's own",
    DecisionKind.WRITTEN: "written answers, kept for their unit (`gradebook history`), in no score of a concept",
}
