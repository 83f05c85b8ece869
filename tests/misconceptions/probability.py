"""Named wrong answers for is_distribution, empirical_probabilities and expected_value."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("is_distribution", title="only the sum is checked, so negative entries pass",
               hint="What would a chance of -50 % mean?")  # fmt: skip
def sum_only(p, tol=1e-8):
    return bool(abs(np.sum(p) - 1) <= tol)


@misconception("is_distribution", title="the sum is compared with 1 exactly",
               hint="Print the sum of ten times 0.1 with 20 digits.")  # fmt: skip
def exact_equality(p, tol=1e-8):
    return all(share >= 0 for share in p) and bool(sum(p) == 1)


@misconception("empirical_probabilities", title="counts come back, not shares of the total",
               hint="Which number must the entries add up to?")  # fmt: skip
def counts(outcomes, n_classes):
    outcomes = np.asarray(outcomes)
    if (outcomes < 0).any() or (outcomes >= n_classes).any():
        raise ValueError("an outcome is no class")
    return np.array([np.sum(outcomes == k) for k in range(n_classes)], dtype=float)


@misconception("empirical_probabilities", title="classes that never came up are left out",
               hint="A class never seen still has a probability. Which one?")  # fmt: skip
def unseen_left_out(outcomes, n_classes):
    outcomes = np.asarray(outcomes)
    if (outcomes < 0).any() or (outcomes >= n_classes).any():
        raise ValueError("an outcome is no class")
    _, times = np.unique(outcomes, return_counts=True)
    return times / times.sum()


@misconception("expected_value", title="the plain mean of the values, whatever their probabilities",
               hint="Load the die. Should the answer move?")  # fmt: skip
def plain_mean(values, p):
    if len(values) != len(p):
        raise ValueError("values and p differ in length")
    if not is_distribution(p):
        raise ValueError("p is not a distribution")
    return float(np.mean(values))
