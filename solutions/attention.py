"""Attention: weights mix values."""

import numpy as np


def attention(q, k, v, mask=None):
    q, k, v = (np.asarray(x, dtype=float) for x in (q, k, v))
    # Only the last two axes are swapped, so that batch axes stay in front. The spread of a dot product grows with
    # the root of the width of a key; dividing by it keeps softmax from turning into a hard choice.
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    # The largest open score becomes 0. In a row without any it is -inf, and -inf - -inf would be nan: 0 instead.
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total > 0, total, 1.0) @ v
