"""Plain numpy on arrays: converts nothing."""

import numpy as np


def cosine_similarity(a, b):
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"need two vectors of equal length, got shapes {a.shape} and {b.shape}")
    lengths = np.sqrt(a @ a) * np.sqrt(b @ b)
    if lengths == 0.0:
        return 0.0
    return float(np.clip(a @ b / lengths, -1.0, 1.0))
