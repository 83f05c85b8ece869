"""Named wrong answers for cosine_similarity."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def _vectors(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 1 or b.ndim != 1 or len(a) != len(b):
        raise ValueError("a and b must be vectors of equal length")
    return a, b, np.linalg.norm(a), np.linalg.norm(b)


@misconception("cosine_similarity", title="the dot product is not divided by the lengths",
               hint="Scale a by 100: should similarity change?")  # fmt: skip
def plain_dot(a, b):
    a, b, _, _ = _vectors(a, b)
    return float(a @ b)


@misconception("cosine_similarity", title="only the length of a is divided out",
               hint="Scale b by 100: does your answer change? Both lengths must go.")  # fmt: skip
def one_norm_missing(a, b):
    a, b, length_a, length_b = _vectors(a, b)
    if length_a == 0 or length_b == 0:
        return 0.0
    return float(a @ b / length_a)


@misconception("cosine_similarity", title="the score is divided by one length and multiplied by the other",
               hint="Python reads left to right: where do brackets belong?")  # fmt: skip
def operator_precedence(a, b):
    a, b, length_a, length_b = _vectors(a, b)
    if length_a == 0 or length_b == 0:
        return 0.0
    return float(a @ b / length_a * length_b)


@misconception("cosine_similarity", title="one minus the cosine is returned, which is a distance",
               hint="0 for twins is a distance. What should the highest similarity be?")  # fmt: skip
def distance(a, b):
    a, b, length_a, length_b = _vectors(a, b)
    if length_a == 0 or length_b == 0:
        return 0.0
    return float(1.0 - np.clip(a @ b / (length_a * length_b), -1.0, 1.0))


@misconception("cosine_similarity", title="the sign is dropped, so opposite vectors count as alike",
               hint="What do opposite arrows look like?")  # fmt: skip
def absolute(a, b):
    a, b, length_a, length_b = _vectors(a, b)
    if length_a == 0 or length_b == 0:
        return 0.0
    return float(min(abs(a @ b) / (length_a * length_b), 1.0))


@misconception("cosine_similarity", title="a zero vector leads to 0 / 0, and nan comes back",
               hint="sorted() cannot place nan. What does the docstring say about zero vectors?")  # fmt: skip
def nan_for_zero(a, b):
    a, b, length_a, length_b = _vectors(a, b)
    return float(np.clip(a @ b / (length_a * length_b), -1.0, 1.0))
