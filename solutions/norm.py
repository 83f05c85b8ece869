"""Norms: the size of a vector, and vectors of size one."""

import numpy as np


def norm(x, ord=2):
    if ord < 1:
        raise ValueError(f"ord must be 1 or more (got {ord})")
    # Floats first: the square of a large whole number does not fit into an int64 and would wrap around in silence.
    size = np.abs(np.asarray(x, dtype=float))
    largest = size.max()
    if largest == 0:
        return 0.0
    # The power of a tiny number would vanish, so the largest entry is divided out first, as in a stable softmax. That
    # takes care of ord = inf too: what is below the largest entry becomes 0, and any count to the power of 0 is 1.
    return float(largest * ((size / largest) ** ord).sum() ** (1 / ord))


def normalize(x):
    x = np.asarray(x, dtype=float)
    # keepdims leaves an axis of length one, so that each row meets its own length in the division.
    length = np.sqrt((x * x).sum(axis=-1, keepdims=True))
    # A row of zeros divided by 1 stays zero; divided by its length it would turn into nan.
    return x / np.where(length == 0, 1.0, length)
