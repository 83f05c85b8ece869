"""Logits: from a score to a probability and back."""

import numpy as np


def sigmoid(z):
    """Turn scores (logits) into probabilities, each by itself.

    This is the last step of most yes-or-no classifiers and the gate inside an LSTM: a score of 0 says "even
    chances", each step up makes yes likelier.

        sigmoid(z) = 1 / (1 + exp(-z))

    Parameters
    ----------
    z : number or array_like of numbers, any shape (ints and lists work too)
        Scores. They may be huge on either side: the answer for 1000 is exactly 1 and for -1000 exactly 0. Small
        probabilities keep their digits (to a relative error of 1e-6), as far down as a float goes: the answer for
        -40 is 4.248354e-18 and for -720 it is 2.0322308e-313, not 0. What comes out for nan is not defined.

    Returns
    -------
    float for a number, numpy.ndarray of float64 with the shape of z otherwise
        Probabilities from 0 to 1, calculated in float64 whatever the dtype of z. For a number, a numpy scalar or an
        array without axes will do. A new array: z is not changed.

    Examples
    --------
    >>> float(sigmoid(0))
    0.5
    >>> sigmoid([-1000, 0, 1000]).tolist()
    [0.0, 0.5, 1.0]
    >>> sigmoid([[0.0], [0.0]]).shape
    (2, 1)

    Source: Zhang et al., Dive into Deep Learning, section 5.1; scipy.special.expit.
    """
    raise NotImplementedError("sigmoid: write me")


def logit(p):
    """Turn probabilities back into scores: the logarithm of the odds. It undoes sigmoid.

    A linear model can add and subtract scores as it likes, because they have no walls at 0 and 1. The logit is
    how a probability, such as the share of a class, becomes a score: the bias that a model should start with.

        logit(p) = log(p / (1 - p))

    Parameters
    ----------
    p : number or array_like of numbers, any shape (ints and lists work too)
        Probabilities. Those close to 0 or to 1 are not rounded or cut off: the answer for 1e-30 is -69.07755, and
        1 - 1e-8 and 1 - 1e-9 have scores of their own. What comes out for nan is not defined.

    Returns
    -------
    float for a number, numpy.ndarray of float64 with the shape of p otherwise
        Scores, calculated in float64 whatever the dtype of p: 0 for one half (up to rounding), -inf for 0 and inf
        for 1. A number outside [0, 1] is no probability: either nan comes back in its place, or ValueError is
        raised. For a number, a numpy scalar or an array without axes will do. A new array: p is not changed.

    Examples
    --------
    >>> round(float(logit(0.8)), 6)
    1.386294
    >>> logit([0, 1]).tolist()
    [-inf, inf]

    Source: scipy.special.logit.
    """
    raise NotImplementedError("logit: write me")
