"""Plain numpy on arrays: converts nothing."""

import numpy as np


def kind(x):
    return ("scalar", "vector", "matrix", "tensor")[min(np.ndim(x), 3)]


def matvec(a, x):
    if a.ndim != 2 or x.ndim != 1:
        raise ValueError(f"need a matrix and a vector, got shapes {a.shape} and {x.shape}")
    return a @ x
