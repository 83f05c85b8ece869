import numpy as np


def cross_entropy(logits, targets):
    z = np.array(logits, dtype=np.float64)
    y = np.array(targets)
    if y.ndim != 1 or len(y) != len(z) or not np.isin(y, np.arange(z.shape[1])).all():
        raise IndexError("bad targets")
    z = z - z.max(axis=1)[:, None]
    one_hot = np.equal.outer(y, np.arange(z.shape[1])).astype(float)
    log_p = z - np.log(np.einsum("ij->i", np.exp(z)))[:, None]
    return -np.einsum("ij,ij->", one_hot, log_p) / len(z)
