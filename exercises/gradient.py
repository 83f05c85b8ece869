"""Gradients: the slope of a function in every coordinate."""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """Measure the gradient of f at x: nudge one coordinate at a time and see how far f moves.

    A gradient says how much each parameter of a model pushes the loss. This is the slow and sure way to get
    it, used to check a formula before a model is trained with it.

        slope_i = (f(x + h e_i) - f(x - h e_i)) / (2 h)

    Here e_i is 1 at entry i and 0 at all others.

    Parameters
    ----------
    f : function
        Takes a float64 array with the shape of x and returns one number. It does not change the array.
    x : array_like of numbers, any shape with at least one axis (ints, float32 and lists work too)
        The point. The calculation is done in float64, whatever x is made of.
    h : float above 0, default 1e-5
        The length of each step. Exactly this h is used, however large or small x is: a caller who asks for a
        wide step gets the slope over a wide step. Other values of h are not defined.

    Returns
    -------
    numpy.ndarray of float64, shape of x
        One slope for each entry of x. A new array: x is not changed.

    Examples
    --------
    >>> numerical_gradient(lambda x: 3 * x[0] - 2 * x[1], [1.0, 4.0]).round(6).tolist()
    [3.0, -2.0]
    >>> numerical_gradient(lambda x: x[0] * x[1], [2, 5], h=0.25).tolist()
    [5.0, 2.0]
    >>> numerical_gradient(lambda x: x[0] ** 3, [1.0], h=0.5).tolist()
    [3.25]

    Source: Deisenroth et al., Mathematics for Machine Learning, section 5.2; CS231n notes, "Gradient checks".
    """
    raise NotImplementedError("numerical_gradient: write me")


def mse_gradient(X, y, w):
    """Return the gradient of the mean squared error of a linear model, by its formula.

    It tells training which way to move each weight: a positive entry says that more of this weight makes the
    loss larger. The loss is the mean over the rows of X, and this is its gradient in w:

        loss(w) = mean((X w - y)**2)
        gradient = 2/n X^T (X w - y)

    Parameters
    ----------
    X : array_like of numbers, shape (n, d), n and d at least 1
        One example per row. There may be more rows than columns or fewer.
    y : array_like of numbers, shape (n,)
        The target of each row.
    w : array_like of numbers, shape (d,)
        The weights. Ints and lists work for all three. The calculation is done in float64, so that products of
        large ints do not overflow. Sizes that do not fit are not defined.

    Returns
    -------
    numpy.ndarray of float64, shape (d,)
        One slope for each weight. A new array: X, y and w are not changed.

    Examples
    --------
    >>> mse_gradient([[1.0, 0.0], [0.0, 2.0]], [0.0, 0.0], [3.0, 1.0]).tolist()
    [3.0, 4.0]
    >>> mse_gradient([[1, 2], [3, 4]], [5, 11], [1, 2]).tolist()
    [0.0, 0.0]

    Source: Deisenroth et al., Mathematics for Machine Learning, section 5.5.
    """
    raise NotImplementedError("mse_gradient: write me")
