"""Probability: uncertainty as numbers, from counts to the value to expect."""

import numpy as np


def is_distribution(p, tol=1e-8):
    """Tell whether the numbers in p are the probabilities of a distribution.

    A classifier, a sampler and a loss all rely on it: whatever a model hands on as probabilities has to share
    out exactly one unit, and no share may be negative.

        p_i >= 0 for every i, and |sum_i p_i - 1| <= tol

    Parameters
    ----------
    p : array_like of numbers, shape (n,) with n at least 1 (ints and lists work too)
        One number for each outcome. A share of 0 is allowed. What comes out for other shapes is not defined.
    tol : float, default 1e-8
        How far the sum may be from 1, on either side. It is there because floats are rounded: ten times 0.1 does
        not have to add up to 1 exactly. It is for the sum alone: an entry below 0 is wrong however small it is.

    Returns
    -------
    bool
        True or False (a numpy bool will do). Numbers that are no distribution, nan and inf among them, give False
        and not an error. p is not changed.

    Examples
    --------
    >>> bool(is_distribution([0.25, 0.75, 0]))
    True
    >>> bool(is_distribution([0.25, 0.5]))
    False
    >>> bool(is_distribution([0.25, 0.5], tol=0.3))
    True

    Source: Deisenroth et al., Mathematics for Machine Learning, section 6.2; Zhang et al., Dive into Deep
    Learning, section 2.6.
    """
    raise NotImplementedError("is_distribution: write me")


def empirical_probabilities(outcomes, n_classes):
    """Estimate the probability of each class by how often it came up.

    This is how class priors, the weights of rare classes and the simplest language models are made: count, then
    divide. With more data the shares settle at the probabilities behind them.

        p_k = (number of outcomes that equal k) / (number of outcomes)

    Parameters
    ----------
    outcomes : array_like of ints, shape (n,) with n at least 1 (lists work too)
        Class ids from 0 to n_classes - 1, in any order. What comes out for no outcomes at all, or for numbers
        that are not whole, is not defined.
    n_classes : int, at least 1
        The number of classes there are, seen or not.

    Returns
    -------
    numpy.ndarray of float64, shape (n_classes,)
        Entry k is the share of class k; a class that never came up has 0. A new array: outcomes is not changed.

    Raises
    ------
    ValueError
        If an outcome is below 0, or is n_classes or more.

    Examples
    --------
    >>> empirical_probabilities([0, 1, 1, 1], 2).tolist()
    [0.25, 0.75]
    >>> empirical_probabilities([2, 0], 4).tolist()
    [0.5, 0.0, 0.5, 0.0]

    Source: Zhang et al., Dive into Deep Learning, section 2.6; numpy.bincount.
    """
    raise NotImplementedError("empirical_probabilities: write me")


def expected_value(values, p):
    """Return the mean of the values, each weighted by its probability.

    A model is trained to make an expected loss small, and an agent to make an expected reward large. What is
    likely counts for much, what is unlikely for little.

        E = sum_i values_i * p_i

    Parameters
    ----------
    values : array_like of finite numbers, shape (n,) with n at least 1 (ints and lists work too)
        What each outcome is worth.
    p : array_like of numbers, shape (n,) (ints and lists work too)
        The probability of each outcome. What comes out for values or p of other than one axis is not defined.

    Returns
    -------
    float
        One number (a numpy scalar will do). Neither values nor p is changed.

    Raises
    ------
    ValueError
        If p is not a distribution: an entry below 0 or nan, or a sum more than 1e-8 from 1. Rounded shares, such as
        six times 1 / 6, are a distribution.
        If values and p are not equally long, also when one of them has length 1.

    Examples
    --------
    >>> float(expected_value([0, 10], [0.75, 0.25]))
    2.5
    >>> float(expected_value([3, -8, 1], [0, 1, 0]))
    -8.0

    Source: Deisenroth et al., Mathematics for Machine Learning, section 6.4; Zhang et al., Dive into Deep
    Learning, section 2.6.
    """
    raise NotImplementedError("expected_value: write me")
