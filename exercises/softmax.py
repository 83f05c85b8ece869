"""Softmax: scores become a distribution."""

import numpy as np


def softmax(z, axis=-1):
    """Turn scores (logits) into probabilities along one axis.

    This is the last step of nearly every classifier and the heart of attention: the larger a score, the larger its
    share of the one unit of probability that is handed out.

        softmax(z)_i = exp(z_i) / sum_j exp(z_j)

    Parameters
    ----------
    z : array_like of numbers, any shape with at least one axis
        Scores. Lists work too, and ints of any numpy type, even int8, in which a difference may overflow. Scores may
        be huge: an answer for [1000, 1001] must be as good as for [0, 1], in each row by itself. A score of -inf gets
        probability 0. What comes out when every score is -inf, or one is +inf or nan, is not defined.
    axis : int, default -1
        The axis along which the probabilities sum to one; any axis of z, counted from either end.

    Returns
    -------
    numpy.ndarray of float64, shape of z
        Entries from 0 to 1; a share that is too small for a float64 is 0. A new array: z is not changed, and the
        answer has no memory in common with it.

    Examples
    --------
    >>> softmax([0.0, 0.0]).tolist()
    [0.5, 0.5]
    >>> softmax([[1000, 1000], [0, 0]]).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    >>> softmax([[0.0, 5.0], [0.0, 5.0]], axis=0).tolist()
    [[0.5, 0.5], [0.5, 0.5]]

    Source: Zhang et al., Dive into Deep Learning, section 4.4; scipy.special.softmax.
    """
    raise NotImplementedError("softmax: write me")


def log_softmax(z, axis=-1):
    """Return the logarithm of softmax, without losing the small probabilities.

    Losses need log-probabilities. A probability of exp(-1000) rounds to 0 and its logarithm to -inf, so the
    logarithm is taken on paper first:

        log_softmax(z)_i = z_i - log(sum_j exp(z_j))

    Parameters
    ----------
    z : array_like of numbers, any shape with at least one axis
        Scores, as for softmax: lists, any ints, huge numbers, -inf. For finite scores (up to 1e300 in size) every
        entry of the answer is finite.
    axis : int, default -1
        The axis along which exp of the answer sums to one; any axis of z, counted from either end.

    Returns
    -------
    numpy.ndarray of float64, shape of z
        Entries up to 0. A score of -inf stays -inf. A new array: z is not changed, and the answer has no memory in
        common with it.

    Examples
    --------
    >>> log_softmax([1000, 0]).tolist()
    [0.0, -1000.0]
    >>> np.exp(log_softmax([[3.0, 3.0]])).tolist()
    [[0.5, 0.5]]

    Source: scipy.special.log_softmax.
    """
    raise NotImplementedError("log_softmax: write me")
