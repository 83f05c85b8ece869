"""Attention weights: who looks at whom, and how much."""

import numpy as np


def attention_weights(q, k, mask=None):
    q, k = np.asarray(q, dtype=float), np.asarray(k, dtype=float)
    # Only the last two axes swap, so that leading axes (batch, heads) stay where they are.
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        # Hidden before the sharing: exp(-inf) is 0, so the open keys share the whole weight.
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    # A row without an open key has the maximum -inf; -inf minus -inf would be nan.
    e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total > 0, total, 1.0)
