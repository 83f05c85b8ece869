"""What the suites give to a right answer, and what it gives back: the drawn arrays that stand in no file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mlgrade.course import Course
from mlgrade.grading.grader import Grader
from mlgrade.results import Visibility
from mlgrade.sandbox.host import Host, Value
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import read
from mlgrade.suite.session import Check, Ran


class Drawn(NamedTuple):
    """The values of the calls of one check."""

    check: Check
    values: list[Any]

    @property
    def hidden(self) -> bool:
        return self.check.visibility is Visibility.HIDDEN


def draw(course: Course, concepts: Sequence[str]) -> list[Drawn]:
    """Run every suite on the solution, where there is one."""
    solved = [name for name in concepts if course.solution(name).is_file() and course.suites(name)]
    with Host(launcher()) as host:
        grader = Grader(course, solved, host)
        return [drawn for name in solved for drawn in _of_concept(grader, name)]


def _of_concept(grader: Grader, name: str) -> Iterator[Drawn]:
    checks = {check.id: check for check in grader.suites[name].checks}
    for ran in grader.run(read(grader.course.solution(name), name)):
        yield Drawn(checks[ran.finding.id], list(_values(ran)))


def _values(ran: Ran) -> Iterator[Any]:
    for call in ran.calls:
        yield from (*call.args, *call.kwargs.values())
        if isinstance(call.result, Value):
            yield call.result.value
