import numpy as np


def attention_weights(q, k, mask=None):
    q, k = np.asarray(q, float), np.asarray(k, float)
    d = q.shape[-1]
    scores = (q / np.sqrt(d)) @ k.swapaxes(-2, -1)
    if mask is not None:
        scores = scores + np.log(np.asarray(mask, dtype=float))  # log(1) = 0, log(0) = -inf
    w = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return np.nan_to_num(w / np.sum(w, axis=-1, keepdims=True), nan=0.0)
