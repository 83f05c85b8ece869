import bisect

import numpy as np


def retrieve(query, docs, k):
    """Keep the list sorted while the documents come in."""
    if k < 1:
        raise ValueError("k must be at least 1")
    q = np.asarray(query, dtype=float)
    ranking, keys = [], []
    for name, vector in docs.items():
        v = np.asarray(vector, dtype=float)
        if not q.any() or not v.any():
            score = 0.0
        else:
            score = float(q.dot(v) / np.sqrt(q.dot(q)) / np.sqrt(v.dot(v)))
        place = bisect.bisect_right(keys, -score)
        keys.insert(place, -score)
        ranking.insert(place, (name, score))
        del keys[k:], ranking[k:]
    return ranking
