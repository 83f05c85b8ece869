"""A loop over the index."""

import numpy as np


def dot(a, b):
    if np.ndim(a) != 1 or np.ndim(b) != 1:
        raise ValueError("a and b must be vectors")
    if len(a) != len(b):
        raise ValueError("a and b must have the same length")
    total = 0
    for i in range(len(a)):
        total = total + float(a[i]) * float(b[i])
    return total
