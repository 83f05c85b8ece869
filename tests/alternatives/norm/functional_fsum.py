from functools import partial
from math import fsum, hypot, inf, isinf

import numpy as np


def _root_of_sum(p, values):
    return fsum(map(lambda v: v**p, values)) ** (1 / p)


def norm(x, ord=2):
    if ord < 1:
        raise ValueError("ord")
    sizes = list(map(abs, map(float, x)))
    measure = max if isinf(ord) else partial(_root_of_sum, ord)
    return measure(sizes)


def _unit(row):
    row = list(map(float, row))
    return [v / (hypot(*row) or inf) for v in row]


normalize = lambda x: np.array(list(map(_unit, x)) if np.ndim(x) > 1 else _unit(x))  # noqa: E731
