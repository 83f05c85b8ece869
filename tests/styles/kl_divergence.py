"""Plain numpy on arrays: converts nothing."""

import numpy as np


def kl_divergence(p, q):
    if p.shape != q.shape:
        raise ValueError(f"p and q differ in length: {p.size} and {q.size}")
    for shares in (p, q):
        if not ((shares >= 0).all() and abs(shares.sum() - 1) <= 1e-08):
            raise ValueError("p and q must be distributions: no negative entry, and a sum of 1")
    seen = p > 0
    with np.errstate(divide="ignore"):
        total = float((p[seen] * (np.log(p[seen]) - np.log(q[seen]))).sum())
    return max(total, 0.0)
