"""KL divergence: how wrong one distribution is about another."""

import numpy as np


def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    # numpy would stretch a single entry to any length, so the shapes are compared by hand.
    if p.shape != q.shape:
        raise ValueError(f"p and q differ in length: {p.size} and {q.size}")
    for shares in (p, q):
        if not ((shares >= 0).all() and abs(shares.sum() - 1) <= 1e-8):  # refuses nan too
            raise ValueError("p and q must be distributions: no negative entry, and a sum of 1")
    # What never happens costs nothing; 0 * log(0) would be nan, so these outcomes are left out before the logarithm.
    seen = p > 0
    # A zero of q that is left makes log(q) -inf and the sum inf, which is the answer.
    with np.errstate(divide="ignore"):
        total = float((p[seen] * (np.log(p[seen]) - np.log(q[seen]))).sum())
    return max(total, 0.0)  # rounding may carry the divergence of equal distributions a little below 0
