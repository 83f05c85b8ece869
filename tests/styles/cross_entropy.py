"""Plain numpy on arrays: converts nothing."""

import numpy as np


def cross_entropy(logits, targets):
    z = logits
    n, c = z.shape
    if targets.shape != (n,) or (targets < 0).any() or (targets >= c).any():
        raise ValueError(f"targets must hold one id from 0 to {c - 1} for each of the {n} rows")
    return float(-_log_softmax(z)[np.arange(n), targets].mean()) + 0.0


def _log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
