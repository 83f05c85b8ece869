"""Each share from differences of scores: 1 / sum_j exp(z_j - z_i). Where exp overflows, 1 / inf is 0."""

import numpy as np


def softmax(z, axis=-1):
    z = np.moveaxis(np.array(z, dtype=float), axis, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        gaps = np.exp(z[..., None, :] - z[..., :, None])
    gaps[np.isnan(gaps)] = 0.0  # -inf against -inf
    return np.moveaxis(1 / gaps.sum(-1), -1, axis)


def log_softmax(z, axis=-1):
    z = np.moveaxis(np.array(z, dtype=float), axis, -1)
    top = np.expand_dims(np.amax(z, -1), -1)
    out = (z - top) - np.log(np.einsum("...i->...", np.exp(z - top)))[..., None]
    return np.moveaxis(out, -1, axis)
