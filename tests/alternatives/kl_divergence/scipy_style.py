import numpy as np


def rel_entr(x, y):
    """As in scipy.special: 0 where x is 0, inf where only y is."""
    result = np.full(x.shape, np.inf)
    result[x == 0] = 0.0
    both = (x > 0) & (y > 0)
    result[both] = x[both] * np.log(x[both] / y[both])
    return result


def kl_divergence(p, q):
    pk, qk = np.asarray(p, float), np.asarray(q, float)
    if pk.ndim != 1 or qk.ndim != 1 or len(pk) != len(qk):
        raise ValueError("p and q must be vectors of one length")
    pair = np.stack([pk, qk])
    if (pair < 0).any() or (np.abs(pair.sum(axis=1) - 1) > 1e-8).any():
        raise ValueError("each must be a distribution")
    return float(np.add.reduce(rel_entr(pk, qk)))
