"""What a proof finds: a place and a sentence. A note is worth a look and fails nothing."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """A finding with its file and line; a note does not make lint fail."""

    file: str
    line: int
    text: str
    note: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {'note: ' if self.note else ''}{self.text}"


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a slip costs, as shares of the concept."""

    kind: str
    what: str
    file: str
    line: int
    direct: float
    required: float  # lost by `requires`
    failed: tuple[str, ...]

    @property
    def total(self) -> float:
        """Return the whole share that is lost."""
        return self.direct + self.required


class Proportion(msgspec.Struct, frozen=True, kw_only=True):
    """The most expensive slips of a concept, and the largest share that hangs on one check."""

    concept: str
    costs: list[Cost]
    gate: float

    def most(self, kind: str) -> float:
        """Return the cost of the most expensive slip of a kind."""
        return max((cost.total for cost in self.costs if cost.kind == kind), default=0.0)


class ConceptProof(msgspec.Struct, frozen=True, kw_only=True):
    """What was proved of one concept.

    `caught` holds, for each misconception, the checks that it does not pass; `rejected` the same for each alternative.
    """

    concept: str
    problems: list[Problem]
    checks: list[str] = []
    caught: dict[str, list[str]] = {}
    rejected: dict[str, list[str]] = {}
    proportion: Proportion | None = None  # where it was measured

    @property
    def faults(self) -> list[Problem]:
        """Return the problems that make lint fail."""
        return [problem for problem in self.problems if not problem.note]

    @property
    def notes(self) -> list[Problem]:
        """Return the problems that do not."""
        return [problem for problem in self.problems if problem.note]
