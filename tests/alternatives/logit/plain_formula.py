import numpy as np


def sigmoid(z):
    # exp may overflow to inf here, and 1 / inf is the right answer
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def logit(p):
    p = np.asarray(p, dtype=float)
    return np.log(p / (1 - p))
