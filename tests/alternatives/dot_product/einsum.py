import numpy as np


def dot(a, b):
    a, b = (np.asarray(v).astype("float64") for v in (a, b))
    match a.shape, b.shape:
        case (m,), (n,) if m == n:
            return np.einsum("i,i->", a, b)
    raise ValueError(f"no dot product of {a.shape} and {b.shape}")
