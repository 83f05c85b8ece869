"""Whose code a demo runs, and how: the student's if it passes its checks, else the solution; always in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import msgspec

from mlgrade.course import Course
from mlgrade.grading import prechecks
from mlgrade.grading.grader import Grader
from mlgrade.results import ConceptReport, Outcome, Status
from mlgrade.sandbox.attempt import WorkerSession
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.protocol import Loaded, Raised, Value
from mlgrade.submissions.model import Submission, near, read, request
from mlgrade.suite.compare import Mismatch
from mlgrade.suite.findings import verdict_of
from mlgrade.suite.student import CallError, Student, UnavailableError

_UNFINISHED = {
    Status.NOT_STARTED: "is not started yet",
    Status.CANNOT_RUN: "cannot run yet",
    Status.TIMED_OUT: "was stopped while it was imported",
    Status.BROKEN: "met a check that is broken (the course's fault)",
}


class UnexpectedError(Exception):
    """A call of a demo did not give what it should; the text says which call, and what it gave."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a function of a demo comes from."""

    function: str
    file: str
    yours: bool
    why: str


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The file chosen for a concept. `lack` says why there is none."""

    submission: Submission | None = None
    yours: bool = False
    why: str = ""
    lack: str = ""


def gap(course: Course, function: str, concept: str) -> str:
    """Say that the course does not ask for a function, or nothing."""
    found = next((one for one in course.concepts if one.id == concept), None)
    if found is None:
        return f"this course has no concept {concept}"
    return "" if function in found.functions else f"this course's concept {concept} has no function {function}"


def choose(course: Course, concepts: Iterable[str], host: Host) -> dict[str, Code]:
    """Pick the code of each concept. All exercises are graded by one grader: the suites are collected once."""
    names = list(dict.fromkeys(concepts))
    found = {name: read(path, name) for name in names if (path := near(course.exercise(name))).is_file()}
    grader = Grader(course, found, host) if found else None
    reports = {name: grader.grade(submission) for name, submission in found.items() if grader}
    return {name: _code(course, name, found.get(name), reports.get(name)) for name in names}


def _code(course: Course, concept: str, own: Submission | None, report: ConceptReport | None) -> Code:
    if own and report and complete(report):
        return Code(submission=own, yours=True, why="yours: all its checks pass")
    exercise, solution = near(course.exercise(concept)), near(course.solution(concept))
    unfinished = f"{exercise} {_unfinished(report)}" if report else f"there is no {exercise}"
    if solution.is_file():
        return Code(submission=read(solution, concept), why=f"the solution: {unfinished}")
    lack = f"{unfinished}, and no solution is here to stand in for it"
    return Code(lack=lack + (f"; mlgrade check {exercise} says what is missing" if report else ""))


def complete(report: ConceptReport) -> bool:
    """Return whether a concept earned everything."""
    return report.status is Status.GRADED and report.count(Outcome.PASSED) == len(report.checks)


def _unfinished(report: ConceptReport) -> str:
    counts = f"passes {report.count(Outcome.PASSED)} of {len(report.checks)} checks"
    return _UNFINISHED.get(report.status, counts)


class Stage:
    """Calls functions for a demo, each in a worker of its own file, with the limits of the course."""

    def __init__(self, course: Course, host: Host, functions: Mapping[str, Code]) -> None:
        self._course, self._host, self._functions = course, host, functions
        self._students: dict[str, Student] = {}
        self._said: list[str] = []  # what the code printed while it was imported
        self._open = ExitStack()

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __contains__(self, function: str) -> bool:
        return function in self._functions

    def origins(self) -> list[Origin]:
        """Return whose code was used."""
        return [
            Origin(function=function, file=code.submission.file, yours=code.yours, why=code.why)
            for function, code in self._functions.items()
            if code.submission
        ]

    def output(self) -> str:
        """What the code printed."""
        results = [call.result for student in self._students.values() for call in student.calls]
        return "".join([*self._said, *(one.output for one in results if isinstance(one, (Value, Raised)))])

    def call(self, function: str, *args: Any, right: Callable[[Any], None], **kwargs: Any) -> Any:
        """Return what the function gives for these arguments, once `right` has found nothing wrong with it.

        `right` is made of the comparisons of a suite: the value came from the worker and may be anything.
        """
        submission = self._submission(function)
        student = self._student(function, submission)
        try:
            value = getattr(student, function)(*args, **kwargs)
            right(value)
        except (CallError, UnavailableError, Mismatch) as error:
            verdict = verdict_of(error, student.calls, submission.text)
            raise self._unexpected(function, f"{verdict.problem}\n{verdict.detail}") from None
        return value

    def _submission(self, function: str) -> Submission:
        submission = self._functions[function].submission
        assert submission is not None  # noqa: S101  (what lacks its code is not put on a stage)
        return submission

    def _unexpected(self, function: str, what: str) -> UnexpectedError:
        whose = "" if self._functions[function].yours else "\nThis is not your mistake: please tell your course staff."
        return UnexpectedError(f"{function} ({self._submission(function).file}): {what}{whose}")

    def _student(self, function: str, submission: Submission) -> Student:
        if function not in self._students:
            self._students[function] = self._load(function, submission)
        return self._students[function]

    def _load(self, function: str, submission: Submission) -> Student:
        concept = self._course.concept(submission.concept)
        attempt = self._open.enter_context(
            WorkerSession(self._host, request(submission, self._course), self._course.sandbox_limits())
        )
        loaded = attempt.load()
        stopped = prechecks.stop(loaded, concept, submission.text)
        if stopped or not isinstance(loaded, Loaded):
            raise self._unexpected(function, stopped.reason if stopped else str(loaded))
        self._said.append(loaded.output)
        return Student(attempt, loaded.functions)
