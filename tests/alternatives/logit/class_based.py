import numpy as np


class Bernoulli:
    """A yes-or-no outcome, by its score or by its probability."""

    def probability(self, z):
        z = np.asarray(z, dtype=np.float64)
        return np.exp(-np.logaddexp(0.0, -z))

    def score(self, p):
        p = np.asarray(p, dtype=np.float64)
        if np.any(p < 0) or np.any(p > 1):
            raise ValueError("outside [0, 1]")
        return np.log(p) - np.log1p(-p)


_yes = Bernoulli()
sigmoid = _yes.probability
logit = _yes.score
