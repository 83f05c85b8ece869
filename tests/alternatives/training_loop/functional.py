"""The path of the weights is an accumulation; the curves are maps over it."""

from functools import partial
from itertools import accumulate, repeat

import numpy as np


def mse(x, y, w):
    return float(np.mean(np.square(x @ w - y)))


def step(x, y, lr, w):
    return w - 2 * lr * (x.T @ (x @ w - y)) / y.size


def train(x_train, y_train, x_val, y_val, lr, steps):
    x, y, xv, yv = map(partial(np.asarray, dtype=float), (x_train, y_train, x_val, y_val))
    update = partial(step, x, y, lr)
    path = list(accumulate(repeat(None, steps), lambda w, _: update(w), initial=np.zeros(x.shape[1])))
    return path[-1], list(map(partial(mse, x, y), path[:-1])), list(map(partial(mse, xv, yv), path[1:]))
