"""Named wrong answers for dot."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def _vectors(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 1 or b.ndim != 1 or len(a) != len(b):
        raise ValueError("a and b must be vectors of equal length")
    return a, b


@misconception("dot", title="the products are not added up, so a vector comes back",
               hint="One step is missing after multiplying: what turns n products into one score?")  # fmt: skip
def elementwise(a, b):
    a, b = _vectors(a, b)
    return a * b


@misconception("dot", title="every entry is paired with every other, so a table comes back",
               hint="You paired every entry with every other; pair i with i only.")  # fmt: skip
def outer(a, b):
    a, b = _vectors(a, b)
    return np.outer(a, b)


@misconception("dot", title="the products are added up without their signs",
               hint="Opposite directions must lower the score.")  # fmt: skip
def absolute_terms(a, b):
    a, b = _vectors(a, b)
    return float(np.sum(np.abs(a * b)))


@misconception("dot", title="the score is divided by the lengths of the vectors",
               hint="Doubling a must double the dot product.")  # fmt: skip
def cosine_instead(a, b):
    a, b = _vectors(a, b)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@misconception("dot", title="the loop ends one entry early",
               hint="Print i: which index never comes?")  # fmt: skip
def off_by_one(a, b):
    a, b = _vectors(a, b)
    total = 0.0
    for i in range(len(a) - 1):
        total += a[i] * b[i]
    return float(total)


@misconception("dot", title="zip stops at the shorter vector without a word",
               hint="Silent answers are worse than errors: what should happen when one vector is longer?")  # fmt: skip
def zip_truncates(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError("a and b must be vectors")
    return float(sum(x * y for x, y in zip(a, b, strict=False)))
