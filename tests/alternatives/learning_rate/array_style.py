"""The 2-norm of a symmetric matrix without negative eigenvalues is its largest eigenvalue."""

import numpy as np


def largest_stable_lr(hessian):
    H = np.array(hessian, dtype=np.float64)
    if H.ndim != 2 or len(set(H.shape)) != 1:
        raise ValueError("Hessian must be square")
    if not np.allclose(H, H.T, rtol=0, atol=1e-6 * np.abs(H).max()):
        raise ValueError("Hessian must be symmetric")
    with np.errstate(divide="ignore"):
        return np.float64(2) / np.linalg.norm(H, 2)


def classify_curve(losses):
    losses = np.asarray(losses)
    conditions = [~np.isfinite(losses).all() | (losses[-1] > losses[0]), losses[-1] > 0.5 * losses[0]]
    return np.select(conditions, ["diverging", "too_small"], "converging").item()
