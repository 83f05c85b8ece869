"""Compute what counts now from all attempts and decisions.

The reports of one source are one submission: its newest sound report counts, with the earliest time at which it was
handed in. So a regrade replaces what it regrades, up or down, and is never one more attempt.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import msgspec

from mlgrade.course import Course
from mlgrade.course.model import Attempts, Keep, Late
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.decisions import NO_DECISIONS, EffectiveDecisions, effective, in_effect
from mlgrade.gradebook.model import Attempt, Decision, Grade, GradeState, StudentGrades, StudentHistory
from mlgrade.results import Status


class Terms(NamedTuple):
    """What the course says about one concept."""

    concept: str
    unit: str
    possible: float
    due: datetime | None
    late: Late
    attempts: Attempts


class Judged(NamedTuple):
    """One submission: its newest sound report (or a broken one, if there is none), and what it is worth now.

    `raw` and `worth` are exact; they are rounded where they become a grade. `refused` says why it is not taken.
    """

    attempt: Attempt
    raw: float
    worth: float
    late: timedelta
    refused: str = ""


def terms(course: Course) -> list[Terms]:
    """One entry for each concept, in the order of the course."""
    return [
        Terms(
            concept=concept.id,
            unit=unit.id,
            possible=concept.points,
            due=None if unit.due is None else unit.due.astimezone(UTC),
            late=course.late,
            attempts=course.attempts,
        )
        for unit in course.units
        for concept in unit.concepts
    ]


def current(course: Course, histories: Iterable[StudentHistory]) -> Iterator[StudentGrades]:
    """Compute the grades of each student, one for each concept of the course."""
    all_terms = terms(course)
    return (StudentGrades(history, _grades(all_terms, history)) for history in histories)


def histories(
    attempts: Iterable[Attempt], decisions: Iterable[Decision] = (), people: Iterable[Person] = ()
) -> Iterator[StudentHistory]:
    """Group what is known by student: everybody once, in order.

    `attempts` come by student, as the gradebook streams them; the attempts of one student are held at a time. Raise
    ValueError if they are out of order, which would give somebody two grades.
    """
    persons = {person.student: person for person in people}
    decided: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        decided[decision.student].append(decision)
    waiting = deque(sorted(persons.keys() | decided.keys()))

    def history(student: str, theirs: Sequence[Attempt] = ()) -> StudentHistory:
        return StudentHistory(student, theirs, decided.get(student, ()), persons.get(student))

    last = ""
    for student, theirs in itertools.groupby(attempts, attrgetter("student")):
        if student < last:
            raise ValueError(f"students out of order: {student!r} after {last!r}")
        while waiting and waiting[0] < student:
            yield history(waiting.popleft())
        if waiting and waiting[0] == student:
            waiting.popleft()
        yield history(student, list(theirs))
        last = student
    yield from map(history, waiting)


def _grades(all_terms: Sequence[Terms], history: StudentHistory) -> list[Grade]:
    standing = in_effect(history.decisions)
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in history.attempts:
        attempts[attempt.concept].append(attempt)
    return [
        grade(one, history.student, attempts.get(one.concept, ()), effective(standing, one.concept, one.unit))
        for one in all_terms
    ]


def grade(terms: Terms, student: str, attempts: Sequence[Attempt], decided: EffectiveDecisions = NO_DECISIONS) -> Grade:
    """What counts for one student and one concept."""
    judged = judge(terms, attempts, decided) if attempts else []
    if decided.override is not None and decided.override.points is not None:
        points = _within(decided.override.points, terms)
        return _grade(terms, student, judged, GradeState.GRADED, points=points, reason=decided.override.reason)
    if decided.excuse is not None:
        return _grade(terms, student, judged, GradeState.EXCUSED, reason=decided.excuse.reason)
    earned = _by_hand(decided.manual, terms, _earned(terms, student, judged))
    return _at_least(decided.minimum, terms, _adjusted(decided, earned))


def judge(terms: Terms, attempts: Iterable[Attempt], decided: EffectiveDecisions = NO_DECISIONS) -> list[Judged]:
    """What each submission is worth, in the order in which they were handed in. Untouched stubs are none."""
    due = postponed(terms.due, decided.extension)
    left = terms.attempts.most if terms.attempts.most is not None else math.inf
    if decided.penalty is not None:  # then this is what lateness costs, and the course's own rule does not come on top
        terms = terms._replace(late=Late(grace=terms.late.grace))
    judged: list[Judged] = []
    for attempt, submitted in _submissions(attempts):
        one = _judge(terms, attempt, lateness(submitted, due, terms.late))
        judged.append(one if left > 0 else one._replace(refused=one.refused or _too_many(terms)))
        left -= attempt.status is Status.GRADED  # what could not be graded uses none of the attempts up
    return judged


def points(share: float, possible: float) -> float:
    """A share of the points, rounded down to two decimals. All of them go to a whole share only."""
    if share >= 1.0:
        return possible
    rounded = math.floor(max(share, 0.0) * possible * 100 + 1e-9) / 100
    return rounded if rounded < possible else max(round(possible - 0.01, 2), 0.0)


# -- one submission ---------------------------------------------------------------------------------------------


def _submissions(attempts: Iterable[Attempt]) -> list[tuple[Attempt, datetime | None]]:
    """The report of each source that speaks for it, and when that source was first handed in."""
    begun = [attempt for attempt in attempts if attempt.status is not Status.NOT_STARTED]
    if len(begun) == 1:  # as most are, in a large class
        return [(begun[0], begun[0].submitted_at)]
    by_source: dict[str, list[Attempt]] = {}
    for attempt in sorted(begun, key=attrgetter("id")):
        by_source.setdefault(attempt.source, []).append(attempt)
    return [_first_and_newest(same) for same in sorted(by_source.values(), key=_place)]


def _first_and_newest(same: Sequence[Attempt]) -> tuple[Attempt, datetime | None]:
    sound = [attempt for attempt in same if attempt.status is not Status.BROKEN]
    times = [attempt.submitted_at for attempt in same if attempt.submitted_at is not None]
    return (sound or same)[-1], min(times, default=None)


def _place(same: Sequence[Attempt]) -> tuple[datetime, int]:
    """Where a submission stands among others: when it was last handed in, or graded where nobody knows."""
    return max((attempt.submitted_at or attempt.graded_at, attempt.id) for attempt in same)


def _judge(terms: Terms, attempt: Attempt, late: timedelta) -> Judged:
    graded = attempt.status is Status.GRADED and attempt.possible > 0
    raw = min(max(attempt.earned / attempt.possible, 0.0), 1.0) if graded else 0.0
    refused = ""
    if terms.late.cap is not None and late > terms.late.cap:
        refused = f"handed in {span(late)} late; nothing is taken after {span(terms.late.cap)}"
    return Judged(attempt, raw, raw * kept(late, terms.late), late, refused)


def _too_many(terms: Terms) -> str:
    return f"one attempt more than the {terms.attempts.most} that are taken"


# -- one grade --------------------------------------------------------------------------------------------------


def _earned(terms: Terms, student: str, judged: Sequence[Judged]) -> Grade:
    taken = [one for one in judged if not one.refused]
    if chosen := _chosen(taken, terms.attempts.keep):
        return _scored(terms, student, judged, chosen)
    if broken := [one for one in taken if one.attempt.status is Status.BROKEN]:
        reason = f"attempt {broken[-1].attempt.id} is broken on our side; it will count when it is graded again"
        return _grade(terms, student, judged, GradeState.BROKEN, broken[-1], reason=reason)
    if taken:  # files that cannot run: a zero, and only because there is nothing else
        return _scored(terms, student, judged, taken[-1])
    reason = judged[-1].refused if judged else ""
    return _grade(terms, student, judged, GradeState.MISSING, reason=reason)


def _chosen(taken: Sequence[Judged], keep: Keep) -> Judged | None:
    graded = [one for one in taken if one.attempt.status is Status.GRADED]
    if not graded:
        return None
    return graded[-1] if keep is Keep.LAST else max(graded, key=attrgetter("worth"))  # the first of equals


def _by_hand(manual: Decision | None, terms: Terms, earned: Grade) -> Grade:
    """What a person gave for the submission. What the attempts gave stays to be seen as the score before that."""
    if manual is None or manual.points is None:
        return earned
    points, before = _within(manual.points, terms), earned.points if earned.raw is None else earned.raw
    return msgspec.structs.replace(earned, state=GradeState.GRADED, points=points, raw=before, reason=manual.reason)


def _adjusted(decided: EffectiveDecisions, earned: Grade) -> Grade:
    extra, penalty = (float(one.points or 0.0) if one is not None else 0.0 for one in (decided.extra, decided.penalty))
    if earned.points is None or not (extra or penalty):
        return earned
    points = max(round(earned.points + extra - penalty, 2), 0.0)
    return msgspec.structs.replace(earned, points=points, extra=extra, penalty=penalty)


def _at_least(minimum: Decision | None, terms: Terms, earned: Grade) -> Grade:
    if minimum is None or minimum.points is None:
        return earned
    points = _within(minimum.points, terms)
    if earned.points is not None and earned.points >= points:
        return earned
    return msgspec.structs.replace(earned, state=GradeState.GRADED, points=points, reason=minimum.reason)


def _within(points: float, terms: Terms) -> float:
    """Points that were decided on, when the concept was perhaps worth more."""
    return min(max(points, 0.0), terms.possible)


def _scored(terms: Terms, student: str, judged: Sequence[Judged], one: Judged) -> Grade:
    worth = points(one.worth, terms.possible)
    raw = worth if one.raw == one.worth else points(one.raw, terms.possible)
    return _grade(terms, student, judged, GradeState.GRADED, one, points=worth, raw=raw, reason=_newer(judged[-1], one))


def _newer(newest: Judged, chosen: Judged) -> str:
    """Why the newest submission is not the one that counts, where that is not plain from the scores."""
    if newest is chosen or newest.refused:
        return newest.refused
    if newest.attempt.status is Status.BROKEN:
        return f"attempt {newest.attempt.id} is broken on our side; an earlier one counts until it is graded again"
    return "" if newest.attempt.status is Status.GRADED else "the newest file cannot run; an earlier one counts"


def _grade(
    terms: Terms,
    student: str,
    judged: Sequence[Judged],
    state: GradeState,
    one: Judged | None = None,
    *,
    points: float | None = None,
    raw: float | None = None,
    reason: str = "",
) -> Grade:
    return Grade(
        student=student,
        concept=terms.concept,
        state=state,
        points=points,
        possible=terms.possible,
        raw=raw,
        late=one.late if one else ON_TIME,
        attempts=len(judged),
        attempt=one.attempt.id if one else 0,
        status=one.attempt.status if one else None,
        reason=reason,
    )


# -- lateness ------------------------------------------------------------------------------------------------------

# What time costs: how late something is, and what share of its score that leaves. Pure.

DAY = timedelta(days=1)
ON_TIME = timedelta(0)


def postponed(due: datetime | None, extension: Decision | None) -> datetime | None:
    """The due date of one student. An extension is never less time, and where nothing is due it changes nothing."""
    if due is None or extension is None or extension.until is None:
        return due
    return max(due, extension.until.astimezone(UTC))


def lateness(submitted: datetime | None, due: datetime | None, policy: Late) -> timedelta:
    """The time beyond due date and grace. What has no known time is on time."""
    if submitted is None or due is None:
        return ON_TIME
    # in UTC: two times of one zone are subtracted by their clocks, which is wrong across a change to summer time
    return max(submitted.astimezone(UTC) - due.astimezone(UTC) - policy.grace, ON_TIME)


def kept(late: timedelta, policy: Late) -> float:
    """The share of a score that lateness leaves: less for each day begun, never less than the floor."""
    if late <= ON_TIME:
        return 1.0
    days = -(-late // DAY)
    return max(1.0 - policy.per_day * days, policy.floor, 0.0)


def span(time: timedelta) -> str:
    """A length of time in its two largest units: `2 d 3 h`, `15 min`, `1 s`."""
    seconds = -(-time // timedelta(seconds=1))
    parts = [(seconds // 86_400, "d"), (seconds // 3_600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count or first == len(parts) - 1)
