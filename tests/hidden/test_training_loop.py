"""Covers: weights and both curves against an independent loop; one step; no learning rate, small, large and
far too large ones; other validation data of other sizes; wide data; one column; the least squares solution;
targets of zero; ints; repeated calls; how the two curves belong together; no steps; input untouched.
"""

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, holds, parts, untouched


def loss(x, y, w):
    total = 0.0
    for row, target in zip(np.asarray(x, dtype=float), y, strict=True):
        total += (float(np.dot(row, w)) - target) ** 2
    return total / len(y)


def descent(x, y, x_val, y_val, lr, steps):
    """Gradient descent one example at a time, with all weights kept; the curves are read off afterwards."""
    path = [np.zeros(np.shape(x)[1])]
    for _ in range(steps):
        w, slope = path[-1], 0.0
        for row, target in zip(np.asarray(x, dtype=float), y, strict=True):
            slope = slope + 2.0 * (float(np.dot(row, w)) - target) * row
        path.append(w - lr * slope / len(y))
    return path[-1], [loss(x, y, w) for w in path[:-1]], [loss(x_val, y_val, w) for w in path[1:]]


def last(curve, steps):
    """The last entry of a curve, after a look at its kind and length."""
    listed = isinstance(curve, (list, tuple)) or (isinstance(curve, np.ndarray) and curve.ndim == 1)
    holds(listed and len(curve) == steps, "a curve does not have one entry per step")
    return curve[-1]


def data(rng, n, m, d):
    return rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=(m, d)), rng.normal(size=m)


@pytest.mark.points(2)
@pytest.mark.hint("w = w - lr * 2/n X^T (X w - y), starting at zeros, `steps` times.")
def test_weights_after_many_steps(student, rng):
    """Ends at the right weights after several steps."""
    given = data(rng, 7, 5, 3)
    close(parts(student.train(*given, 0.05, 8), 3)[0], descent(*given, 0.05, 8)[0], atol=1e-9)


@pytest.mark.points(2)
@pytest.mark.hint("Mean squared error on the training data, before the update of the same round.")
def test_training_curve(student, rng):
    """Records the right training loss in every round."""
    given = data(rng, 8, 3, 4)
    close(parts(student.train(*given, 0.04, 6), 3)[1], descent(*given, 0.04, 6)[1])


@pytest.mark.points(2)
@pytest.mark.hint("Mean squared error on the validation data, after the update of the same round.")
def test_validation_curve(student, rng):
    """Records the right validation loss in every round."""
    given = data(rng, 6, 9, 2)
    close(parts(student.train(*given, 0.06, 5), 3)[2], descent(*given, 0.06, 5)[2])


@pytest.mark.hint("At w = 0 every error is minus the target. Where does one step lead from there?")
def test_one_step(student, rng):
    """Makes the right first step for any number of examples."""
    x, y, x_val, y_val = data(rng, 5, 4, 3)
    w = 0.3 * 2 / 5 * np.array([sum(x[i, j] * y[i] for i in range(5)) for j in range(3)])
    close(parts(student.train(x, y, x_val, y_val, 0.3, 1), 3)[0], w, atol=1e-9)


@pytest.mark.hint("The gradient says the direction, the learning rate how far. Is lr in your update?")
def test_small_rate(student, rng):
    """Goes less far with a smaller learning rate."""
    given = data(rng, 5, 2, 3)
    close(parts(student.train(*given, 0.002, 4), 3)[0], descent(*given, 0.002, 4)[0], atol=1e-9)


@pytest.mark.hint("With steps of length 0 the model stays where it began, and so do its losses.")
@pytest.mark.requires("training_curve")
def test_no_rate(student, rng):
    """Stays at its start when the learning rate is zero."""
    x, y, x_val, y_val = data(rng, 4, 6, 2)
    w, train_loss, val_loss = parts(student.train(x, y, x_val, y_val, 0, 3), 3)
    close(w, [0.0, 0.0])
    close(train_loss, [np.mean(y**2)] * 3)
    close(val_loss, [np.mean(y_val**2)] * 3)


@pytest.mark.hint("Make all the steps, also when the loss rises. Nothing is clipped and nothing stops early.")
def test_far_too_large_rate(student, rng):
    """Goes on to the end when the losses grow."""
    given = data(rng, 6, 4, 3)
    close(parts(student.train(*given, 4.0, 7), 3)[1], descent(*given, 4.0, 7)[1])


@pytest.mark.aspect("property")
@pytest.mark.points(2)
@pytest.mark.requires("first_step")
@pytest.mark.hint("If the validation data move the weights, nothing is held out.")
def test_other_validation_data(student, rng):
    """Ends at the same weights whatever the validation data are."""
    x, y, x_val, y_val = data(rng, 6, 4, 3)
    w = np.asarray(parts(student.train(x, y, x_val, y_val, 0.05, 4), 3)[0])
    close(w, descent(x, y, x_val, y_val, 0.05, 4)[0])
    close(parts(student.train(x, y, 3 * x_val[:2], y_val[:2] - 5, 0.05, 4), 3)[0], w, atol=1e-9)


@pytest.mark.hint("Which targets does the validation loss compare with? They belong to x_val.")
def test_shifted_validation_targets(student, rng):
    """Measures the validation loss against the validation targets."""
    x, y, x_val, y_val = data(rng, 5, 3, 2)
    given = (x, y, x_val, y_val + 10)
    close(parts(student.train(*given, 0.1, 4), 3)[2], descent(*given, 0.1, 4)[2])


