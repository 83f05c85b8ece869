import math
from functools import partial

import numpy as np


def along(row_function, z, axis=-1):
    last = np.moveaxis(np.asarray(z, dtype=float), axis, -1)
    rows = map(row_function, last.reshape(-1, last.shape[-1]).tolist())
    return np.moveaxis(np.array(list(rows)).reshape(last.shape), -1, axis)


def shares(row):
    top = max(row)
    powers = list(map(lambda x: math.exp(x - top), row))
    total = math.fsum(powers)
    return [p / total for p in powers]


def log_shares(row):
    top = max(row)
    rest = math.log(math.fsum(math.exp(x - top) for x in row))
    return [x - top - rest for x in row]


softmax = partial(along, shares)
log_softmax = partial(along, log_shares)
