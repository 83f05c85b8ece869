import math

import numpy as np


def attention_weights(q, k, mask=None):
    q, k = np.asarray(q, dtype=float), np.asarray(k, dtype=float)
    n_q, d = q.shape[-2:]
    n_k = k.shape[-2]
    out = np.zeros(q.shape[:-1] + (n_k,))
    if mask is None:
        mask = True
    mask = np.broadcast_to(mask, out.shape)
    for place in np.ndindex(*q.shape[:-2]):
        for i in range(n_q):
            allowed = [j for j in range(n_k) if mask[place][i][j]]
            if not allowed:
                continue
            scores = {}
            for j in allowed:
                s = 0.0
                for c in range(d):
                    s += q[place][i][c] * k[place][j][c]
                scores[j] = s / math.sqrt(d)
            best = max(scores.values())
            total = sum(math.exp(s - best) for s in scores.values())
            for j in allowed:
                out[place][i][j] = math.exp(scores[j] - best) / total
    return out
