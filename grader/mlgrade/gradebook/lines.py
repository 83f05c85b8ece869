"""Grades and their history as lines of text. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from mlgrade.course import Concept, Course, Unit
from mlgrade.gradebook import policy
from mlgrade.gradebook.decisions import NO_DECISIONS, EffectiveDecisions, effective, in_effect, target_words
from mlgrade.gradebook.model import Attempt, Decision, Grade, GradeState
from mlgrade.gradebook.policy import ON_TIME, Judged, postponed, span
from mlgrade.results import Status
from mlgrade.text import one_line

_GRADED_WITH = (  # names in `Attempt.versions`, and what a person calls them
    ("mlgrade", "mlgrade"),
    ("python", "Python"),
    ("numpy", "numpy"),
    ("blas", "BLAS"),
    ("kernel", "kernel"),
    ("isolation", "isolation"),
)


def score(points: float | None, possible: float) -> str:
    """Return points of possible points."""
    return f"{'-' if points is None else f'{points:.10g}'} of {possible:.10g}"


def total(grades: Iterable[Grade]) -> str:
    """Points over what counts so far, and beside them what does not: excused and broken are in neither number."""
    listed = list(grades)
    counted = [grade for grade in listed if grade.state in (GradeState.GRADED, GradeState.MISSING)]
    points = sum(grade.points or 0.0 for grade in counted)
    return f"{score(round(points, 2), round(sum(grade.possible for grade in counted), 2)):>14}{_beside(listed)}"


def of_student(course: Course, grades: Sequence[Grade]) -> Iterator[str]:
    """One student in full: a line for each concept, a sum for each unit."""
    by_concept = {grade.concept: grade for grade in grades}
    for unit in course.units:
        theirs = [by_concept[concept.id] for concept in unit.concepts if concept.id in by_concept]
        yield f"{unit.title}: {total(theirs).strip()}"
        yield from (f"  {grade.concept:<20} {of_grade(grade)}".rstrip() for grade in theirs)
        yield ""
    yield f"All: {total(grades).strip()}"


def of_class(grades: Iterable[Grade]) -> Iterator[str]:
    """A line for each student, as they stream by; of one concept with all that is known of it."""
    for student, theirs in itertools.groupby(grades, attrgetter("student")):
        listed = list(theirs)
        yield f"{one_line(student):<24} {of_grade(listed[0]) if len(listed) == 1 else total(listed)}".rstrip()


def of_grade(grade: Grade) -> str:
    """Return a grade in one line."""
    graded = "" if grade.attempt else "overridden"
    state = graded if grade.state is GradeState.GRADED else str(grade.state)
    status = str(grade.status) if grade.status and grade.state is GradeState.GRADED else ""
    remarks = (
        state,
        status.replace("_", " ") if status != Status.GRADED else "",
        f"{span(grade.late)} late" if grade.late > ON_TIME else "",
        f"{score(grade.raw, grade.possible)} before that" if grade.raw not in (None, grade.points) else "",
        f"{grade.extra:.10g} extra credit in it" if grade.extra else "",
        f"{grade.penalty:.10g} off for lateness" if grade.penalty else "",
        f"{grade.attempts} attempts" if grade.attempts > 1 else "",
        one_line(grade.reason),
    )
    return f"{score(grade.points, grade.possible):>14}  {', '.join(filter(None, remarks))}".rstrip()


def history(course: Course, student: str, attempts: Sequence[Attempt], decisions: Sequence[Decision]) -> Iterator[str]:
    """All that was handed in for each concept and what became of it, then what was decided."""
    standing = in_effect(decisions)
    for terms, unit, concept in _concepts(course):
        theirs = [attempt for attempt in attempts if attempt.concept == concept.id]
        decided = effective(standing, concept.id, unit.id)
        grade = policy.grade(terms, student, theirs, decided)
        if theirs or decided is not NO_DECISIONS:
            yield f"{concept.id}{_due(terms, unit, decided)}: {of_grade(grade).strip()}"
            judged = {one.attempt.id: one for one in policy.judge(terms, theirs, decided)}
            yield from (f"  {_attempt(attempt, judged.get(attempt.id), grade, unit)}" for attempt in theirs)
    if gone := sorted({attempt.concept for attempt in attempts} - {concept.id for concept in course.concepts}):
        yield f"and attempts at what is no longer in the course: {', '.join(map(one_line, gone))}"
    yield from _graded_with(attempts)
    if decisions:
        yield "decisions:"
        yield from (f"  {of_decision(decision, standing.values())}" for decision in decisions)


def _graded_with(attempts: Iterable[Attempt]) -> Iterator[str]:
    """What graded, once for all attempts that had the same. An attempt that came from elsewhere says nothing."""
    numbers: dict[str, list[str]] = {}
    for attempt in attempts:
        known = [f"{word} {attempt.versions[name]}" for name, word in _GRADED_WITH if attempt.versions.get(name)]
        numbers.setdefault(one_line(", ".join(known)), []).append(f"#{attempt.id}")
    yield from (f"graded with {known}: {', '.join(ids)}" for known, ids in numbers.items() if known)


def of_decision(decision: Decision, standing: Iterable[Decision]) -> str:
    """Return a decision in one line."""
    what = ""
    if decision.until is not None:
        what = f" until {_time(decision.until)}"
    elif decision.points is not None:
        what = f" to {decision.points:.10g}{_of(decision)}"
    kind = f"revoke {decision.kind}" if decision.revoked else f"{decision.kind}"
    said = f"{_time(decision.at)}  {kind} {target_words(decision.target)}{what}, by {one_line(decision.by)}"
    now = "" if decision.revoked or decision in standing else "  (no longer holds)"
    return f"{said}: {one_line(decision.reason)}{now}"


def _of(decision: Decision) -> str:
    return "" if decision.possible is None else f" of {decision.possible:.10g}"


def _beside(grades: Sequence[Grade]) -> str:
    counts = Counter(str(grade.state) for grade in grades if grade.state is not GradeState.GRADED)
    counts["late"] = sum(grade.late > ON_TIME for grade in grades)
    words = [f"{counts[word]} {word}" for word in ("missing", "late", "excused", "broken") if counts[word]]
    return f"  {', '.join(words)}" if words else ""


def _concepts(course: Course) -> Iterator[tuple[policy.Terms, Unit, Concept]]:
    places = ((unit, concept) for unit in course.units for concept in unit.concepts)
    return ((terms, unit, concept) for terms, (unit, concept) in zip(policy.terms(course), places, strict=True))


def _attempt(attempt: Attempt, judged: Judged | None, grade: Grade, unit: Unit) -> str:
    when = attempt.submitted_at or attempt.graded_at
    shown = f"#{attempt.id}  {_time(when, unit.due)}{'' if attempt.submitted_at else ' (graded)'}"
    status = str(attempt.status).replace("_", " ")
    marked = f"{shown}  {one_line(attempt.source[:8])}  {score(attempt.earned, attempt.possible):>14}  {status}"
    return "  ".join(filter(None, (marked, _late(judged), _fate(attempt, judged, grade))))


def _late(judged: Judged | None) -> str:
    return f"{span(judged.late)} late" if judged is not None and judged.late > ON_TIME else ""


def _fate(attempt: Attempt, judged: Judged | None, grade: Grade) -> str:
    if attempt.status is Status.NOT_STARTED:
        return "an untouched stub"
    if judged is None:
        return "(the same file was graded again)"
    if judged.refused:
        return f"(not taken: {judged.refused})"
    return "<- counts" if attempt.id == grade.attempt and grade.state is GradeState.GRADED else ""


def _due(terms: policy.Terms, unit: Unit, decided: EffectiveDecisions) -> str:
    if unit.due is None:
        return ""
    due = postponed(terms.due, decided.extension)
    longer = f", extended to {_time(due, unit.due)}" if due is not None and due != terms.due else ""
    return f" (due {_time(unit.due, unit.due)}{longer})"


def _time(when: datetime, like: datetime | None = None) -> str:
    """A time in the zone of another one, so that it compares at a glance."""
    zone = UTC if like is None else like.tzinfo
    return when.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")
