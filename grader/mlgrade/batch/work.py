"""What each grading process of a class sets up once and does to every submission. It can travel to other machines."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import CourseError, UsageError
from mlgrade.grading import fingerprint
from mlgrade.grading.grader import Grader
from mlgrade.results import ConceptReport, Status, Visibility
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import StudentSubmission, Submission
from mlgrade.text import clean, one_line


class Graded(msgspec.Struct, frozen=True):
    """The result of one submission, with what it was graded on."""

    report: ConceptReport
    walls: tuple[str, ...]  # that stood in the process that graded it
    environment: dict[str, str] = {}  # versions and BLAS kernel of the process that graded it
    notes: dict[str, str] = {}  # for staff, of the course's own files


class Grading(msgspec.Struct, frozen=True, kw_only=True):
    """Grading of some concepts of a course: by its folder on this machine, or with its files for another."""

    root: str
    prints: dict[str, str]  # concept -> the fingerprint of its suite when the run began
    allow_weak_isolation: bool = False
    files: dict[str, bytes] | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[StudentSubmission], Graded]]:
        """Collect the suites and start the fork server. Raises when the course is no longer the one of the start."""
        started = launcher()  # first of all: the worker loads numpy while this process loads pytest
        with Host(started) as host, self._course() as course:
            self._compare(course)
            if not self.allow_weak_isolation and any(_hidden(course, concept) for concept in self.prints):
                host.require()
            grader = Grader(course, self.prints, host)
            environment = fingerprint.environment()

            def grade(job: StudentSubmission) -> Graded:
                report = grader.grade(job.submission)
                return Graded(report, host.walls, environment, grader.take_notes())

            yield grade

    @contextlib.contextmanager
    def _course(self) -> Iterator[Course]:
        if self.files is None:
            yield courses.load(Path(self.root))
            return
        with tempfile.TemporaryDirectory(prefix="mlgrade-course-") as folder:  # nobody else may enter it
            for name, data in self.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            yield courses.load(Path(folder))

    def _compare(self, course: Course) -> None:
        for concept, known in self.prints.items():
            if fingerprint.suite(course, concept) != known:
                raise CourseError([f"{self.root}: {concept} was changed while the class is being graded; start again"])


def grading(
    course: Course, concepts: Sequence[str], *, allow_weak_isolation: bool = False, travels: bool = False
) -> Grading:
    """Say what is to be done. With `travels`, the course's files go along."""
    if course.edition:
        raise UsageError(
            f"{course.root}: is the student edition {course.edition}, which has no hidden suites; grade with the "
            "staff's course (--course)"
        )
    return Grading(
        root=str(course.root),
        prints={concept: fingerprint.suite(course, concept) for concept in concepts},
        allow_weak_isolation=allow_weak_isolation,
        files=_files(course, concepts) if travels else None,
    )


def lost(course: Course, submission: Submission, why: str) -> ConceptReport:
    """The report of an answer over which a grading process ended: our fault."""
    concept = course.concept(submission.concept)
    return ConceptReport(
        concept=concept.id,
        file=one_line(submission.file),
        status=Status.BROKEN,
        reason=clean(why),
        earned=0.0,
        possible=concept.points,
        aspects={},
        diagnoses=[],
        checks=[],
    )


def _files(course: Course, concepts: Sequence[str]) -> dict[str, bytes]:
    found = {courses.FILE: (course.root / courses.FILE).read_bytes()}
    for concept in concepts:
        found.update(fingerprint.contents(course, concept))
    return found


def _hidden(course: Course, concept: str) -> bool:
    return any(path.parent.name == Visibility.HIDDEN for path in course.suites(concept))
