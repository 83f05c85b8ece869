import numpy as np


def sigmoid(input):
    z = np.array(input, dtype=float)
    scalar = z.ndim == 0
    out = np.where(z < 0, np.exp(np.minimum(z, 0)), 1.0) / (1.0 + np.exp(-np.fabs(z)))
    return out.item() if scalar else out


def logit(input, eps=None):
    p = np.array(input, dtype=float)
    if eps is not None:
        p = np.clip(p, eps, 1 - eps)
    with np.errstate(all="ignore"):
        out = -np.log(1 / p - 1)
    return out.item() if p.ndim == 0 else out
