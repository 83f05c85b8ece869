"""As in many model files: a large negative score, a plain softmax, and zeros for empty rows at the end."""

import numpy as np


def softmax(x):
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)


def attention_weights(q, k, mask=None):
    query, key = np.array(q, dtype=np.float64), np.array(k, dtype=np.float64)
    d_k = query.shape[-1]
    scores = np.matmul(query, np.moveaxis(key, -1, -2)) / d_k**0.5
    if mask is None:
        return softmax(scores)
    mask = np.array(mask, dtype=bool)
    scores = np.where(mask, scores, np.finfo(float).min)
    return np.where(mask.any(axis=-1, keepdims=True), softmax(scores), 0.0)
