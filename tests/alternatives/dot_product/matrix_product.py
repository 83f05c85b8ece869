"""As in torch: a row times a column, and the one number taken out of the result."""

import numpy as np


def dot(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if len(a.shape) != 1 or len(b.shape) != 1:
        raise ValueError("1D tensors expected")
    # sizes that do not fit: matmul raises ValueError
    return np.matmul(a.reshape(1, -1), b.reshape(-1, 1)).item()
