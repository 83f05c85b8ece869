"""sum, map and operator.mul on plain Python floats."""

from functools import reduce
from operator import add, mul

import numpy as np


def _floats(v):
    if np.ndim(v) != 1:
        raise ValueError("not a vector")
    return tuple(map(float, v))


def dot(a, b):
    xs, ys = _floats(a), _floats(b)
    if len(xs) != len(ys):
        raise ValueError("unequal lengths")
    return reduce(add, map(mul, xs, ys), 0.0)
