"""Cosine similarity: how well two directions agree, whatever the lengths."""

import numpy as np


def cosine_similarity(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"need two vectors of equal length, got shapes {a.shape} and {b.shape}")
    lengths = np.sqrt(a @ a) * np.sqrt(b @ b)
    # Only a true zero has no direction. A small number added to the lengths instead would bend every small vector.
    if lengths == 0.0:
        return 0.0
    # Rounding can lift parallel vectors to 1.0000000000000002, and the arccos of that is nan.
    return float(np.clip(a @ b / lengths, -1.0, 1.0))
