"""map, sum and lambda; math.fsum for every row."""

import math
from operator import mul

import numpy as np

kind = lambda x: np.array(["scalar", "vector", "matrix", "tensor"])[min(len(np.shape(x)), 3)]  # noqa: E731


def matvec(a, x):
    if np.ndim(a) != 2 or np.ndim(x) != 1:
        raise ValueError("a matrix and a vector, please")
    numbers = list(map(float, x))
    rows = [list(map(float, row)) for row in a]
    if any(len(row) != len(numbers) for row in rows):
        raise ValueError("each row needs one weight for each entry of the vector")
    return np.fromiter((math.fsum(map(mul, row, numbers)) for row in rows), dtype=float)
