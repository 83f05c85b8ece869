"""What every package carries: the files of a course that grading reads, this mlgrade, and the versions it runs with."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import CourseError, SuiteError, UsageError, closest
from mlgrade.grading import fingerprint
from mlgrade.grading import grader as grading
from mlgrade.integrations import wheel

REQUIREMENTS = "requirements.txt"


def chosen(course: Course, units: Sequence[str], concepts: Sequence[str]) -> list[str]:
    """The concepts that any of these names, in the order of the course; without names, all."""
    known = {unit.id: [concept.id for concept in unit.concepts] for unit in course.units}
    for unit in units:
        if unit not in known:
            raise UsageError(f'no unit "{unit}"{closest(unit, known) or "; this course has " + ", ".join(known)}')
    named = {course.concept(concept).id for concept in concepts} | {one for unit in units for one in known[unit]}
    return [concept.id for concept in course.concepts if concept.id in named or not (units or concepts)]


def proved(course: Course, concepts: Sequence[str]) -> None:
    """Raise for a course that cannot grade, before it is handed to somebody else's machine."""
    if course.edition:
        raise UsageError(f"{course.root}: is the student edition {course.edition}; give the staff's course (--course)")
    if absent := [concept for concept in concepts if not course.solution(concept).is_file()]:
        raise CourseError([f"{course.root}: no solutions/{concept}.py" for concept in absent])
    try:
        grading.collect(course, concepts)
    except SuiteError as error:
        raise CourseError([str(error)]) from None


def course_files(course: Course, concepts: Sequence[str]) -> dict[str, bytes]:
    """course.yml, suites, references and misconceptions: exactly what decides about answers to these concepts."""
    found = {courses.FILE: (course.root / courses.FILE).read_bytes()}
    for concept in concepts:
        found |= dict(fingerprint.contents(course, concept))
    return found


def mlgrade_files(
    course: Course, built: Path | None, *, allow_weak_isolation: bool, extras: Sequence[str] = ()
) -> dict[str, bytes]:
    """Mlgrade itself and the versions that it needs."""
    data = wheel.given(built) if built else wheel.made()
    if allow_weak_isolation and wheel.holds_a_course(data):
        raise UsageError(f"{built}: holds a course, which reduced walls do not hide; leave out --wheel")
    return {REQUIREMENTS: wheel.requirements(course.imports, extras).encode(), wheel.NAME: data}


def python() -> str:
    """The Python that these versions were chosen with, such as 3.12."""
    return ".".join(platform.python_version_tuple()[:2])
