"""The learning rate: where the edge is, and what a loss curve says about it."""

import numpy as np


def largest_stable_lr(hessian):
    h = np.asarray(hessian, dtype=float)
    if h.ndim != 2 or h.shape[0] != h.shape[1]:
        raise ValueError(f"a Hessian is a square matrix, not of shape {h.shape}")
    # Rounding is judged by the size of the entries: a fixed 1e-8 would call every small matrix symmetric.
    if np.abs(h - h.T).max() > 1e-9 * np.abs(h).max():
        raise ValueError("a Hessian is symmetric")
    steepest = np.linalg.eigvalsh(h)[-1]  # eigvalsh sorts them in ascending order
    return float(2 / steepest) if steepest > 0 else np.inf


def classify_curve(losses):
    losses = np.asarray(losses, dtype=float)
    # Before any comparison: each one with nan is False, and a ruined run would look healthy.
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverging"
    return "too_small" if losses[-1] > losses[0] / 2 else "converging"
