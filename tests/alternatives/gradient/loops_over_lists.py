"""Plain loops; numpy only to read the input and to hold the answer."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    shape = x.shape
    flat = x.ravel().tolist()
    slopes = []
    for i in range(len(flat)):
        up = list(flat)
        down = list(flat)
        up[i] = flat[i] + h
        down[i] = flat[i] - h
        rise = f(np.array(up).reshape(shape)) - f(np.array(down).reshape(shape))
        slopes.append(rise / (2 * h))
    return np.array(slopes).reshape(shape)


def mse_gradient(X, y, w):
    n = len(X)
    d = len(w)
    total = [0.0] * d
    for i in range(n):
        guess = 0.0
        for j in range(d):
            guess += X[i][j] * w[j]
        error = guess - y[i]
        for j in range(d):
            total[j] += 2.0 * error * X[i][j]
    return np.array([t / n for t in total], dtype=float)
