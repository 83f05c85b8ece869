import numpy as np


def is_distribution(p, tol=1e-8):
    p = np.asarray(p, dtype=float)
    if np.isnan(p).any() or (p < 0).any():
        return False
    return np.isclose(p.sum(), 1.0, rtol=0.0, atol=tol)


def empirical_probabilities(outcomes, n_classes):
    # bincount itself raises ValueError for negative numbers
    counts = np.bincount(outcomes, minlength=n_classes)
    if counts.size != n_classes:
        raise ValueError("class out of range")
    return np.true_divide(counts, counts.sum())


def expected_value(values, p):
    if np.shape(values) != np.shape(p):
        raise ValueError("shapes differ")
    if not is_distribution(p):
        raise ValueError("p must be a distribution")
    return np.average(values, weights=p)
