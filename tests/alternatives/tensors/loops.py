"""Plain loops over lists."""

import numpy as np


def kind(x):
    axes = 0
    if isinstance(x, np.ndarray):
        axes = len(x.shape)
    else:
        while isinstance(x, (list, tuple)):
            axes = axes + 1
            x = x[0]
    if axes == 0:
        return "scalar"
    elif axes == 1:
        return "vector"
    elif axes == 2:
        return "matrix"
    else:
        return "tensor"


def matvec(a, x):
    a = np.array(a, dtype=np.float64)
    x = np.array(x, dtype=np.float64)
    if len(a.shape) != 2:
        raise ValueError("a is not a matrix")
    if len(x.shape) != 1:
        raise ValueError("x is not a vector")
    rows = a.shape[0]
    columns = a.shape[1]
    if columns != x.shape[0]:
        raise ValueError("the sizes differ")
    result = np.zeros(rows)
    for i in range(rows):
        for j in range(columns):
            result[i] += a[i][j] * x[j]
    return result
