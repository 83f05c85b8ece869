"""How far the diagnoses can be trusted: which misconceptions are named when one, or two, are in a file.

A diagnosis may be silent; it must not be wrong. Two misconceptions can share a file when they replace different
functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

from mlgrade.course import Concept
from mlgrade.grading.grader import Grader
from mlgrade.submissions.model import Submission
from mlgrade.suite.misconceptions import Misconception, read_misconceptions


class Case(msgspec.Struct, frozen=True):
    """The misconceptions that were in a file, and those that were named."""

    given: tuple[str, ...]
    named: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """Return whether a misconception was named that is not in the file."""
        return not set(self.named) <= set(self.given)

    @property
    def complete(self) -> bool:
        """Return whether every misconception in the file was named."""
        return set(self.named) == set(self.given)


def cases(grader: Grader, concept: Concept) -> Iterator[Case]:
    """Grade a file for each misconception of a concept, and for each pair that fits into one file."""
    solution = grader.course.solution(concept.id).read_text(encoding="utf-8-sig")
    known = read_misconceptions(grader.course.misconceptions(concept.id), solution)
    pairs = (pair for pair in combinations(known, 2) if pair[0].function != pair[1].function)
    for given in [*((one,) for one in known), *pairs]:
        yield _case(grader, concept, solution, given)


def _case(grader: Grader, concept: Concept, solution: str, given: Sequence[Misconception]) -> Case:
    source = "\n\n\n".join([solution, *(one.code for one in given)])
    report = grader.grade(Submission(concept=concept.id, file=f"{concept.id}.py", source=source.encode()))
    return Case(tuple(one.name for one in given), tuple(one.misconception for one in report.diagnoses))
