import numpy as np


def norm(x, ord=2):
    x = np.asarray(x).astype(float)
    match ord:
        case 1:
            return np.abs(x).sum()
        case 2:
            return np.sqrt(np.dot(x, x))
        case np.inf:
            return np.abs(x).max()
        case p if p > 1:
            return (np.abs(x) ** p).sum() ** (1 / p)
    raise ValueError("unsupported order")


def normalize(x):
    x = np.array(x, dtype=float, copy=True)
    rows = x.reshape(-1, x.shape[-1])
    norms = np.sqrt(np.square(rows).sum(axis=1))
    norms[norms == 0.0] = 1.0
    rows /= norms[:, np.newaxis]
    return rows.reshape(x.shape)
