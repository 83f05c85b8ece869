"""Covers: slopes of planes, products, squares and cubes; default, small and wide steps; vectors, matrices,
three axes, one entry; ints and float32; coordinates that depend on each other; a model's loss; mse_gradient
for tall, wide, one row, one column, doubled data, an exact fit, ints; input untouched.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import close, untouched


def slopes_of_the_loss(X, y, w):
    """The gradient of the mean squared error, one product at a time."""
    n, d = X.shape
    errors = [sum(X[i, j] * w[j] for j in range(d)) - y[i] for i in range(n)]
    return [sum(2 * errors[i] * X[i, j] for i in range(n)) / n for j in range(d)]


def data(rng, n, d):
    return rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)


# -- numerical_gradient --------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("Each coordinate gets a nudge of its own while all others stay where they are.")
def test_each_coordinate_by_itself(student, rng):
    """Finds a different slope for every coordinate."""
    c = rng.uniform(1.0, 3.0, size=5) * [1, -1, 1, 1, -1]
    close(student.numerical_gradient(lambda x: float(np.dot(c, x)), rng.normal(size=5)), c)


@pytest.mark.points(2)
@pytest.mark.hint("A step to one side only is wrong on a bend. Go h to both sides and divide by 2 h.")
def test_exact_on_squares(student, rng):
    """Is exact on squares, even with a wide step."""
    x = rng.uniform(0.5, 2.0, size=4)
    close(student.numerical_gradient(lambda x: float(np.sum(np.square(x))), x, h=0.01), 2 * x)


@pytest.mark.points(2)
@pytest.mark.hint("Use h as it comes: do not scale it by x, halve it or replace it.")
def test_cubes_with_a_wide_step(student, rng):
    """Takes the wide step it is asked for, at points of any size."""
    c, x = np.array([1.0, -2.0, 0.5]), np.array([2.0, -3.0, 0.25]) + 0.1 * rng.uniform(size=3)
    got = student.numerical_gradient(lambda x: float(np.dot(c, np.power(x, 3))), x, h=0.5)
    close(got, c * (3 * x**2 + 0.25))


@pytest.mark.hint("Look at the default value of h in the signature. Does your code use h and nothing else?")
def test_default_step(student):
    """Uses the default h when none is given."""
    want = 1000 * math.cos(300.0) * math.sin(0.01) / 0.01
    close(student.numerical_gradient(lambda x: math.sin(1000 * x[0]), np.array([0.3])), [want])


@pytest.mark.points(2)
@pytest.mark.hint("Where do the other coordinates stand when you measure the last one?")
def test_coordinates_that_depend_on_each_other(student, rng):
    """Measures each slope with all other coordinates at their own values."""
    x = rng.uniform(1.0, 2.0, size=4)
    want = [math.prod(np.delete(x, i)) for i in range(4)]
    close(student.numerical_gradient(lambda x: float(np.prod(x)), x, h=0.25), want)


@pytest.mark.aspect("shapes")
@pytest.mark.points(2)
@pytest.mark.hint("f wants an array with the shape of x. Nudge the entry [i, j] and leave the shape alone.")
def test_matrix(student, rng):
    """Works on a matrix, entry by entry."""
    c, x = rng.uniform(1.0, 2.0, size=(3, 2)), rng.uniform(1.0, 2.0, size=(3, 2))
    places = list(np.ndindex(3, 2))
    close(student.numerical_gradient(lambda x: sum(float(c[p] * x[p]) for p in places), x), c)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("np.ndindex(x.shape) visits every entry, however many axes there are.")
def test_three_axes(student, rng):
    """Works on an array with three axes."""
    c = rng.uniform(1.0, 2.0, size=(2, 4, 3))
    close(student.numerical_gradient(lambda x: float(np.sum(c * x)), rng.normal(size=(2, 4, 3))), c)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("One entry in, one slope out, still in an array.")
def test_one_entry(student):
    """Works on a point with one coordinate."""
    close(student.numerical_gradient(lambda x: float(7 - 4 * x[0]), np.array([-2.5])), [-4.0])


@pytest.mark.aspect("input")
@pytest.mark.points(2)
@pytest.mark.hint("An array of ints cannot hold x + h: the fraction is cut off. Which dtype does your copy have?")
def test_whole_numbers(student):
    """Takes an array of whole numbers as the point."""
    x = np.array([3, -4, 7])
    close(student.numerical_gradient(lambda x: float(x[0] * x[1] + 2 * x[2]), x), [-4.0, 3.0, 2.0])


@pytest.mark.aspect("stability")
@pytest.mark.hint("float32 keeps seven digits and loses most of the nudge. Which dtype does your copy have?")
def test_single_precision(student):
    """Calculates in float64 when the point is float32."""
    x = np.array([3.3, 1.7], dtype=np.float32)
    close(student.numerical_gradient(lambda x: float(5 * x[0] - 2 * x[1]), x), [5.0, -2.0])


@pytest.mark.aspect("property")
@pytest.mark.hint("The loss bends. Measure on both sides of w and divide by the whole distance.")
def test_agrees_with_the_formula_of_a_loss(student, rng):
    """Gives the slopes of a linear model's loss."""
    X, y, w = data(rng, 6, 3)
    got = student.numerical_gradient(lambda w: float(np.mean((X @ w - y) ** 2)), w, h=0.125)
    close(got, slopes_of_the_loss(X, y, w), atol=1e-9)


