import numpy as np


class Distribution:
    def __init__(self, shares):
        self.shares = np.array(shares, dtype=np.float64)
        if self.shares.min() < 0:
            raise ValueError("a share is negative")
        if not np.isclose(self.shares.sum(), 1, rtol=0, atol=1e-8):
            raise ValueError("shares do not add up to 1")

    @property
    def support(self):
        return np.flatnonzero(self.shares)

    def entropy(self):
        s = self.shares[self.support]
        return -np.dot(s, np.log(s))

    def cross_entropy(self, other):
        i = self.support
        if np.any(other.shares[i] == 0):
            return np.inf
        return -np.dot(self.shares[i], np.log(other.shares[i]))

    def divergence_from(self, other):
        if self.shares.size != other.shares.size:
            raise ValueError("different outcomes")
        return self.cross_entropy(other) - self.entropy()


def kl_divergence(p, q):
    return Distribution(p).divergence_from(Distribution(q))
