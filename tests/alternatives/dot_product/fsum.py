import math

import numpy as np


def dot(a, b):
    """Exact sum of the products; zip(strict=True) raises ValueError by itself."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if not (a.ndim == b.ndim == 1):
        raise ValueError(f"expected vectors, got {a.ndim} and {b.ndim} axes")
    return math.fsum(x * y for x, y in zip(a.tolist(), b.tolist(), strict=True))