@pytest.mark.aspect("shapes")
@pytest.mark.hint("Each mean is over its own examples. Whose number do you divide by?")
def test_one_validation_example(student, rng):
    """Takes the mean over the validation examples, even if there is only one."""
    given = data(rng, 7, 1, 3)
    close(parts(student.train(*given, 0.05, 3), 3)[2], descent(*given, 0.05, 3)[2])


@pytest.mark.aspect("shapes")
@pytest.mark.hint("There is one weight per column. Divide by the number of rows.")
def test_more_weights_than_examples(student, rng):
    """Works when there are more weights than examples."""
    given = data(rng, 3, 4, 6)
    close(parts(student.train(*given, 0.05, 5), 3)[0], descent(*given, 0.05, 5)[0], atol=1e-9)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("One weight still sits in an array of length one.")
def test_one_column(student, rng):
    """Works for a model with a single weight."""
    given = data(rng, 5, 4, 1)
    close(parts(student.train(*given, 0.1, 3), 3)[0], descent(*given, 0.1, 3)[0], atol=1e-9)


@pytest.mark.aspect("property")
@pytest.mark.points(2)
@pytest.mark.hint("What should survive a round of the loop? Does each step start where the last one ended?")
def test_reaches_least_squares(student, rng):
    """Reaches the best weights when it trains for long enough."""
    x = 3 * np.linalg.qr(rng.normal(size=(9, 3)))[0] * [1.0, 1.2, 0.8]
    w = rng.uniform(1.0, 2.0, size=3) * [1, -1, 1]
    aside = np.linalg.qr(np.column_stack([x, rng.normal(size=9)]))[0][:, 3]  # no column of x can explain this part
    got = student.train(x, x @ w + aside, x[:4], np.ones(4), 0.5, 60)
    close(parts(got, 3)[0], w)


@pytest.mark.aspect("property")
@pytest.mark.requires("first_step")
@pytest.mark.hint("Which weights would you hand in? The last validation loss belongs to them.")
def test_last_loss_is_of_the_returned_weights(student, rng):
    """Ends its validation curve with the loss of the weights it returns."""
    x, y, x_val, y_val = data(rng, 6, 5, 4)
    w, _, val_loss = parts(student.train(x, y, x_val, y_val, 0.1, 3), 3)
    close(last(val_loss, 3), loss(x_val, y_val, np.asarray(w)))


@pytest.mark.aspect("property")
@pytest.mark.hint("One curve is read before the update, the other after it. How far apart are they then?")
def test_curves_on_the_same_data(student, rng):
    """Has curves that are one round apart when both sets are the same."""
    x, y, _, _ = data(rng, 6, 1, 2)
    _, train_loss, val_loss = parts(student.train(x, y, x, y, 0.05, 4), 3)
    curve = descent(x, y, x, y, 0.05, 5)[1]
    close(train_loss, curve[:4])
    close(val_loss, curve[1:])


@pytest.mark.aspect("property")
@pytest.mark.requires("weights_after_many_steps", "training_curve", "validation_curve")
@pytest.mark.hint("Does anything live outside the function that the first call leaves behind?")
def test_repeated_calls(student, rng):
    """Starts afresh in every call."""
    given = data(rng, 5, 3, 2)
    w, train_loss, val_loss = descent(*given, 0.1, 3)
    for _ in range(2):
        got = parts(student.train(*given, 0.1, 3), 3)
        close(got[0], w, atol=1e-9)
        close(got[1], train_loss)
        close(got[2], val_loss)


@pytest.mark.aspect("shapes")
@pytest.mark.requires("training_curve")
@pytest.mark.hint("Each curve has one entry per step, also when there is nothing left to learn.")
def test_nothing_to_learn(student, rng):
    """Records every step when the model is right from the start."""
    x, _, x_val, y_val = data(rng, 4, 3, 2)
    w, train_loss, val_loss = parts(student.train(x, np.zeros(4), x_val, y_val, 0.1, 5), 3)
    close(w, [0.0, 0.0])
    close(train_loss, [0.0] * 5)
    close(val_loss, [np.mean(y_val**2)] * 5)


@pytest.mark.aspect("shapes")
@pytest.mark.requires("first_step")
@pytest.mark.hint("One weight for each column of x_train, in a numpy array of floats.")
def test_kind_of_the_weights(student):
    """Returns the weights as a float array, one per column."""
    got = student.train(
        np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]),
        np.array([1.0, 2.0]),
        np.array([[1.0, 1.0, 1.0]]),
        np.array([3.0]),
        0.1,
        2,
    )
    array(parts(got, 3)[0], (3,))


@pytest.mark.aspect("input")
@pytest.mark.hint("Lists do no arithmetic, and an array of ints keeps no fractions. Make float arrays first.")
def test_lists_of_whole_numbers(student):
    """Takes lists of whole numbers."""
    given = ([[1, 2], [0, 1], [3, -1]], [2, 1, 4], [[2, 2], [1, 0]], [3, 1])
    close(parts(student.train(*given, 0.05, 4), 3)[0], descent(*given, 0.05, 4)[0])


@pytest.mark.aspect("input")
@pytest.mark.requires("first_step")
@pytest.mark.hint("`-=` on an argument writes into the caller's array. Make a new one.")
def test_leaves_all_four_arrays(student, rng):
    """Changes none of the four arrays it is given."""
    student.train(*data(rng, 4, 3, 2), 0.1, 3)
    untouched(student)
