import numpy as np


class Finite:
    """A distribution over 0, 1, ..., n - 1."""

    def __init__(self, p):
        self.p = np.asarray(p, dtype=float)

    def valid(self, tol=1e-8):
        gap = self.p.sum() - 1.0
        return bool(np.all(self.p >= 0.0) and -tol <= gap <= tol)

    @classmethod
    def fitted(cls, outcomes, n_classes):
        outcomes = np.asarray(outcomes, dtype=int)
        known = np.isin(outcomes, np.arange(n_classes))
        if not known.all():
            raise ValueError("outcome without a class")
        totals = np.zeros(n_classes)
        np.add.at(totals, outcomes, 1.0)
        return cls(totals / outcomes.size)

    def mean_of(self, values):
        values = np.asarray(values, dtype=float)
        if values.shape != self.p.shape:
            raise ValueError("one value for each outcome")
        if not self.valid():
            raise ValueError("no distribution")
        return self.p.dot(values)


def is_distribution(p, tol=1e-8):
    return Finite(p).valid(tol)


def empirical_probabilities(outcomes, n_classes):
    return Finite.fitted(outcomes, n_classes).p


def expected_value(values, p):
    return Finite(p).mean_of(values)
