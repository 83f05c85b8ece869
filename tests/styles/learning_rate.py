"""Plain numpy on arrays: converts nothing."""

import numpy as np


def largest_stable_lr(hessian):
    h = hessian
    if h.ndim != 2 or h.shape[0] != h.shape[1]:
        raise ValueError(f"a Hessian is a square matrix, not of shape {h.shape}")
    if np.abs(h - h.T).max() > 1e-09 * np.abs(h).max():
        raise ValueError("a Hessian is symmetric")
    steepest = np.linalg.eigvalsh(h)[-1]
    return float(2 / steepest) if steepest > 0 else np.inf


def classify_curve(losses):
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverging"
    return "too_small" if losses[-1] > losses[0] / 2 else "converging"
