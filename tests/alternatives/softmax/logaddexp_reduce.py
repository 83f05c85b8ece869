"""log-sum-exp does the work, softmax is the exponential of log_softmax."""

import numpy as np


def log_softmax(z, axis=-1):
    z = np.asarray(z) * 1.0
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)


def softmax(z, axis=-1):
    return np.exp(log_softmax(z, axis))
