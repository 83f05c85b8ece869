from functools import partial
from itertools import compress
from math import exp, fsum, sqrt
from operator import mul

import numpy as np


def score(query, key):
    return fsum(map(mul, query, key)) / sqrt(len(query))


def attend(query, keys, values, visible):
    pairs = [(score(query, key), value) for key, value in compress(zip(keys, values), visible)]
    if not pairs:
        return [0.0 for _ in values[0]]
    best = max(s for s, _ in pairs)
    shares = [exp(s - best) for s, _ in pairs]
    columns = zip(*(value for _, value in pairs))
    return [fsum(map(mul, shares, column)) / fsum(shares) for column in columns]


def attention(q, k, v, mask=None):
    q, k, v = map(partial(np.asarray, dtype=float), (q, k, v))
    visible = np.broadcast_to(True if mask is None else np.asarray(mask, dtype=bool), (*q.shape[:-1], k.shape[-2]))
    out = np.empty((*q.shape[:-1], v.shape[-1]))
    for index in np.ndindex(q.shape[:-1]):
        batch = index[:-1]
        out[index] = attend(q[index], k[batch], v[batch], visible[index])
    return out
