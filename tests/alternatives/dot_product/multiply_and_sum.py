import numpy as np


def dot(a, b):
    a = np.array(a, dtype=float)
    b = np.array(b, dtype=float)
    if a.ndim != 1 or b.ndim != 1 or a.size != b.size:
        raise ValueError("two vectors of one length are needed")
    return np.sum(a * b)
