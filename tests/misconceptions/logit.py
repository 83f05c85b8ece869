"""Named wrong answers for sigmoid and logit."""

import math

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("sigmoid", title="exp(z) / (1 + exp(z)) for large scores, which is inf / inf",
               hint="What is inf / inf? Use the form whose exponent is negative.")  # fmt: skip
def exp_of_z_over(z):
    e = np.exp(np.asarray(z, dtype=float))
    return e / (1 + e)


@misconception("sigmoid", title="the sign of the exponent is turned round, so the curve falls",
               hint="Should a larger score be less likely?")  # fmt: skip
def sign_of_exponent(z):
    return 1 / (1 + np.exp(np.asarray(z, dtype=float)))


@misconception("sigmoid", title="math.exp is used, which takes one number and overflows with an error",
               hint="Which exp takes arrays?")  # fmt: skip
def math_exp_only(z):
    return 1 / (1 + math.exp(-z))


@misconception("logit", title="the logarithm of p alone, not of the odds",
               hint="Odds compare p with what?")  # fmt: skip
def logit_is_log_p(p):
    return np.log(np.asarray(p, dtype=float))


@misconception("logit", title="the odds themselves, without a logarithm",
               hint="Can your answer be negative? One function is missing around it.")  # fmt: skip
def logit_is_odds(p):
    p = np.asarray(p, dtype=float)
    return p / (1 - p)


@misconception("logit", title="p is clipped, so that certain outcomes get a finite score",
               hint="How sure is certain?")  # fmt: skip
def logit_clipped(p):
    p = np.clip(np.asarray(p, dtype=float), 1e-7, 1 - 1e-7)
    return np.log(p / (1 - p))
