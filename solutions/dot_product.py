"""Dot product: how well two vectors line up, weighted by their lengths."""

import numpy as np


def dot(a, b):
    # float64 first: a product of two small integers need not fit into their own type.
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    # A wrong shape would often give some number all the same, and nobody would notice. Equal shapes, one axis: both
    # are vectors.
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"need two vectors of equal length, got shapes {a.shape} and {b.shape}")
    return float(a @ b)
