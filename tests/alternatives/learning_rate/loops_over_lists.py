"""Plain loops for the checks and the curve."""

import math

import numpy as np


def largest_stable_lr(hessian):
    if np.ndim(hessian) != 2:
        raise ValueError("expected a matrix")
    rows = [[float(v) for v in row] for row in hessian]
    d = len(rows)
    biggest = 0.0
    for row in rows:
        if len(row) != d:
            raise ValueError("expected as many columns as rows")
        for v in row:
            biggest = max(biggest, abs(v))
    for i in range(d):
        for j in range(i):
            if abs(rows[i][j] - rows[j][i]) > 1e-6 * biggest:
                raise ValueError("expected a symmetric matrix")
    if biggest == 0.0:
        return math.inf
    return 2.0 / max(np.linalg.eigvalsh(np.array(rows)).tolist())


def classify_curve(losses):
    for loss in losses:
        if math.isnan(loss) or math.isinf(loss):
            return "diverging"
    first = losses[0]
    last = losses[len(losses) - 1]
    if last > first:
        return "diverging"
    elif 2 * last > first:
        return "too_small"
    else:
        return "converging"
