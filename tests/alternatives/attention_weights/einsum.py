import numpy as np


def attention_weights(q, k, mask=None):
    q = np.asarray(q, dtype=float)
    k = np.asarray(k, dtype=float)
    scores = np.einsum("...qd,...kd->...qk", q * q.shape[-1] ** -0.5, k)
    see = np.ones(scores.shape, dtype=bool) if mask is None else np.broadcast_to(mask, scores.shape)
    top = np.max(scores, axis=-1, where=see, initial=-np.inf, keepdims=True)
    e = np.zeros_like(scores)
    np.exp(scores - top, out=e, where=see)
    total = np.einsum("...k->...", e)[..., None]
    return np.divide(e, total, out=np.zeros_like(e), where=total != 0)
