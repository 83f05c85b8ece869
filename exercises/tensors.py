"""Tensors: reading the axes of an array, and a matrix that acts on a vector."""

import numpy as np


def kind(x):
    """Name an array by its number of axes.

    The loss of a model is a scalar, the bias of a layer a vector, its weights a matrix and a batch of images a tensor
    with four axes. Which operations fit together, and along which axis they run, is decided by the axes.

        axes    0         1         2         3 or more
        kind    "scalar"  "vector"  "matrix"  "tensor"

    The number of axes is the number of indices that you must write to reach one number. How many entries there are
    does not matter: an axis of size 1 is an axis too.

    Parameters
    ----------
    x : number, numpy array of any shape, or nested lists or tuples of numbers
        A numpy number and an array without axes count as numbers. Lists of unequal length, text, and anything
        without entries are not defined.

    Returns
    -------
    str
        "scalar", "vector", "matrix" or "tensor".

    Examples
    --------
    >>> kind(3.5)
    'scalar'
    >>> kind([1, 2, 3])
    'vector'
    >>> kind([[1, 2, 3]])
    'matrix'

    Source: Deisenroth et al., Mathematics for Machine Learning, section 2.2; Zhang et al., Dive into Deep Learning,
    section 2.3; numpy.ndim.
    """
    raise NotImplementedError("kind: write me")


def matvec(a, x):
    """Multiply a matrix by a vector.

    This is what a linear layer does with its input. Row i of a holds the weights that make entry i of the result, so
    a decides how much of every entry of x goes into every entry of the result.

        matvec(a, x)_i = a_i1 * x_1 + a_i2 * x_2 + ... + a_in * x_n

    Parameters
    ----------
    a : array_like of numbers, shape (m, n)
        A matrix; ints, lists and tuples work too.
    x : array_like of numbers, shape (n,)
        A vector with one entry for each column of a. Sizes of 0 are not defined.

    Returns
    -------
    numpy.ndarray of float64, shape (m,)
        A new array: a and x are not changed. It is calculated in float64 whatever the dtype of a and x: small
        integer types must not overflow, and float32 must not lose digits.

    Raises
    ------
    ValueError
        If a does not have exactly two axes; if x does not have exactly one (a column of shape (n, 1) has two, a
        number has none); if the length of x is not n. A vector of length 1 is not stretched.

    Examples
    --------
    >>> matvec([[1, 2, 3], [0, 1, 0]], [1, 1, 2]).tolist()
    [9.0, 1.0]
    >>> matvec([[0.5], [2.0]], [4]).tolist()
    [2.0, 8.0]

    Source: Deisenroth et al., Mathematics for Machine Learning, section 2.2; Zhang et al., Dive into Deep Learning,
    section 2.3; numpy.matmul.
    """
    raise NotImplementedError("matvec: write me")
