"""What two submissions have in common, as plain data: the schema `mlgrade/similar/1` (docs/how-to/similar.md)."""

from __future__ import annotations

from typing import Any

import msgspec

SCHEMA = "mlgrade/similar/1"
ABOUT = (
    "This accuses nobody. It lists pairs of files that have more in common than the exercise, the course's solution "
    "and the habits of this class explain. Why, no program can tell: read both, and ask both."
)


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a passage: where it begins, its lines in the file (or the joined cells), their text, safe to show."""

    place: str
    first: int
    last: int
    text: str


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that is the same in both files but for names, values, comments and layout."""

    symbols: int
    left: Excerpt
    right: Excerpt


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two students' files for one concept.

    `score`, from 0 to 100: of the fingerprints that are particular to the file that has fewer of them (`of`), the share
    that is in the other one as well (`shared`), rounded down. `symbols` are words and signs of the shared stretches.
    """

    concept: str
    score: int
    shared: int
    of: int
    symbols: int
    left: str
    right: str
    left_file: str
    right_file: str
    passages: list[Passage] = []  # msgspec copies the empty default for each instance


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One concept. `ordinary`: no more than one pair of the class in a hundred has a higher score."""

    concept: str
    files: int
    pairs: int
    ordinary: int
    listed: int


class Similarity(msgspec.Struct, frozen=True, kw_only=True):
    """The pairs of similar submissions: the schema `mlgrade/similar/1`."""

    schema: str = SCHEMA
    about: str = ABOUT
    course: str
    at_least: int
    concepts: list[Compared]
    pairs: list[Pair]
    notes: list[str]

    def to_json(self) -> bytes:
        """Return it as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain
