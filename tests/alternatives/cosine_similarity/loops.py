"""One loop, three sums."""

import math

import numpy as np


def cosine_similarity(a, b):
    if np.ndim(a) != 1 or np.ndim(b) != 1:
        raise ValueError("a and b must be vectors")
    if len(a) != len(b):
        raise ValueError("a and b must have the same length")
    ab = 0.0
    aa = 0.0
    bb = 0.0
    for i in range(len(a)):
        x = float(a[i])
        y = float(b[i])
        ab += x * y
        aa += x * x
        bb += y * y
    if aa == 0 or bb == 0:
        return 0.0
    cosine = ab / (math.sqrt(aa) * math.sqrt(bb))
    if cosine > 1:
        cosine = 1.0
    if cosine < -1:
        cosine = -1.0
    return cosine
