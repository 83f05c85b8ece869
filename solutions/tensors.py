"""Tensors: reading the axes of an array, and a matrix that acts on a vector."""

import numpy as np


def kind(x):
    # np.ndim reads numbers, lists and arrays alike; everything from three axes on has the same name.
    return ("scalar", "vector", "matrix", "tensor")[min(np.ndim(x), 3)]


def matvec(a, x):
    # float64 first: a product of two small integers need not fit into their own type.
    a, x = np.asarray(a, dtype=float), np.asarray(x, dtype=float)
    # `@` takes stacks of matrices and columns as well, which is not what is asked for here. Sizes that do not fit it
    # refuses by itself, with a ValueError.
    if a.ndim != 2 or x.ndim != 1:
        raise ValueError(f"need a matrix and a vector, got shapes {a.shape} and {x.shape}")
    return a @ x
