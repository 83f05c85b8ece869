"""Plain numpy on arrays: converts nothing."""

import numpy as np


def numerical_gradient(f, x, h=1e-05):
    slopes = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        slopes[i] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


def mse_gradient(X, y, w):
    return 2 / len(y) * (X.T @ (X @ w - y))
