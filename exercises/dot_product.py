"""Dot product: how well two vectors line up, weighted by their lengths."""

import numpy as np


def dot(a, b):
    """Return the dot product of two vectors: one number that says how well they line up.

    This is the score behind linear models and search: with a as the weights of a model and b as an example, it decides
    how strongly the model responds. Entries of the same sign raise the score, entries of opposite sign lower it, and
    doubling one vector doubles it.

        dot(a, b) = a_1 * b_1 + a_2 * b_2 + ... + a_n * b_n

    Parameters
    ----------
    a, b : array_like of numbers, shape (n,), the same n of at least 1 for both
        Two vectors; ints, lists and tuples work too. Neither is changed.

    Returns
    -------
    float
        One number (a numpy number will do), not an array with axes. It is calculated in float64 whatever the dtype of
        a and b: small integer types must not overflow, and float32 must not lose digits.

    Raises
    ------
    ValueError
        If a or b does not have exactly one axis (a number, a row of shape (1, n), a column and a matrix do not), or
        if their lengths differ. A vector of length 1 is not stretched to the length of the other.

    Examples
    --------
    >>> float(dot([1, 2, 3], [4, 5, 6]))
    32.0
    >>> float(dot([1.0, 0.0], [0.0, 5.0]))
    0.0
    >>> float(dot([0.5, 1.0], [2, -3]))
    -2.0

    Source: Deisenroth et al., Mathematics for Machine Learning, section 3.2.1; Zhang et al., Dive into Deep Learning,
    section 2.3.8; numpy.dot.
    """
    raise NotImplementedError("dot: write me")
