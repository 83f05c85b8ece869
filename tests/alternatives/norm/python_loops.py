import math


def norm(x, ord=2):
    if ord < 1:
        raise ValueError("the order must be at least 1")
    if ord == math.inf:
        largest = 0.0
        for value in x:
            if abs(value) > largest:
                largest = abs(float(value))
        return largest
    total = 0.0
    for value in x:
        total += abs(float(value)) ** ord
    return total ** (1.0 / ord)


def normalize(x):
    import numpy as np

    rows = np.array(x, dtype=float)
    if rows.ndim == 1:
        n = norm(rows)
        for i in range(len(rows)):
            if n > 0:
                rows[i] = rows[i] / n
        return rows
    for r in range(rows.shape[0]):
        n = norm(rows[r])
        if n > 0:
            for c in range(rows.shape[1]):
                rows[r, c] = rows[r, c] / n
    return rows
