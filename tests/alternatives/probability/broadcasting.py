import numpy as np


def is_distribution(p, tol=1e-8):
    p = np.array(p)
    return np.logical_and(np.min(p) >= 0, np.abs(np.sum(p) - 1.0) <= tol)


def empirical_probabilities(outcomes, n_classes):
    hits = np.asarray(outcomes)[:, None] == np.arange(n_classes)[None, :]
    if not hits.any(axis=1).all():  # an outcome that hits no class
        raise ValueError("unknown class")
    return hits.mean(axis=0)


def expected_value(values, p):
    values = np.atleast_1d(np.asarray(values, dtype=np.float64))
    p = np.atleast_1d(np.asarray(p, dtype=np.float64))
    if len(values) != len(p):
        raise ValueError(f"{len(values)} != {len(p)}")
    if not is_distribution(p):
        raise ValueError("probabilities expected")
    return np.einsum("i,i->", values, p)
