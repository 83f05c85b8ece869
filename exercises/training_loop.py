"""The training loop: loss, gradient, step, and a look at data that was held out."""

import numpy as np


def train(x_train, y_train, x_val, y_val, lr, steps):
    """Train a linear model by gradient descent and keep both loss curves.

    The two curves are how a real run is judged: the first says whether the model learns, the second whether
    what it learns holds for data it has never seen. Only the training data may move the weights.

    The model predicts x w, without a bias. Its loss is the mean squared error, mean((x w - y)**2). Training
    starts at w = 0 and does the following `steps` times, with all training examples each time:

        train_loss[t] = loss of w on the training data
        gradient      = 2/n X^T (X w - y)        X, y: the n training examples
        w             = w - lr * gradient
        val_loss[t]   = loss of the new w on the validation data

    Parameters
    ----------
    x_train : array_like of numbers, shape (n, d), n and d at least 1
        Training examples, one per row. There may be more rows than columns or fewer.
    y_train : array_like of numbers, shape (n,)
        Their targets.
    x_val : array_like of numbers, shape (m, d)
        Validation examples; m may differ from n, and is at least 1.
    y_val : array_like of numbers, shape (m,)
        Their targets. Ints and lists work for all four, and the calculation is done in floats; sizes that do not fit
        are not defined.
    lr : float or int, 0 or more
        The learning rate. With 0 the weights stay at 0. A rate that is too large makes the losses grow; the
        loop goes on all the same.
    steps : int, 0 or more
        How many updates are made: all of them, whatever the losses do.

    Returns
    -------
    tuple (w, train_loss, val_loss)
        w : numpy.ndarray of float64, shape (d,), the weights after the last update (zeros when steps is 0).
        train_loss, val_loss : lists of float with `steps` entries each (an array will do as well).
        The three come back in this order. Two calls with the same data give the same answer. The four arrays are
        not changed.

    Examples
    --------
    >>> w, train_loss, val_loss = train([[1.0], [1.0]], [2.0, 2.0], [[1.0]], [3.0], lr=0.25, steps=2)
    >>> w.tolist()
    [1.5]
    >>> train_loss, val_loss
    ([4.0, 1.0], [4.0, 2.25])
    >>> train([[1, 2]], [3], [[4, 5]], [6], lr=0.1, steps=0)[0].tolist()
    [0.0, 0.0]

    Source: Deisenroth et al., Mathematics for Machine Learning, sections 7.1 and 9.2; Zhang et al., Dive into
    Deep Learning, section 3.4.
    """
    raise NotImplementedError("train: write me")
