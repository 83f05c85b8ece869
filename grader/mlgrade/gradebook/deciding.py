"""What a decision may say in this course: a target that exists, a date that helps, points that there are. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from mlgrade.course import Course, Unit
from mlgrade.errors import UsageError, closest
from mlgrade.text import one_line

COURSE = "course"  # the whole course, as people write it; "" in a decision
_LAST_YEAR = 9000  # far from where adding a grace time would leave the calendar


def target(course: Course, name: str) -> str:
    """The target of a decision that a person means by `softmax`, `unit:attention` or `course`."""
    known = list(_targets(course))
    meant = [full for short, full in known if name in (short, full)]
    if len(meant) == 1:
        return meant[0].removeprefix(f"{COURSE}:")
    if meant:
        raise UsageError(f'"{one_line(name)}" is the name of two things; write {" or ".join(meant)}')
    near = closest(name, [spelling for pair in known for spelling in pair])
    raise UsageError(f'no concept or unit "{one_line(name)}"{near or f"; `{COURSE}` means all of it"}')


def until(course: Course, target: str, text: str) -> datetime:
    """A new due date, which is later than the one it replaces."""
    when = _when(text)
    due = min((due for _, due in _dues(course, target)), default=None)
    if due is None:
        raise UsageError(f"{shown(target)} has no due date; there is nothing to extend")
    if when <= due:
        raise UsageError(f"{text} is not after the due date {due.isoformat(sep=' ')} of {shown(target)}")
    return when


def later(course: Course, target: str, days: int) -> list[tuple[str, datetime]]:
    """The due dates of a target moved by whole days; of the course, one for each unit."""
    moved = [(one, due + timedelta(days=days)) for one, due in _dues(course, target)]
    if not moved:
        raise UsageError(f"{shown(target)} has no due date; there is nothing to extend")
    return moved


def points(course: Course, concept: str, value: float) -> float:
    """Check the points of a decision. Raise UsageError for more than the concept has."""
    possible = course.concept(concept).points
    if not 0 <= value <= possible:  # also refuses nan
        raise UsageError(f"{concept}: from 0 to {possible:g} points (got {value:g})")
    return value


def shown(target: str) -> str:
    """Return the target of a decision in words."""
    return target or "the course"


def _when(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        when = None
    if when is None or when.tzinfo is None or not 1970 < when.year < _LAST_YEAR:
        raise UsageError(f'"{one_line(text[:60])}": not a date with time and time zone, such as 2027-02-20T23:59+01:00')
    return when.astimezone(UTC)


def _dues(course: Course, target: str) -> list[tuple[str, datetime]]:
    units = [unit for unit in course.units if not target or target in _within(unit)]
    return [(target or f"unit:{unit.id}", unit.due) for unit in units if unit.due is not None]


def _within(unit: Unit) -> list[str]:
    return [f"unit:{unit.id}", *(f"concept:{concept.id}" for concept in unit.concepts)]


def _targets(course: Course) -> Iterator[tuple[str, str]]:
    """Short names, and full ones that are never the name of two things."""
    yield COURSE, f"{COURSE}:"
    yield from ((unit.id, f"unit:{unit.id}") for unit in course.units)
    yield from ((concept.id, f"concept:{concept.id}") for concept in course.concepts)
