import numpy as np


def _row(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _log_row(z):
    top = z.max()
    return z - top - np.log(np.sum(np.exp(z - top)))


def softmax(z, axis=-1):
    return np.apply_along_axis(_row, axis, np.asarray(z, dtype=np.float64))


def log_softmax(z, axis=-1):
    return np.apply_along_axis(_log_row, axis, np.asarray(z, dtype=np.float64))
