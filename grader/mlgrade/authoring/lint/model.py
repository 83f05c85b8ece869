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


class ConceptProof(msgspec.Struct, frozen=True, kw_only=True):
    """What was proved of one concept.

    `caught` holds, for each misconception, the checks that it does not pass; `rejected` the same for each alternative.
    """

    concept: str
    problems: list[Problem]
    checks: list[str] = []
    caught: dict[str, list[str]] = {}
    rejected: dict[str, list[str]] = {}

    @property
    def faults(self) -> list[Problem]:
        """Return the problems that make lint fail."""
        return [problem for problem in self.problems if not problem.note]

    @property
    def notes(self) -> list[Problem]:
        """Return the problems that do not."""
        return [problem for problem in self.problems if problem.note]
