"""Covers: shares along each axis of 1-D, 2-D (square and not) and 3-D scores; ints and lists; one score; huge, tiny
and mixed rows; -inf; the shift that changes nothing; log_softmax where probabilities vanish; dtype, shape, input.
"""

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, finite, holds, unshared, untouched


def shares(z, axis=-1):
    """Softmax by the definition: good for the moderate scores that it is used on here."""
    e = np.exp(np.asarray(z, dtype=float))
    return e / e.sum(axis=axis, keepdims=True)


@pytest.mark.points(2)
@pytest.mark.hint("One distribution per row: sum over the last axis only, with keepdims=True.")
def test_random_matrix(student, rng):
    """Gives the right shares for every row of a matrix."""
    z = rng.normal(size=(4, 7))
    close(student.softmax(z), shares(z))


@pytest.mark.aspect("axis")
@pytest.mark.hint("Print the shapes of the maximum and of the sum before you subtract and divide.")
def test_square_matrix(student, rng):
    """Keeps rows apart in a square matrix too."""
    z = rng.normal(size=(5, 5))
    close(student.softmax(z), shares(z))


@pytest.mark.aspect("axis")
@pytest.mark.hint("Search your code for the word axis. Is it used everywhere?")
def test_first_axis(student, rng):
    """Sums to 1 down the columns when axis is 0."""
    z = rng.normal(size=(3, 6))
    close(student.softmax(z, axis=0), shares(z, axis=0))


@pytest.mark.aspect("axis")
@pytest.mark.hint("max and sum take axis and keepdims for arrays of any number of axes.")
def test_middle_axis(student, rng):
    """Works along the middle axis of three."""
    z = rng.normal(size=(2, 5, 3))
    close(student.softmax(z, axis=1), shares(z, axis=1))


@pytest.mark.aspect("axis")
@pytest.mark.hint("A negative axis counts from the end, as everywhere in numpy. Is yours passed on as it is?")
def test_axis_from_the_end(student, rng):
    """Counts a negative axis from the end."""
    z = rng.normal(size=(4, 3, 2))
    close(student.softmax(z, axis=-2), shares(z, axis=1))
    close(student.softmax(z, axis=-3), shares(z, axis=0))


@pytest.mark.aspect("shapes")
@pytest.mark.requires("random_matrix")
@pytest.mark.hint("The answer has one probability for each score.")
def test_keeps_the_shape(student, rng):
    """Returns a float array with the shape of its input."""
    array(student.softmax(rng.normal(size=(2, 4, 3))), (2, 4, 3))


@pytest.mark.aspect("input")
@pytest.mark.hint("Whole numbers and lists become floats with np.asarray(z, dtype=float).")
def test_whole_numbers(student):
    """Takes lists of whole numbers."""
    close(student.softmax([[3, 1, 2], [0, 0, 5]]), shares([[3, 1, 2], [0, 0, 5]]))


@pytest.mark.requires("random_matrix")
@pytest.mark.hint("With one choice there is nothing to share.")
def test_one_score(student):
    """Gives probability 1 to a single score."""
    close(student.softmax(np.array([-3.5])), [1.0])


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Subtract a number that makes the largest exponent 0.")
def test_huge_scores(student):
    """Stays right when scores are far above what exp can take."""
    close(student.softmax(np.array([2000.0, 2002.0, 2001.0])), shares([0.0, 2.0, 1.0]))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Whose maximum protects row 3? Each row needs its own.")
def test_rows_of_different_size(student):
    """Protects each row by itself when rows differ widely."""
    z = np.array([[1000.0, 1001.0], [0.0, 1.0], [-1000.0, -999.0]])
    close(student.softmax(z), [shares([0.0, 1.0])] * 3)


