"""As in scikit-learn: make both vectors unit vectors, then take the dot product."""

import numpy as np


def _normalize(v):
    length = np.sqrt(np.square(v).sum())
    return v / (length if length > 0 else 1.0)


def cosine_similarity(a, b):
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if not a.ndim == b.ndim == 1:
        raise ValueError("expected 1-D arrays")
    if len(a) != len(b):
        raise ValueError("expected arrays of the same length")
    return max(-1.0, min(1.0, (_normalize(a) * _normalize(b)).sum()))
