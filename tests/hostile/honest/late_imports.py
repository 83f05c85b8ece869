"""Imports in the middle of a call."""

import numpy as np


def add(e, axis):
    import decimal
    import fractions
    import json
    import sqlite3
    import statistics

    assert json and sqlite3 and statistics and fractions and decimal
    from numpy.linalg import norm

    return norm(e, 1, axis=axis, keepdims=True) if e.ndim == 1 else e.sum(axis=axis, keepdims=True)


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / add(e, axis)


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
