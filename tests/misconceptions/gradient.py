"""Named wrong answers for numerical_gradient and mse_gradient."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("numerical_gradient", title="the slope is measured on one side of x only",
               hint="Which error is smaller, h or h squared? Step to both sides.")  # fmt: skip
def forward_difference(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up = x.copy()
        up[i] += h
        slopes[i] = (f(up) - f(x)) / h
    return slopes


@misconception("numerical_gradient", title="two steps apart, but divided by one h",
               hint="How far apart are the two points at which you call f?")  # fmt: skip
def divides_by_h(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / h
    return slopes


@misconception("numerical_gradient", title="all coordinates are moved at once",
               hint="Move one coordinate, hold the others.")  # fmt: skip
def all_at_once(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    return np.full(x.shape, (f(x + h) - f(x - h)) / (2 * h))


@misconception("numerical_gradient", title="a coordinate stays nudged while the next one is measured",
               hint="Compare x before and after the call.")  # fmt: skip
def not_restored(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        down = f(x)
        slopes[i] = (up - down) / (2 * h)
    return slopes


@misconception("numerical_gradient", title="the nudge is stored in a copy that has the dtype of x",
               hint="What is 3 + 1e-5 in an int array?")  # fmt: skip
def integer_copy(f, x, h=1e-5):
    x = np.asarray(x)
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes


@misconception("mse_gradient", title="the sum over the examples is not divided by their number",
               hint="The loss is a mean; so is its gradient.")  # fmt: skip
def mse_not_averaged(X, y, w):
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w, dtype=float)
    return 2 * X.T @ (X @ w - y)


@misconception("mse_gradient", title="the factor 2 of the square is lost",
               hint="Differentiate e**2.")  # fmt: skip
def mse_factor_two_lost(X, y, w):
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w, dtype=float)
    return X.T @ (X @ w - y) / len(y)
