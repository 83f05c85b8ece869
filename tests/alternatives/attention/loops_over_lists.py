import math

import numpy as np


def _plain(x):
    return np.asarray(x, dtype=float).tolist()


def _one(q, k, v, mask):
    result = []
    for i in range(len(q)):
        open_keys = [j for j in range(len(k)) if mask is None or mask[i][j]]
        row = [0.0] * len(v[0])
        if open_keys:
            scores = {}
            for j in open_keys:
                total = 0.0
                for a, b in zip(q[i], k[j]):
                    total += a * b
                scores[j] = total / len(q[i]) ** 0.5
            top = max(scores.values())
            parts = {j: math.exp(s - top) for j, s in scores.items()}
            whole = sum(parts.values())
            for j in open_keys:
                for c in range(len(row)):
                    row[c] += parts[j] / whole * v[j][c]
        result.append(row)
    return result


def _deep(q, k, v, mask, axes):
    if axes == 2:
        return _one(q, k, v, mask)
    masks = [None] * len(q) if mask is None else mask
    return [_deep(*member, axes - 1) for member in zip(q, k, v, masks)]


def attention(q, k, v, mask=None):
    axes, shape = np.ndim(q), np.shape(q)[:-1] + (np.shape(k)[-2],)
    if mask is not None:
        mask = np.broadcast_to(np.asarray(mask), shape).tolist()
    return np.array(_deep(_plain(q), _plain(k), _plain(v), mask, axes))
