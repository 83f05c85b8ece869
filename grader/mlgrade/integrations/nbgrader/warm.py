"""One warm grader for all notebooks of a process: nbgrader makes new preprocessors for each notebook, and forgets them.

The worker's parent starts once; the suites of a concept are collected once, and again when one of its files changed,
since the server behind formgrader stays up for weeks. Whoever forks this process gets a grader of its own, and leaves
this one alone.
"""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path

from mlgrade import api
from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.grading import fingerprint
from mlgrade.grading.grader import Grader
from mlgrade.results import Report, Visibility
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import Submission


def grade(submission: Submission, course: Path, *, allow_weak_isolation: bool = False) -> Report:
    """Grade one submission. Raises MlgradeError for what is wrong with the course or this machine."""
    with _state.lock:
        return _state.warm().grade(submission, course, allow_weak_isolation=allow_weak_isolation)


def close() -> None:
    """End the worker's parent. The next submission starts another."""
    with _state.lock:
        _state.close()


class Warm:
    """A host, and the graders that were made with it."""

    def __init__(self) -> None:
        self.host = Host(launcher())
        self._walled = False
        self._courses: dict[Path, tuple[bytes, Course]] = {}
        self._graders: dict[tuple[Path, str], tuple[object, Grader]] = {}

    def grade(self, submission: Submission, path: Path, *, allow_weak_isolation: bool) -> Report:
        """Grade a submission with the course at a path."""
        course = self._course(path)
        grader = self._grader(course, submission.concept)
        if not (allow_weak_isolation or self._walled):
            self.host.require()
            self._walled = True
        return api.summary(course, [grader.grade(submission)], 0.0, self.host.walls)

    def _course(self, path: Path) -> Course:
        path = path / courses.FILE if path.is_dir() else path
        try:
            text = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}; say in nbgrader_config.py where the course is") from None
        known = self._courses.get(path)
        if known is None or known[0] != text:
            self._courses[path] = known = text, courses.load(path)
        return known[1]

    def _grader(self, course: Course, concept: str) -> Grader:
        key, state = (course.root, concept), (course, fingerprint.suite(course, concept))
        known = self._graders.get(key)
        if known is None or known[0] != state:
            require_hidden(course, concept)
            self._graders[key] = known = state, Grader(course, [concept], self.host)
        return known[1]


def require_hidden(course: Course, concept: str) -> None:
    """By its visible checks alone, everybody would have all points who saw them pass."""
    if not any(path.parent.name == Visibility.HIDDEN for path in course.suites(concept)):
        raise UsageError(
            f"{course.root}: no hidden suite for {concept}; if this is the student edition, give the staff's course"
        )


class _State:
    """What this process has. After a fork it has nothing: the parent's is kept and not touched, nor closed."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._warm: Warm | None = None
        self._inherited: list[Warm] = []

    def warm(self) -> Warm:
        if self._warm is None:
            self._warm = Warm()
        return self._warm

    def close(self) -> None:
        warm, self._warm = self._warm, None
        if warm is not None:
            warm.host.__exit__()

    def forked(self) -> None:
        self.lock = threading.RLock()  # which another thread of the parent may hold for ever
        if self._warm is not None:
            self._inherited.append(self._warm)
            self._warm = None


_state = _State()
atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_state.forked)
