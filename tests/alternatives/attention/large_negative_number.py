import numpy as np


def softmax(x):
    x = x - np.max(x, axis=-1, keepdims=True)
    e = np.exp(x)
    return e / np.sum(e, axis=-1, keepdims=True)


def attention(q, k, v, mask=None):
    q, k, v = np.asarray(q, dtype=float), np.asarray(k, dtype=float), np.asarray(v, dtype=float)
    d = q.shape[-1]
    scores = (q / np.sqrt(d)) @ k.swapaxes(-1, -2)
    if mask is None:
        return softmax(scores) @ v
    mask = np.broadcast_to(np.asarray(mask, dtype=bool), scores.shape)
    scores = np.where(mask, scores, -1e30)
    weights = softmax(scores)
    # A row with nothing open came out uniform; it should look nowhere.
    weights = weights * mask.any(axis=-1, keepdims=True)
    return weights @ v
