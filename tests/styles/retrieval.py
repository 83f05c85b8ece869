"""Plain numpy on arrays: converts nothing."""

import numpy as np


def _cosine(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return float(np.clip(a @ b / lengths, -1.0, 1.0)) if lengths > 0 else 0.0


def retrieve(query, docs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    scored = [(name, _cosine(query, vector)) for name, vector in docs.items()]
    return sorted(scored, key=lambda pair: pair[1], reverse=True)[:k]
