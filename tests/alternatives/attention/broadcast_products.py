import numpy as np


def attention(q, k, v, mask=True):
    mask = True if mask is None else mask
    q, k, v = (np.asarray(x) * 1.0 for x in (q, k, v))
    products = q[..., :, None, :] * k[..., None, :, :]
    scores = products.sum(axis=-1) / np.sqrt(products.shape[-1])
    scores = np.ma.masked_array(scores, mask=~np.broadcast_to(np.asarray(mask, dtype=bool), scores.shape))
    top = np.ma.filled(scores.max(axis=-1, keepdims=True), 0.0)
    e = np.ma.filled(np.ma.exp(scores - top), 0.0)
    total = e.sum(axis=-1)
    total[total == 0] = np.inf
    mixed = (e[..., None] * v[..., None, :, :]).sum(axis=-2)
    return mixed / total[..., None]
