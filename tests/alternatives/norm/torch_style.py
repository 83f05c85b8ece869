import numpy as np


def _p_norm(x, p, dim, keepdim):
    if p == float("inf"):
        return np.amax(np.abs(x), axis=dim, keepdims=keepdim)
    return np.sum(np.abs(x) ** p, axis=dim, keepdims=keepdim) ** (1.0 / p)


def norm(x, ord=2):
    if ord < 1:
        raise ValueError("norm only supports ord >= 1")
    return _p_norm(np.asarray(x, dtype=np.float64), ord, -1, False)


def normalize(x, p=2.0, dim=-1, eps=1e-12):
    x = np.asarray(x, dtype=np.float64)
    return x / np.maximum(_p_norm(x, p, dim, True), eps)
