import numpy as np


def norm(x, ord=2):
    """Divide by the largest entry first, so that no power can overflow."""
    if ord < 1:
        raise ValueError("ord < 1")
    x = np.abs(np.asarray(x, dtype=float))
    top = np.max(x)
    if top == 0 or np.isinf(ord):
        return float(top)
    return float(top * np.sum((x / top) ** ord) ** (1 / ord))


def normalize(x):
    x = np.asarray(x, dtype=float)
    if x.ndim == 2:
        return np.stack([normalize(row) for row in x])
    size = norm(x)
    if size == 0:
        return x.copy()
    return x / size
