"""Remember the last run of each exercise, for "since last run" and for the road in `mlgrade list`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mlgrade.course import Course
from mlgrade.files import atomic_write, state_folder
from mlgrade.results import ConceptReport, Outcome, Status

# Small files that mlgrade keeps for its user, beside the courses and never in them.
#
# One folder in the user's own data; `MLGRADE_STATE` names another one. Everything here is a convenience: when it cannot
# be read nothing is remembered, and when it cannot be written the caller is told why.

T = TypeVar("T")


def load_state(course: Course, name: str, kind: type[T], default: T) -> T:
    """Read what is remembered of a course under a name; a file that cannot be read counts as no memory."""
    try:
        return msgspec.json.decode(state_path(course, name).read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return default


def save_state(course: Course, name: str, value: Any) -> str:
    """Write, and return "" or why it could not be written."""
    target = state_path(course, name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(target, msgspec.json.encode(value))
    except OSError as error:
        return f"this could not be remembered: {error.strerror} ({target.parent})"
    return ""


def state_path(course: Course, name: str) -> Path:
    """Return the path of a file of the user's state."""
    digest = hashlib.sha256(str(course.root).encode()).hexdigest()[:16]
    return state_folder() / f"{digest}-{name}.json"


# -- progress ------------------------------------------------------------------------------------------------------


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
    return load_state(course, "runs", Memories, {})


def save(course: Course, memories: Memories) -> str:
    """Write, and return "" or why it could not be written."""
    return save_state(course, "runs", memories)


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
