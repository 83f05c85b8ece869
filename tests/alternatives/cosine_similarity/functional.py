"""Python floats, math.fsum and math.hypot."""

import math
from operator import mul

import numpy as np


def _vector(v):
    if np.ndim(v) != 1:
        raise ValueError("not a vector")
    return list(map(float, v))


def cosine_similarity(a, b):
    xs, ys = map(_vector, (a, b))
    if len(xs) != len(ys):
        raise ValueError("unequal lengths")
    try:
        cosine = math.fsum(map(mul, xs, ys)) / math.hypot(*xs) / math.hypot(*ys)
    except ZeroDivisionError:
        return 0.0
    return sorted([-1.0, cosine, 1.0])[1]
