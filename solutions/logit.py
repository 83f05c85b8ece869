"""Logits: from a score to a probability and back."""

import numpy as np


def sigmoid(z):
    z = np.asarray(z, dtype=float)
    # exp of a negative number cannot overflow, so each side uses the form whose exponent is negative:
    # 1 / (1 + exp(-z)) on the right, exp(z) / (1 + exp(z)) on the left. No 1 - small is taken, so no digits go.
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def logit(p):
    p = np.asarray(p, dtype=float)
    # log(0) is -inf and the log of a negative number nan, which is what is wanted here: no need for a warning.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(p) - np.log1p(-p)
