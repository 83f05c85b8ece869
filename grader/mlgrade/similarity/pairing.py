"""Which pairs of a class share more than chance explains. Pure: from fingerprints alone.

What many write is no sign of anything. So a fingerprint that more than a share of the class has is not counted, nor one
of the exercise or the solution; what is left of a file is particular to it. Pairs come from an index of fingerprints,
so that two files which share nothing cost nothing.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

COMMON_SHARE = 0.1  # of the class
COMMON_LEAST, COMMON_MOST = 3, 50  # students, whatever the size of the class


class PassageMatch(NamedTuple):
    """Files by their number in the class; `shared` of the `of` fingerprints that are particular to the smaller one."""

    left: int
    right: int
    shared: int
    of: int

    @property
    def score(self) -> int:
        """Return the larger of the two shares, in percent."""
        return 100 * self.shared // self.of


def particular(files: Sequence[Set[int]], known: Set[int]) -> list[Set[int]]:
    """What of each file is neither the course's nor common in the class."""
    holders = Counter(itertools.chain.from_iterable(files))
    most = common(len(files))
    return [{one for one in file if holders[one] <= most and one not in known} for file in files]


def common(students: int) -> int:
    """The largest number of students who may have a fingerprint before it counts as common."""
    return min(COMMON_MOST, max(COMMON_LEAST, int(COMMON_SHARE * students)))


def matches(files: Sequence[Set[int]]) -> list[PassageMatch]:
    """All pairs that share something particular, the most similar first; equal ones in the order of the files."""
    found = (
        PassageMatch(left, right, shared, min(len(files[left]), len(files[right])))
        for (left, right), shared in _shared(files).items()
    )
    return sorted(found, key=lambda one: (-one.score, -one.shared, one.left, one.right))


def ordinary(found: Sequence[PassageMatch], pairs: int) -> int:
    """The score that no more than one pair in a hundred exceeds, the pairs that share nothing included."""
    scores = sorted((one.score for one in found), reverse=True)
    above = pairs // 100
    return scores[above] if above < len(scores) else 0


def _shared(files: Sequence[Set[int]]) -> Mapping[tuple[int, int], int]:
    index: dict[int, list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        for one in file:
            index[one].append(number)
    return Counter(itertools.chain.from_iterable(itertools.combinations(held, 2) for held in index.values()))
