"""Where two files say the same: from the fingerprints that they share to passages, as long as they go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mlgrade.similarity.folding import Folded
from mlgrade.similarity.winnowing import RUN


class Span(NamedTuple):
    """The same symbols in both files, by their places."""

    left: int
    right: int
    length: int


def spans(left: Folded, right: Folded, seeds: Iterable[tuple[int, int]]) -> list[Span]:
    """Grow each shared run in both directions, and keep what lies in no longer passage; the longest first."""
    grown: list[Span] = []
    reached: dict[int, int] = {}  # on each diagonal, how far the left file is covered
    for a, b in sorted(seeds):
        if a + RUN > reached.get(a - b, 0):
            span = _grown(left.symbols, right.symbols, a, b)
            reached[a - b] = span.left + span.length
            grown.append(span)
    grown.sort(key=lambda span: (-span.length, span))
    kept: list[Span] = []
    for span in grown:
        if not any(_within(span, other) for other in kept):
            kept.append(span)
    return kept


def _grown(left: list[int], right: list[int], a: int, b: int) -> Span:
    start, end = 0, RUN
    while a + start > 0 and b + start > 0 and left[a + start - 1] == right[b + start - 1]:
        start -= 1
    while a + end < len(left) and b + end < len(right) and left[a + end] == right[b + end]:
        end += 1
    return Span(a + start, b + start, end - start)


def _within(span: Span, other: Span) -> bool:
    """Whether a passage lies inside another one, in either file."""
    return any(
        theirs <= mine and mine + span.length <= theirs + other.length
        for mine, theirs in ((span.left, other.left), (span.right, other.right))
    )
