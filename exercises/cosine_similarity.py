"""Cosine similarity: how well two directions agree, whatever the lengths."""

import numpy as np


def cosine_similarity(a, b):
    """Return the cosine of the angle between two vectors: 1 same direction, 0 right angle, -1 opposite.

    Search and recommendation rank by this number: with embeddings of a query and of a document it decides which
    document comes first, and a document does not win by being long. Multiplying a vector by a positive number
    changes nothing.

        cosine_similarity(a, b) = dot(a, b) / (length of a * length of b)

        dot(a, b) = sum_i a_i * b_i        length of a = sqrt(sum_i a_i ** 2)

    Parameters
    ----------
    a, b : array_like of numbers, shape (n,), the same n of at least 1 for both
        Two vectors; ints, lists and tuples work too. Neither is changed. Defined for entries that are 0 or from
        1e-60 to 1e60 in size; a small vector is not a zero vector.

    Returns
    -------
    float
        One number (a numpy number will do), calculated in float64 whatever the dtype of a and b. Never below -1 and
        never above 1, not even by rounding. Exactly 0.0 if every entry of a, or every entry of b, is 0: a vector
        of zeros has no direction to compare.

    Raises
    ------
    ValueError
        If a or b does not have exactly one axis, or if their lengths differ (also when one of them is all zeros). A
        vector of length 1 is not stretched to the length of the other.

    Examples
    --------
    >>> float(cosine_similarity([3, 0], [0.5, 0]))
    1.0
    >>> float(cosine_similarity([3, 4], [0, -2]))
    -0.8
    >>> float(cosine_similarity([0, 0], [1, 2]))
    0.0

    Source: Deisenroth et al., Mathematics for Machine Learning, section 3.4; cosine_similarity of scikit-learn and of
    PyTorch, which give 0 for zero vectors as well.
    """
    raise NotImplementedError("cosine_similarity: write me")
