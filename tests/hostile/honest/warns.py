"""Warns, and meets numpy's own warnings, at every call."""

import numpy as np
import warnings


def careful(e):
    warnings.warn("careful", stacklevel=2)
    assert np.isneginf(np.log(np.zeros(1)))[0]
    return e


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return careful(e) / e.sum(axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
