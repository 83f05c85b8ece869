import math

import numpy as np


def log1pexp(z):
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


# sigmoid(z) is exp(-log(1 + exp(-z)))
sigmoid = np.vectorize(lambda z: math.exp(-log1pexp(-z)), otypes=[float])
logit = np.vectorize(
    lambda p: math.log(p) - math.log1p(-p) if 0 < p < 1 else {0: -math.inf, 1: math.inf}.get(p, math.nan),
    otypes=[float],
)
