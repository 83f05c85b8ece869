"""How the checks of a concept behave over a class: item analysis, of sums that do not grow with the class.

difficulty       the share of the students who pass a check
discrimination   the correlation of passing it with the rest score, which is the share passed of the other checks: a
                 point-biserial correlation, corrected by leaving the check itself out of the score (Henrysson,
                 Psychometrika 28, 1963). Below zero the check fails those who are otherwise good

Sums are whole numbers and the last step is exact, so that the order of the students makes no difference.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from mlgrade.results import Outcome

MOST_PATTERNS = 1024  # of outcomes, that are counted before they are added up
_PASSED, _NOT, _NOBODYS = 1, 0, -1
_MARKS = dict.fromkeys(Outcome, _NOT) | {Outcome.PASSED: _PASSED, Outcome.BROKEN: _NOBODYS}
Checks = tuple[str, ...]
Sums = NDArray[np.int64]  # a row for each of n, broken, x, y, yy, xy; a column for each check


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One check over a class. A broken outcome is nobody's: it is in `broken` and in no other number."""

    id: str
    title: str = ""
    students: int
    passed: int
    broken: int
    difficulty: float | None  # None where there is nobody to count
    discrimination: float | None  # and where all students, or all their rest scores, are the same

    @property
    def failed(self) -> int:
        """Return how many students failed the check."""
        return self.students - self.passed

    @property
    def backwards(self) -> bool:
        """Whether it fails the best, by more than twice the standard error that chance has in a class of this size."""
        return self.discrimination is not None and self.discrimination * math.sqrt(self.students) < -2


class Items:
    """The checks of one concept, while a class streams by. Equal outcomes are counted before they are added up."""

    def __init__(self) -> None:
        self._patterns: defaultdict[Checks, Counter[tuple[Outcome, ...]]] = defaultdict(Counter)
        self._sums: dict[tuple[Checks, int], Sums] = {}

    def add(self, checks: Checks, outcomes: tuple[Outcome, ...]) -> None:
        """Add the outcomes of one student."""
        patterns = self._patterns[checks]
        patterns[outcomes] += 1
        if len(patterns) >= MOST_PATTERNS:
            self._settle(checks, patterns)

    def results(self) -> list[Item]:
        """The checks of the largest suite in its order, then those that only another suite has."""
        for checks, patterns in self._patterns.items():
            self._settle(checks, patterns)
        found: dict[str, list[tuple[int, list[int]]]] = {}
        for checks, others in sorted(self._sums, key=lambda key: (-len(key[0]), key)):
            for check, column in zip(checks, self._sums[checks, others].T.tolist(), strict=True):
                found.setdefault(check, []).append((others, column))
        return [_item(check, columns) for check, columns in found.items()]

    def _settle(self, checks: Checks, patterns: Counter[tuple[Outcome, ...]]) -> None:
        """Add up, apart for each number of other checks that a rest score is a share of."""
        if not patterns or not checks:
            return
        marks = np.array([[_MARKS[outcome] for outcome in pattern] for pattern in patterns], dtype=np.int64)
        times = np.fromiter(patterns.values(), dtype=np.int64)
        others = (marks != _NOBODYS).sum(axis=1) - 1
        for number in np.unique(others).tolist():
            rows, key = others == number, (checks, number)
            self._sums[key] = self._sums.get(key, 0) + _sums(marks[rows], times[rows, None])
        patterns.clear()


def _sums(marks: Sums, times: Sums) -> Sums:
    passed, counted = marks == _PASSED, (marks != _NOBODYS) * times
    rest = passed.sum(axis=1, keepdims=True) - passed
    parts = (counted, times - counted, passed * times, rest * counted, rest**2 * counted, rest * passed * times)
    return np.array([part.sum(axis=0) for part in parts])


def _item(check: str, columns: Iterable[tuple[int, list[int]]]) -> Item:
    parts = list(columns)
    n, broken, passed = (sum(column[row] for _, column in parts) for row in range(3))
    return Item(
        id=check,
        students=n,
        passed=passed,
        broken=broken,
        difficulty=passed / n if n else None,
        discrimination=_correlation([part for part in parts if part[0] > 0]),
    )


def _correlation(parts: Iterable[tuple[int, list[int]]]) -> float | None:
    """Of x, whether the check is passed, and y, the share of the others: exact up to the last root."""
    n, x, y, yy, xy = 0, 0, Fraction(0), Fraction(0), Fraction(0)
    for others, (count, _, xs, ys, yys, xys) in parts:
        n, x = n + count, x + xs
        y, yy, xy = y + Fraction(ys, others), yy + Fraction(yys, others**2), xy + Fraction(xys, others)
    covariance, spread = n * xy - x * y, (n * x - x * x) * (n * yy - y * y)
    return math.copysign(math.sqrt(covariance**2 / spread), covariance) if spread else None
