"""Rows of numbers that are found again in whatever notation they are written, and with fewer digits than they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from mlgrade.authoring.release import values
from mlgrade.authoring.release.values import Said

ENOUGH = 12  # digits of a row, of numbers with two or more each, from which it is nobody's; of a part twice as many
MANY = 6  # numbers of a row that somebody wrote down, if it is there as a whole
LONGEST = 24  # numbers of a row that are looked for
APART = 4
FINEST = 6  # digits that numbers are looked up by
V = TypeVar("V")


class Row(NamedTuple):
    """Numbers side by side, without their signs. `written`: by hand, so that equal ones are no accident."""

    numbers: tuple[float, ...]
    written: bool


class Rows(Generic[V]):
    """Knows each row by some numbers in it that are rare, so that a part of it is found too."""

    def __init__(self, known: Mapping[Row, V]) -> None:
        self._anchors: dict[tuple[int, str], list[tuple[Row, int]]] = {}
        self.known = known
        for row in known:
            for at, digits in _rare(row.numbers):
                for count in range(min(digits, 2), FINEST + 1):
                    self._anchors.setdefault(_key(row.numbers[at], count), []).append((row, at))

    def find(self, text: str) -> Iterator[tuple[int, Row, V]]:
        """Each row that the text has enough of, and where that begins."""
        said, found = values.numbers(text), set[Row]()
        for place, one in enumerate(said):
            for row, at in self._anchors.get(_key(one.number, min(one.written, FINEST)), ()):
                if row not in found and (run := _run(said, place, row, at)):
                    found.add(row)
                    yield said[run.start].start, row, self.known[row]


def _rare(numbers: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Of each few neighbours the one with the most digits, and with how many; at least one of all."""
    digits = [(values.digits(number), at) for at, number in enumerate(numbers)]
    few = {max(digits[start : start + APART], key=lambda one: one[0]) for start in range(0, len(digits), APART)}
    most = max(few)
    yield from ((at, count) for count, at in few if count > 1 or (count, at) == most)


def _run(said: Sequence[Said], place: int, row: Row, at: int) -> range | None:
    """The numbers around a place that are those of the row, if they are telling."""
    first = last = place
    while first > max(place - at, 0) and said[first - 1].means(row.numbers[at - place + first - 1]):
        first -= 1
    while last < min(place - at + len(row.numbers), len(said)) and said[last].means(row.numbers[at - place + last]):
        last += 1
    digits = sum(one.digits for one in said[first:last] if one.digits > 1)
    whole = last - first == len(row.numbers)
    if digits >= (ENOUGH if whole else 2 * ENOUGH):
        return range(first, last)
    exact = whole and all(one.number == number for one, number in zip(said[first:last], row.numbers, strict=True))
    return range(first, last) if exact and row.written and last - first >= MANY else None


def of(value: Any, *, written: bool = False) -> Row | None:
    """A list or an array as a row, if it is more than what everybody writes down to try something."""
    if not values.irregular(value):
        return None
    return Row(tuple(np.abs(np.asarray(value, dtype=float)).ravel()[:LONGEST].tolist()), written)


def _key(number: float, digits: int) -> tuple[int, str]:
    return digits, f"{number:.{max(digits, 1) - 1}e}"
