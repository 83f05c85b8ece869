"""Cross entropy: the price of a prediction, once the right class is known."""

import numpy as np


def cross_entropy(logits, targets):
    z = np.asarray(logits, dtype=float)
    targets = np.asarray(targets)
    n, c = z.shape
    # Indexing would not complain: -1 reads the last class, and a single id is stretched over all rows.
    if targets.shape != (n,) or (targets < 0).any() or (targets >= c).any():
        raise ValueError(f"targets must hold one id from 0 to {c - 1} for each of the {n} rows")
    # Two lists of indices pick one entry from each row; a slice and a list would pick a whole table.
    return float(-_log_softmax(z)[np.arange(n), targets].mean()) + 0.0  # a loss of nothing is 0, and not -0


def _log_softmax(z):
    # We stay in logarithms: a probability would round to 0 for a bad mistake, and its logarithm to -inf.
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
