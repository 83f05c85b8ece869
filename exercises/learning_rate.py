"""The learning rate: where the edge is, and what a loss curve says about it."""

import numpy as np


def largest_stable_lr(hessian):
    """Return the learning rate at which gradient descent stops shrinking and starts to blow up.

    Near its lowest point a loss is nearly quadratic. Along a direction of curvature lambda each step there
    multiplies the distance to that point by 1 - lr * lambda. The steepest direction decides: below this rate
    a run settles, above it the loss grows without end, unless the start has no part along that direction.

        largest_stable_lr = 2 / lambda_max        lambda_max: the largest eigenvalue of the Hessian

    Parameters
    ----------
    hessian : array_like of numbers, shape (d, d), d at least 1
        The second derivatives of the loss: a symmetric matrix whose eigenvalues are 0 or more (what comes out
        when one is negative is not defined). Lists work too, and ints of any numpy type, even int8, in
        which a difference may overflow. Curvatures may be tiny (2e-9 gives 1e9), huge, or far apart.

    Returns
    -------
    float
        The rate, or inf if the largest eigenvalue is 0: on a flat loss no step can do harm. The matrix is not
        changed.

    Raises
    ------
    ValueError
        If hessian is not a square matrix (two axes of one length), or not symmetric. Entries that face each other
        across the diagonal may differ by rounding: up to 1e-12 times the entry of largest size they count as equal,
        from 1e-3 times that entry as different. In between, either will do.

    Examples
    --------
    >>> largest_stable_lr([[4.0]])
    0.5
    >>> largest_stable_lr([[1, 0], [0, 8]])
    0.25
    >>> float(largest_stable_lr([[0.0, 0.0], [0.0, 0.0]]))
    inf

    Source: Goh, Why Momentum Really Works, Distill 2017 ("First Steps: Gradient Descent").
    """
    raise NotImplementedError("largest_stable_lr: write me")


def classify_curve(losses):
    """Say what a loss curve tells about the learning rate behind it.

    It is the first look at any training run: turn the rate down, turn it up, or leave it. Only the start and
    the end decide, since a healthy run may go up and down in between. It is a rule of thumb of this course, for
    losses that can come down to 0: where the lowest loss is far above 0, a good run may end above half of its start.
    The first rule that fits is the answer:

        "diverging"   if any loss is nan or infinite, or the last is larger than the first
        "too_small"   if the last is larger than half of the first
        "converging"  otherwise

    Parameters
    ----------
    losses : array_like of numbers, shape (n,), n at least 1
        The losses in the order of training, each 0 or more where it is a number. Lists, ints and arrays all
        work. They are not changed. With a single loss, the first is also the last.

    Returns
    -------
    str
        One of the three words.

    Examples
    --------
    >>> classify_curve([8.0, 3.0, 1.0])
    'converging'
    >>> classify_curve([8.0, 7.9, 7.8])
    'too_small'
    >>> classify_curve([8.0, float("nan"), 1.0])
    'diverging'

    Source: Deisenroth et al., Mathematics for Machine Learning, section 7.1.1; CS231n notes, "Loss function".
    """
    raise NotImplementedError("classify_curve: write me")
