# %% imports
import numpy as np

# %% is it a distribution?


def is_distribution(p, tol=1e-8):
    p = np.asarray(p, float)
    ok = True
    ok = ok and p[p >= 0].size == p.size
    ok = ok and p.sum() >= 1 - tol
    ok = ok and p.sum() <= 1 + tol
    return bool(ok)


print(is_distribution([0.5, 0.5]), is_distribution([0.5, 0.6]))

# %% shares


def empirical_probabilities(outcomes, n_classes):
    outcomes = np.sort(outcomes)
    if outcomes[0] < 0 or outcomes[-1] >= n_classes:
        raise ValueError("no such class")
    edges = np.searchsorted(outcomes, np.arange(n_classes + 1))
    return np.diff(edges) / outcomes.size


print(empirical_probabilities([0, 1, 1], 3))

# %% mean


def expected_value(values, p):
    assert_same_length(values, p)
    if not is_distribution(p):
        raise ValueError
    return np.inner(values, p)


def assert_same_length(a, b):
    if len(a) != len(b):
        raise ValueError("not the same length")


print(expected_value([1, 2], [0.5, 0.5]))
