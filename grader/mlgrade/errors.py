"""Everything mlgrade raises on purpose, and the exit code each ends a command with.

    MlgradeError                    70  our fault, or the course's
    +-- UsageError                   2  what was asked for cannot be done as asked
    |   +-- SubmissionError          2  a file or folder that cannot be taken as a submission
    |   +-- CourseError              2  course.yml, or the files it promises, are not as they should be
    |   +-- GradebookError           2  a gradebook that cannot be opened, read or written
    +-- SuiteError                  70  a suite that cannot be collected or run
    +-- SandboxError                70  the worker could not be started
        +-- ProtocolError           70  a worker said something that no honest worker says

A wrong answer is a result, never one of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """What `mlgrade check` answers to the shell."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    CANNOT_RUN = 3
    TIMED_OUT = 4
    NOT_STARTED = 5
    OUR_FAULT = 70


class MlgradeError(Exception):
    """An error of mlgrade or of the course, with the exit code of the command."""

    exit_code = Exit.OUR_FAULT


class UsageError(MlgradeError):
    """What was asked for cannot be done as asked."""

    exit_code = Exit.USAGE


class SubmissionError(UsageError):
    """A file or folder that cannot be taken as a submission."""


class CourseError(UsageError):
    """Carries every problem found, each with its place, so that one run of the author fixes all of them."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[CourseError], tuple[list[str]]]:
        return type(self), (self.problems,)  # on its way here from a grading process


class GradebookError(UsageError):
    """Nothing was lost: what was to be written is not in the gradebook, and what was in it still is."""


class SuiteError(MlgradeError):
    """A suite that cannot be collected or trusted."""


class SandboxError(MlgradeError):
    """A worker that cannot be started or isolated."""


class ProtocolError(SandboxError):
    """A message of a worker that breaks the protocol."""


def closest(name: str, names: Iterable[str]) -> str:
    """Return `; did you mean "softmax"?`, or nothing when no known name is near."""
    import difflib  # late: only a mistake pays for it

    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
