"""What the last run of each exercise said, for "since last run" and for the road in `mlgrade list`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mlgrade.course import Course
from mlgrade.reports import state
from mlgrade.results import ConceptReport, Outcome, Status


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of one file."""

    sha256: str
    status: Status
    earned: float
    possible: float
    passed: list[str]


class Change(msgspec.Struct, frozen=True):
    """How many checks changed sides since the last run."""

    fixed: int
    broken: int


Memories = dict[str, Memory]


def load(course: Course) -> Memories:
    """Read what is remembered of a course; a file that cannot be read counts as no memory."""
    return state.load(course, "runs", Memories, {})


def save(course: Course, memories: Memories) -> str:
    """Write, and return "" or why it could not be written."""
    return state.save(course, "runs", memories)


def memory(report: ConceptReport, sha256: str) -> Memory:
    """Return what is remembered of a report."""
    passed = [check.id for check in report.checks if check.outcome is Outcome.PASSED]
    return Memory(sha256=sha256, status=report.status, earned=report.earned, possible=report.possible, passed=passed)


def change(before: Memory | None, report: ConceptReport) -> Change | None:
    """Count the checks that changed sides; None for a first run or one that graded nothing."""
    if before is None or report.status is not Status.GRADED or before.status is not Status.GRADED:
        return None
    known, now = set(before.passed), {check.id for check in report.checks if check.outcome is Outcome.PASSED}
    return Change(fixed=len(now - known), broken=len(known - now))


def key(concept: str, file: str | Path) -> str:
    """Return the key of a file in the memories."""
    return f"{concept}:{Path(file).resolve()}"


def of_exercise(course: Course, memories: Memories, concept: str) -> Memory | None:
    """What is remembered of the exercise file of a concept."""
    return memories.get(key(concept, course.exercise(concept)))


def complete(memory: Memory | None) -> bool:
    """Return whether the last run earned everything."""
    return memory is not None and memory.status is Status.GRADED and memory.earned >= memory.possible


def upcoming(course: Course, memories: Memories) -> str:
    """The exercise to do next: the first in the order of the course that is not complete."""
    ids = (concept.id for concept in course.concepts)
    return next((name for name in ids if not complete(of_exercise(course, memories, name))), "")
