from functools import partial
from math import fsum, hypot
from operator import mul


def cosine(a, b):
    a, b = list(map(float, a)), list(map(float, b))
    lengths = hypot(*a) * hypot(*b)
    return fsum(map(mul, a, b)) / lengths if lengths else 0.0


def retrieve(query, docs, k):
    if k < 1:
        raise ValueError("k")
    scores = dict(zip(docs, map(partial(cosine, query), docs.values())))
    return list(sorted(scores.items(), key=lambda item: -item[1]))[slice(k)]
