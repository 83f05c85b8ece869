"""Cross entropy: the price of a prediction, once the right class is known."""

import numpy as np


def cross_entropy(logits, targets):
    """Return the mean loss of a batch: minus the log-probability of the right class.

    This is the loss that nearly every classifier and language model is trained on. It is close to 0 for a
    model that is sure and right, log(C) for one that has no idea among C classes, and grows without bound for
    one that is sure and wrong: the gradient of this number is what teaches the model.

        loss_i = -log_softmax(logits_i)[targets_i] = log(sum_j exp(logits_ij)) - logits_i,targets_i
        cross_entropy(logits, targets) = mean of loss_i over the N rows, with the natural logarithm

    Parameters
    ----------
    logits : array_like of numbers, shape (N, C) with N >= 1 and C >= 1 (lists and ints, int8 too, work as well)
        One row of finite scores for each example, not probabilities. Scores may be huge or very different
        from row to row: a gap of 10000 must give a loss of 10000, not inf, nan or a number that was cut off.
        The calculation is done in float64, whatever logits are made of: differences of small ints must not overflow.
        What comes out for a score of inf, -inf or nan, or for logits without two axes, is not defined.
    targets : array_like of whole numbers, shape (N,) (a list or an array of any integer dtype)
        The id of the right class of each row, from 0 to C - 1.

    Returns
    -------
    float
        One number, 0 or more (a numpy number will do). Neither argument is changed.

    Raises
    ------
    ValueError or IndexError (either will do)
        When an id is not one of 0, ..., C - 1. Negative ids are wrong as well: -1 does not mean the last
        class. When there are not exactly as many ids as rows of logits: a single id is not used for several
        rows, and several ids do not fit a single row.

    Examples
    --------
    >>> round(float(cross_entropy([[0.0, 0.0, 0.0]], [2])), 6)
    1.098612
    >>> float(cross_entropy([[1000, 0]], [1]))
    1000.0
    >>> float(cross_entropy([[1000, 0], [1000, 0]], [0, 1]))
    500.0

    Source: Zhang et al., Dive into Deep Learning, sections 4.1 and 22.11; torch.nn.functional.cross_entropy.
    """
    raise NotImplementedError("cross_entropy: write me")
