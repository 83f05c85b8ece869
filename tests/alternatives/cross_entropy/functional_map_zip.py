import math
from statistics import fmean

import numpy as np


def cross_entropy(logits, targets):
    return fmean(map(loss, np.asarray(logits, dtype=float).tolist(), same_length(logits, targets)))


def same_length(logits, targets):
    targets = np.asarray(targets).tolist()
    if len(targets) != len(logits):
        raise ValueError
    return targets


def loss(row, target):
    right = row[range(len(row)).index(target)]  # index raises ValueError for a class that does not exist
    gaps = [x - right for x in row]
    top = max(gaps)
    return top + math.log(math.fsum(math.exp(gap - top) for gap in gaps))
