import numpy as np
from numpy import ma


def attention_weights(q, k, mask=None):
    q, k = np.asarray(q, dtype=float), np.asarray(k, dtype=float)
    scores = np.inner(q, k) if q.ndim == 2 else np.matmul(q, np.swapaxes(k, -1, -2))
    scores = scores / np.sqrt(k.shape[-1])
    hidden = False if mask is None else np.broadcast_to(np.logical_not(mask), scores.shape)
    scores = ma.masked_array(scores, mask=hidden)
    e = ma.exp(scores - scores.max(axis=-1, keepdims=True))
    return ma.filled(e / e.sum(axis=-1, keepdims=True), 0.0)
