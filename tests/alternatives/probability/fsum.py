import math

import numpy as np


def is_distribution(p, tol=1e-8):
    if any(math.isnan(x) or math.isinf(x) or x < 0 for x in p):
        return False
    return math.fabs(math.fsum(p) - 1.0) <= tol


def empirical_probabilities(outcomes, n_classes):
    outcomes = list(outcomes)
    if min(outcomes) < 0 or max(outcomes) > n_classes - 1:
        raise ValueError(f"outcomes go from 0 to {n_classes - 1}")
    return np.array([outcomes.count(k) / len(outcomes) for k in range(n_classes)], dtype=float)


def expected_value(values, p):
    if not is_distribution(p):
        raise ValueError(f"not a distribution: {p}")
    # strict: a ValueError if one is longer
    return math.fsum(v * w for v, w in zip(values, p, strict=True))
