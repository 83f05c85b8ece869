import numpy as np


def kl_divergence(p, q):
    p = np.asarray(p, dtype=float)
    q = np.asarray(q, dtype=float)
    if p.shape != q.shape:
        raise ValueError("shapes")
    if np.any(p < 0) or np.any(q < 0):
        raise ValueError("negative")
    if abs(p.sum() - 1) > 1e-8 or abs(q.sum() - 1) > 1e-8:
        raise ValueError("sum")
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p == 0, 0.0, p * np.log(p / q))
    return terms.sum()
