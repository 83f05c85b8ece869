import numpy as np


def norm(x, ord=2):
    if not ord >= 1:
        raise ValueError(f"no norm has order {ord}")
    a = np.absolute(np.asarray(x, dtype=np.float64))
    if np.isinf(ord):
        return np.max(a)
    return np.power(np.einsum("i->", np.power(a, ord)), np.reciprocal(float(ord)))


def normalize(x):
    x = np.asarray(x, dtype=np.float64)
    n = np.sqrt(np.einsum("...i,...i->...", x, x))[..., np.newaxis]
    return np.divide(x, n, out=np.zeros_like(x), where=n != 0)
