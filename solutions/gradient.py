"""Gradients: the slope of a function in every coordinate."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)  # in an array of ints the nudge would be cut off
    slopes = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = h
        # One step to each side: a bend lifts both alike and cancels, so the error falls like h**2.
        slopes[i] = (f(x + step) - f(x - step)) / (2 * h)
    return slopes


def mse_gradient(X, y, w):
    X, y, w = (np.asarray(a, dtype=float) for a in (X, y, w))
    # Row j of X.T holds the j-th feature of every example: how much weight j had to do with each error.
    return 2 / len(y) * (X.T @ (X @ w - y))
