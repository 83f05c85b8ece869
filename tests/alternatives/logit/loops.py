import math

import numpy as np


def each(function, x):
    x = np.asarray(x, dtype=float)
    result = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        result[index] = function(float(x[index]))
    return result


def one_sigmoid(z):
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    return math.exp(z) / (1 + math.exp(z))


def one_logit(p):
    if p == 0:
        return -math.inf
    if p == 1:
        return math.inf
    if p < 0 or p > 1:
        raise ValueError("a probability lies between 0 and 1")
    return math.log(p / (1 - p))


def sigmoid(z):
    return each(one_sigmoid, z)


def logit(p):
    return each(one_logit, p)
