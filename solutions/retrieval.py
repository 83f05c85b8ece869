"""Retrieval: which documents lie in the direction of a question?"""

import numpy as np


def _cosine(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    # A zero vector has no direction. A nan here would scramble the ranking: every comparison with nan is False.
    # Rounding may carry the cosine of equal directions a little beyond 1.
    return float(np.clip(a @ b / lengths, -1.0, 1.0)) if lengths > 0 else 0.0


def retrieve(query, docs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    scored = [(name, _cosine(query, vector)) for name, vector in docs.items()]
    # Without key, sorted would look at the name first; without reverse, the worst would come first. Both belong
    # inside the brackets of sorted, and the cut comes last.
    return sorted(scored, key=lambda pair: pair[1], reverse=True)[:k]
