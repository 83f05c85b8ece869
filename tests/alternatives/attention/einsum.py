import numpy as np


def attention(q, k, v, mask=None):
    q = np.array(q, dtype=np.float64)
    k = np.array(k, dtype=np.float64)
    v = np.array(v, dtype=np.float64)
    scores = np.einsum("...id,...jd->...ij", q, k) * q.shape[-1] ** -0.5
    allowed = np.ones(scores.shape, dtype=bool) if mask is None else np.broadcast_to(mask, scores.shape)
    best = np.max(scores, axis=-1, keepdims=True, where=allowed, initial=-1e300)
    weights = np.where(allowed, np.exp(np.where(allowed, scores - best, 0.0)), 0.0)
    weights = weights / np.maximum(weights.sum(axis=-1, keepdims=True), 1e-300)
    return np.einsum("...ij,...jc->...ic", weights, v)
