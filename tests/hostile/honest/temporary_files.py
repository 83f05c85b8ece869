"""Keeps what it calculated in a file for a moment."""

import numpy as np
import os
import tempfile


def kept(e):
    with tempfile.TemporaryDirectory() as folder:
        np.save(os.path.join(folder, "e.npy"), e)
        mapped = np.memmap(os.path.join(folder, "m"), dtype=float, mode="w+", shape=4)
        mapped[:] = 1
        return np.load(os.path.join(folder, "e.npy"))


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return kept(e) / e.sum(axis=axis, keepdims=True)


def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    shifted = z - z.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
