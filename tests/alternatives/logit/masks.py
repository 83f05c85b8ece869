import numpy as np


def sigmoid(z):
    z = np.asarray(z, dtype=float)
    result = np.zeros_like(z)
    right = z >= 0
    result[right] = 1.0 / (1.0 + np.exp(-z[right]))
    small = np.exp(z[~right])
    result[~right] = small / (1.0 + small)
    return result[()]


def logit(p):
    p = np.asarray(p, dtype=float)
    inside = (p > 0) & (p < 1)
    result = np.full(p.shape, np.nan)
    result[inside] = np.log(p[inside]) - np.log(1 - p[inside])
    result[p == 0] = -np.inf
    result[p == 1] = np.inf
    return result[()]
