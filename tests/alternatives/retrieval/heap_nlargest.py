import heapq
from operator import itemgetter

import numpy as np


def unit(v):
    v = np.asarray(v, dtype=np.float64)
    length = np.sqrt(np.sum(np.square(v)))
    return v if length == 0 else v / length


def retrieve(query, docs, k):
    if not k >= 1:
        raise ValueError("k must be 1 or more")
    direction = unit(query)
    return heapq.nlargest(k, ((name, float(np.dot(direction, unit(v)))) for name, v in docs.items()), key=itemgetter(1))
