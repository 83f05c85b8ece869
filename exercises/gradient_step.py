"""One gradient step: every parameter moves a little way downhill."""

import numpy as np


def gradient_step(params, grads, lr):
    """Take one step of gradient descent.

    This is the line of a training loop in which the model learns. A gradient points uphill, to a larger loss, so
    each parameter moves against its gradient. The learning rate controls how far.

        new[name] = params[name] - lr * grads[name]        for every name

    Parameters
    ----------
    params : dict of str to numpy.ndarray or number
        The parameters, of any shape each, ints or floats.
    grads : dict of str to numpy.ndarray or number
        The gradients, under the same names, in any order. Each has the shape of its parameter; what comes out for
        another shape is not defined.
    lr : float, 0 or more
        The learning rate, also above 1. Nothing is clipped. With 0.0 the values stay what they were.

    Returns
    -------
    dict of str to numpy.ndarray or number
        The new parameters: the same names, each value of the shape of its parameter, an array for an array and one
        number for a number (a numpy number will do). Whole numbers become floats (10 - 0.5 * 3 is 8.5). A new dict
        of new arrays, also when lr or a gradient is 0: nothing in it has memory in common with params or grads, and
        neither of these is changed.

    Raises
    ------
    KeyError or ValueError
        If a name is in one of the two dicts only, whichever of them it is, also when grads is empty. (One of the
        two errors; which one is up to you.)

    Examples
    --------
    >>> gradient_step({"slope": 4.0, "bias": 1.0}, {"slope": 2.0, "bias": -1.0}, 0.5)
    {'slope': 3.0, 'bias': 1.5}
    >>> gradient_step({"w": np.array([1.0, 2.0])}, {"w": np.array([4.0, 0.0])}, 0.25)["w"].tolist()
    [0.0, 2.0]

    Source: Deisenroth et al., Mathematics for Machine Learning, section 7.1; torch.optim.SGD.
    """
    raise NotImplementedError("gradient_step: write me")
