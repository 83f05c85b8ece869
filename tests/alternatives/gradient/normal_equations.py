"""The gradient of the loss from X^T X and X^T y; the slope divided by the real distance."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    result = np.zeros_like(x)
    for k in range(x.size):
        hi, lo = x.flatten(), x.flatten()
        hi[k] += h
        lo[k] -= h
        result.flat[k] = (float(f(hi.reshape(x.shape))) - float(f(lo.reshape(x.shape)))) / (hi[k] - lo[k])
    return result


def mse_gradient(X, y, w):
    X = np.asarray(X, dtype=float)
    n = X.shape[0]
    return (2 / n) * (X.T @ X) @ np.asarray(w, dtype=float) - (2 / n) * X.T @ np.asarray(y, dtype=float)
