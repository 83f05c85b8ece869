"""Sums by math.fsum, and the loss as a function of its own with its gradient beside it."""

import math

import numpy as np


def errors(x, y, w):
    return [math.fsum(a * b for a, b in zip(row, w, strict=True)) - t for row, t in zip(x, y, strict=True)]


def mean_square(values):
    return math.fsum(v * v for v in values) / len(values)


def train(x_train, y_train, x_val, y_val, lr, steps):
    x = [[float(a) for a in row] for row in x_train]
    w = [0.0 for _ in x[0]]
    losses = ([], [])
    for _ in range(steps):
        e = errors(x, y_train, w)
        losses[0].append(mean_square(e))
        slopes = [
            2 * math.fsum(a * b for a, b in zip(e, column, strict=True)) / len(e)
            for column in zip(*x, strict=True)
        ]
        w = [a - lr * s for a, s in zip(w, slopes, strict=True)]
        losses[1].append(mean_square(errors(x_val, y_val, w)))
    return [np.array(w), *losses]