@pytest.mark.aspect("stability")
@pytest.mark.hint("The small ones may vanish; the large one must not turn into nan.")
def test_one_outlier(student):
    """Gives everything to one score that towers over the rest."""
    z = np.array([[0.0, 0.0, 2000.0, 0.0], [2000.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 2000.0]])
    close(student.softmax(z), [[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("exp(-inf) is 0 already. Which step of yours makes something else of it?")
def test_minus_infinity(student):
    """Gives probability 0 to a score of -inf."""
    close(student.softmax(np.array([-np.inf, 0.0, 1.0])), [0.0, *shares([0.0, 1.0])])


@pytest.mark.aspect("property")
@pytest.mark.requires("random_matrix")
@pytest.mark.hint("What makes every score positive and keeps their order?")
def test_negative_scores(student, rng):
    """Gives positive shares that sum to 1 for negative scores."""
    p = student.softmax(-5.0 + rng.normal(size=(3, 4)))
    finite(p)
    holds(np.asarray(p) > 0, "shares are not all positive")
    holds(np.isclose(np.sum(p, axis=-1), 1.0), "rows do not sum to 1")


@pytest.mark.points(2)
@pytest.mark.hint("log_softmax has an axis too.")
def test_log_along_an_axis(student, rng):
    """log_softmax works along the axis it is given."""
    z = rng.normal(size=(4, 3))
    close(student.log_softmax(z, axis=0), np.log(shares(z, axis=0)))
    close(student.log_softmax(z, axis=-2), np.log(shares(z, axis=0)))
    close(student.log_softmax(z), np.log(shares(z)))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Use z - max - log(sum(exp(z - max))) and never take the log of a 0.")
def test_log_of_a_vanishing_share(student):
    """log_softmax keeps what is too small for a probability."""
    z = np.array([[1000.0, 0.0, 0.0], [-800.0, 0.0, -900.0], [0.0, 2000.0, 0.0]])
    close(student.log_softmax(z), [[0.0, -1000.0, -1000.0], [-800.0, 0.0, -900.0], [-2000.0, 0.0, -2000.0]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("log_softmax needs the maximum of each row, just as softmax does.")
def test_log_of_rows_of_different_size(student):
    """log_softmax protects each row by itself."""
    row = np.log(shares([0.0, 1.0]))
    close(student.log_softmax(np.array([[1000.0, 1001.0], [-1000.0, -999.0], [0.0, 1.0]])), [row] * 3)


@pytest.mark.aspect("stability")
@pytest.mark.requires("log_along_an_axis")
@pytest.mark.hint("Nothing has to be done for -inf: what is subtracted from it leaves it as it is.")
def test_log_of_minus_infinity(student):
    """log_softmax leaves a score of -inf at -inf."""
    low, high = np.log(shares([0.0, 1.0]))
    close(student.log_softmax(np.array([0.0, -np.inf, 1.0])), [low, -np.inf, high])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("log_along_an_axis")
@pytest.mark.hint("log_softmax takes the same inputs as softmax: whole numbers, any number of axes.")
def test_log_keeps_the_shape(student, rng):
    """log_softmax returns a float array with the shape of its input."""
    array(student.log_softmax(np.array([[1, 2, 3], [6, 5, 4]])), (2, 3))
    array(student.log_softmax(rng.normal(size=(2, 4, 3)), axis=1), (2, 4, 3))


@pytest.mark.aspect("input")
@pytest.mark.requires("log_along_an_axis")
@pytest.mark.hint("`z -= ...` writes into the caller's array. Make a new one.")
def test_log_leaves_its_input(student, rng):
    """log_softmax does not change its input."""
    student.log_softmax(rng.normal(size=(2, 3)))
    untouched(student)
    unshared(student)


@pytest.mark.aspect("input")
@pytest.mark.requires("random_matrix")
@pytest.mark.hint("`z -= ...` writes into the caller's array. Make a new one.")
def test_leaves_an_array_as_it_was(student, rng):
    """Does not change the array it is given, along any axis."""
    student.softmax(rng.normal(size=(3, 2)), axis=0)
    untouched(student)
    unshared(student)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(z, dtype=float) makes an array of a list.")
def test_log_takes_lists(student):
    """log_softmax takes lists."""
    close(student.log_softmax([3, 1, 2]), np.log(shares([3, 1, 2])))
