"""Sums by math.fsum."""

import math

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.empty(x.shape, dtype=float)
    for idx, value in np.ndenumerate(x):
        y = x.copy()
        y[idx] = value + h
        hi = f(y)
        y[idx] = value - h
        grad[idx] = math.fsum((hi, -f(y))) / 2 / h
    return grad


def mse_gradient(X, y, w):
    X = [[float(v) for v in row] for row in X]
    errors = [
        math.fsum([a * float(b) for a, b in zip(row, w, strict=True)] + [-float(t)])
        for row, t in zip(X, y, strict=True)
    ]
    return np.array(
        [2 * math.fsum(e * row[j] for e, row in zip(errors, X, strict=True)) / len(X) for j in range(len(w))]
    )
