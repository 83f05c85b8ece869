"""Probability: uncertainty as numbers, from counts to the value to expect."""

import numpy as np


def is_distribution(p, tol=1e-8):
    p = np.asarray(p, dtype=float)
    # Asking what is right, not what is wrong: every comparison with nan is False, so nan cannot slip through.
    return bool((p >= 0).all() and abs(p.sum() - 1) <= tol)


def empirical_probabilities(outcomes, n_classes):
    outcomes = np.asarray(outcomes)
    if (outcomes < 0).any() or (outcomes >= n_classes).any():
        raise ValueError(f"outcomes must be class ids from 0 to {n_classes - 1}")
    # minlength keeps a place for the classes that never came up.
    return np.bincount(outcomes, minlength=n_classes) / len(outcomes)


def expected_value(values, p):
    values, p = np.asarray(values, dtype=float), np.asarray(p, dtype=float)
    # Checked by hand, because numpy would stretch a single value to any length.
    if values.shape != p.shape:
        raise ValueError(f"{values.size} values need as many probabilities (got {p.size})")
    if not is_distribution(p):
        raise ValueError("p is not a distribution")
    return float((values * p).sum())
