"""Without numpy until the last step: leading axes by recursion, rows by map."""

import math
from operator import mul

import numpy as np


def attention_weights(q, k, mask=None):
    q, k = np.asarray(q, dtype=float), np.asarray(k, dtype=float)
    shape = (*q.shape[:-1], k.shape[-2])
    full = np.broadcast_to(True if mask is None else mask, shape)
    return np.array(nested(q.tolist(), k.tolist(), full.tolist(), depth=q.ndim)).reshape(shape)


def nested(q, k, mask, depth):
    if depth > 2:
        return [nested(*parts, depth - 1) for parts in zip(q, k, mask)]
    return [row(query, k, seen) for query, seen in zip(q, mask)]


def row(query, keys, seen):
    scores = [sum(map(mul, query, key)) / math.sqrt(len(query)) for key in keys]
    top = max((s for s, open_ in zip(scores, seen) if open_), default=0.0)
    shares = [math.exp(s - top) if open_ else 0.0 for s, open_ in zip(scores, seen)]
    return [share / (math.fsum(shares) or 1.0) for share in shares]
