"""Norms: the size of a vector, and vectors of size one."""

import numpy as np


def norm(x, ord=2):
    """Measure the size of a vector.

    Weight decay, gradient clipping and distances between embeddings are all sizes of vectors. The order says how
    much the large entries count: at 1 every entry counts alike, at infinity only the largest one counts.

        norm(x, p)      = (sum_i |x_i|**p) ** (1 / p)
        norm(x, np.inf) = max_i |x_i|

    numpy.linalg.norm is what you write here; it, vector_norm and matrix_norm are switched off.

    Parameters
    ----------
    x : array_like of numbers, shape (n,) with n at least 1 (ints and lists work too)
        The vector. All calculation is done in float64: [3000000000, 4000000000] is as easy as [3, 4], and a vector with
        entries of 1e-100 is measured as exactly as others. What comes out for nan, for infinite entries, where a power
        is too large or too small for a float, or for other shapes, is not defined.
    ord : int or float, default 2
        The order p: 1, 2, np.inf or any other number from 1 up.

    Returns
    -------
    float
        The size: 0 for the zero vector, positive for all others. x is not changed.

    Raises
    ------
    ValueError
        If ord is below 1.

    Examples
    --------
    >>> float(norm([3, -4]))
    5.0
    >>> float(norm([1, -2, 3], ord=1))
    6.0
    >>> float(norm([1, -2, 3], ord=np.inf))
    3.0

    Source: Deisenroth et al., Mathematics for Machine Learning, section 3.1; Zhang et al., Dive into Deep Learning,
    section 2.3.11; numpy.linalg.norm.
    """
    raise NotImplementedError("norm: write me")


def normalize(x):
    """Scale a vector, or every row of a matrix, to 2-norm one.

    A unit vector keeps the direction and drops the size. Search engines do this to embeddings, so that a long
    document does not win by its length alone.

        normalize(x) = x / norm(x)        for a vector, and for each row of a matrix by itself

    numpy.linalg.norm is what you write here; it, vector_norm and matrix_norm are switched off.

    Parameters
    ----------
    x : array_like of numbers, shape (n,) or (m, n) with m and n at least 1 (ints and lists work too)
        A vector, or a matrix of m rows. All calculation is done in float64, as in norm; rows of tiny or of large
        numbers are scaled to one as exactly as others. What comes out for nan, for infinite entries, or where a
        square is too large or too small for a float, is not defined.

    Returns
    -------
    numpy.ndarray of float64, shape of x
        Unit rows. A row of zeros has no direction and stays a row of zeros. Always a new array, also for zeros: it
        has no memory in common with x, and x is not changed.

    Examples
    --------
    >>> normalize([3, -4]).tolist()
    [0.6, -0.8]
    >>> normalize([[0, 5], [0, 0]]).tolist()
    [[0.0, 1.0], [0.0, 0.0]]

    Source: Deisenroth et al., Mathematics for Machine Learning, section 3.1; sklearn.preprocessing.normalize;
    torch.nn.functional.normalize.
    """
    raise NotImplementedError("normalize: write me")
