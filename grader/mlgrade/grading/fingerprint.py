"""What a grade depends on, as hashes: the same source, suite and limits give the same result, and are not run again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec

from mlgrade.course import Course
from mlgrade.errors import CourseError
from mlgrade.sandbox import numerics


def suite(course: Course, concept: str) -> str:
    """SHA-256 over all that decides about answers to a concept: suites, reference, misconceptions, what is asked for.

    Its points are not among it: scores are shares, and follow when the points change.
    """
    asked = course.concept(concept)
    digest = hashlib.sha256()
    for name, data in contents(course, concept):
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    seed = course.seed if course.seed < 2**63 else str(course.seed)  # JSON of msgspec holds no larger number
    digest.update(msgspec.json.encode([asked.id, asked.functions, asked.forbid, seed, course.imports]))
    return digest.hexdigest()


def contents(course: Course, concept: str) -> Iterator[tuple[str, bytes]]:
    """The files of a concept that grading reads, by their place in the course."""
    files = [*course.suites(concept), course.solution(concept), course.misconceptions(concept)]
    for path in files:
        if path.is_file():
            yield path.relative_to(course.root).as_posix(), _read(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError([f"{path}: {error.strerror}"]) from None


def limits(course: Course) -> str:
    """Return the hash of the limits of a course."""
    return hashlib.sha256(msgspec.json.encode(course.sandbox_limits())).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of what grades. A change of numpy may change what a file earns; see `environment`."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("mlgrade", "numpy", "pytest")}}


def environment() -> dict[str, str]:
    """Return what graded on this machine, as it is recorded with each grade.

    The kernel differs between machines that grade one class, so it says nothing of whether a submission is unchanged.
    """
    return versions() | numerics.blas()
