"""A class does the work; bound methods are exported under the names of the exercise."""

import numpy as np


class Slopes:
    def __init__(self, dtype=float):
        self.dtype = dtype

    def _along(self, f, x, h, index):
        keep = x[index]
        x[index] = keep + h
        above = f(x)
        x[index] = keep - h
        below = f(x)
        x[index] = keep
        return (above - below) / (2 * h)

    def measure(self, f, x, h=1e-5):
        own = np.array(x, dtype=self.dtype)
        out = np.zeros(own.shape, dtype=self.dtype)
        it = np.nditer(own, flags=["multi_index"])
        for _ in it:
            out[it.multi_index] = self._along(f, own, h, it.multi_index)
        return out

    def of_loss(self, X, y, w):
        X = np.asarray(X, dtype=self.dtype)
        error = X.dot(np.asarray(w, dtype=self.dtype)) - np.asarray(y, dtype=self.dtype)
        return (error * 2).dot(X) / error.size


_slopes = Slopes()
numerical_gradient = _slopes.measure
mse_gradient = _slopes.of_loss
