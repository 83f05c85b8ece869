"""The honest wrong answer: what every attack starts from, and what it has to beat to gain a point."""

import numpy as np


def softmax(z, axis=-1):
    return np.exp(np.asarray(z, dtype=float))


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def total(score, n):
    return sum(score(i) for i in range(n + 1))
