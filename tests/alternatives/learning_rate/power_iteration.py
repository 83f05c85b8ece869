"""Squaring the matrix again and again leaves its steepest direction; no eigenvalue routine is used."""

import math

import numpy as np


def largest_stable_lr(hessian):
    h = np.array(hessian, dtype=float)
    if h.ndim != 2:
        raise ValueError("two axes, please")
    if h.shape[0] != h.shape[1]:
        raise ValueError("as many rows as columns, please")
    scale = np.max(np.abs(h))
    if scale == 0:
        return math.inf
    h = h / scale
    if np.max(np.abs(h - h.T)) > 1e-8:
        raise ValueError("a symmetric matrix, please")
    power = h
    for _ in range(60):
        power = power @ power
        power = power / np.max(np.abs(power))
    # The trace of h on the space that is left, divided by the trace of the projection onto it.
    return 2 / (scale * np.trace(h @ power) / np.trace(power))


def classify_curve(losses):
    total = math.fsum(abs(float(loss)) for loss in losses)
    if not math.isfinite(total):
        return "diverging"
    change = float(losses[-1]) - float(losses[0])
    if change > 0:
        return "diverging"
    return "too_small" if float(losses[-1]) + change > 0 else "converging"
