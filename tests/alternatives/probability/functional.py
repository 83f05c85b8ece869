from collections import Counter
from functools import reduce
from operator import add, mul

import numpy as np


def is_distribution(p, tol=1e-8):
    return all(map(lambda share: bool(share >= 0), p)) and bool(abs(reduce(add, p) - 1) <= tol)


def empirical_probabilities(outcomes, n_classes):
    times = Counter(int(outcome) for outcome in outcomes)
    if set(times) - set(range(n_classes)):
        raise ValueError(f"not a class: {sorted(set(times) - set(range(n_classes)))}")
    n = sum(times.values())
    return np.array([times[k] / n for k in range(n_classes)])


def expected_value(values, p):
    values, p = list(values), list(p)
    if len(values) != len(p) or not is_distribution(p):
        raise ValueError("values and a distribution of the same length, please")
    return sum(map(mul, values, p))
