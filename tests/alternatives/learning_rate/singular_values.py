"""Singular values, which are the eigenvalues here; errors from one guard at the top."""

import numpy as np


def _guard(matrix):
    try:
        rows, columns = matrix.shape
    except ValueError:
        raise ValueError("a Hessian has two axes") from None
    if rows != columns or not np.allclose(matrix, matrix.T, rtol=1e-7, atol=1e-9 * abs(matrix).max()):
        raise ValueError("a Hessian is square and symmetric")


def largest_stable_lr(hessian):
    matrix = np.asarray(hessian, dtype=float)
    _guard(matrix)
    top = np.linalg.svd(matrix, compute_uv=False)[0]
    try:
        return 2.0 / float(top)
    except ZeroDivisionError:
        return float("inf")


def classify_curve(losses):
    losses = np.array(losses, dtype=float)
    with np.errstate(all="ignore"):
        share = losses[-1] / losses[0]
    if np.isnan(losses).any() or np.isinf(losses).any() or share > 1:
        return "diverging"
    if share > 0.5:
        return "too_small"
    return "converging"
