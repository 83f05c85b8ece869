"""Plain numpy on arrays: converts nothing."""

import numpy as np


def is_distribution(p, tol=1e-08):
    return bool((p >= 0).all() and abs(p.sum() - 1) <= tol)


def empirical_probabilities(outcomes, n_classes):
    if (outcomes < 0).any() or (outcomes >= n_classes).any():
        raise ValueError(f"outcomes must be class ids from 0 to {n_classes - 1}")
    return np.bincount(outcomes, minlength=n_classes) / len(outcomes)


def expected_value(values, p):
    if values.shape != p.shape:
        raise ValueError(f"{values.size} values need as many probabilities (got {p.size})")
    if not is_distribution(p):
        raise ValueError("p is not a distribution")
    return float((values * p).sum())
