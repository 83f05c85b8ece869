"""Divides in a pool of threads."""

import numpy as np
from concurrent.futures import ThreadPoolExecutor


def divide(e, axis):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda total: e / total, [e.sum(axis=axis, keepdims=True)] * 8))[-1]


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return divide(e, axis)


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
