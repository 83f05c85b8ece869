"""Softmax: scores become a distribution."""

import numpy as np


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    # Adding the same number to all scores changes nothing, so we may choose it: after taking the largest score of
    # each row away, the largest exponent is 0 and exp cannot overflow. keepdims lines the rows up again.
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    shifted = z - z.max(axis=axis, keepdims=True)
    # The largest term of the sum is exp(0) = 1: the logarithm never meets a zero.
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