@pytest.mark.aspect("input")
@pytest.mark.requires("matrix")
@pytest.mark.hint("Compare x before and after. Nudge a copy, not the caller's array.")
def test_leaves_a_matrix_as_it_was(student, rng):
    """Does not change the array it is given."""
    student.numerical_gradient(lambda x: float(x[0, 1] * x[1, 0]), rng.normal(size=(2, 3)))
    untouched(student)


# -- mse_gradient --------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("2/n X^T (X w - y): which of these parts does your line have?")
def test_more_rows_than_weights(student, rng):
    """mse_gradient is right when there are more rows than weights."""
    X, y, w = data(rng, 7, 3)
    close(student.mse_gradient(X, y, w), slopes_of_the_loss(X, y, w), atol=1e-9)


@pytest.mark.points(2)
@pytest.mark.hint("Divide by the number of examples, which is the length of y.")
def test_more_weights_than_rows(student, rng):
    """mse_gradient is right when there are more weights than rows."""
    X, y, w = data(rng, 3, 5)
    close(student.mse_gradient(X, y, w), slopes_of_the_loss(X, y, w), atol=1e-9)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("With one row the mean is that row's own error, squared. Differentiate e**2.")
def test_one_row(student, rng):
    """mse_gradient works for a single example."""
    X, y, w = data(rng, 1, 4)
    close(student.mse_gradient(X, y, w), slopes_of_the_loss(X, y, w), atol=1e-9)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("One weight has one slope, in an array of length one.")
def test_one_column(student, rng):
    """mse_gradient works for a single weight."""
    X, y, w = data(rng, 6, 1)
    close(student.mse_gradient(X, y, w), slopes_of_the_loss(X, y, w), atol=1e-9)


@pytest.mark.aspect("property")
@pytest.mark.hint("The loss is a mean, and so is its gradient. What does seeing each row twice change?")
def test_data_seen_twice(student, rng):
    """mse_gradient is the same when every example is there twice."""
    X, y, w = data(rng, 4, 3)
    got = student.mse_gradient(np.concatenate([X, X]), np.concatenate([y, y]), w)
    close(got, slopes_of_the_loss(X, y, w), atol=1e-9)


@pytest.mark.aspect("property")
@pytest.mark.requires("more_rows_than_weights")
@pytest.mark.hint("When every error is 0, nothing is left to be gained by moving.")
def test_exact_fit(student, rng):
    """mse_gradient is zero where the model fits exactly."""
    X, _, w = data(rng, 5, 2)
    close(student.mse_gradient(X, X @ w, w), [0.0, 0.0], atol=1e-9)


@pytest.mark.aspect("input")
@pytest.mark.hint("Lists do no arithmetic. np.asarray(X, dtype=float) makes an array of each of them.")
def test_lists_of_whole_numbers(student):
    """mse_gradient takes lists of whole numbers."""
    close(student.mse_gradient([[1, 2, 0], [3, -1, 2]], [4, 1], [2, -1, 1]), [20.0, -16.0, 16.0])


@pytest.mark.aspect("input")
@pytest.mark.requires("more_rows_than_weights")
@pytest.mark.hint("`-=` and `*=` write into the caller's arrays. Make new ones.")
def test_leaves_data_and_weights(student, rng):
    """mse_gradient does not change data, targets or weights."""
    student.mse_gradient(*data(rng, 4, 3))
    untouched(student)
