"""What the docstrings of softmax and log_softmax promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, untouched


@pytest.mark.points(2)
@pytest.mark.hint("exp of each score, divided by the sum of all of them.")
def test_one_row(student):
    """Gives the right shares for one row of scores."""
    close(student.softmax(np.array([1.0, 2.0, 4.0])), [0.04201007, 0.1141952, 0.84379473], rtol=1e-6)


@pytest.mark.aspect("axis")
@pytest.mark.hint("Add up one row of your result. Which axis do you sum over?")
def test_rows_of_a_matrix(student):
    """Makes every row of a matrix sum to 1."""
    z = np.array([[0.0, 1.0, 2.0], [3.0, 3.0, 3.0]])
    close(student.softmax(z), [[0.09003057, 0.24472847, 0.66524096], [1 / 3, 1 / 3, 1 / 3]])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("one_row")
@pytest.mark.hint("np.asarray turns lists and ints into an array that you can calculate with.")
def test_shape_and_dtype(student):
    """Returns a float array of the same shape."""
    array(student.softmax(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])), (2, 3))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Subtract a number from all scores that makes the largest exponent 0.")
def test_large_scores(student):
    """Stays finite for large scores."""
    close(student.softmax(np.array([1000.0, 1001.0])), [0.26894142, 0.73105858])


@pytest.mark.points(2)
@pytest.mark.hint("z - log(sum(exp(z))), and the same care for large scores as in softmax.")
def test_log_of_the_shares(student):
    """log_softmax gives the logarithms of the shares."""
    close(student.log_softmax(np.array([1.0, 2.0, 4.0])), [-3.1698461, -2.1698461, -0.1698461])


@pytest.mark.aspect("input")
@pytest.mark.requires("one_row")
@pytest.mark.hint("`z -= ...` writes into the caller's array. Make a new one: `z = z - ...`.")
def test_leaves_its_input(student):
    """Does not change its input."""
    student.softmax(np.array([[1.0, 5.0], [2.0, 3.0]]))
    untouched(student)


@pytest.mark.aspect("axis")
@pytest.mark.hint("Search your code for the word axis. Is it used everywhere?")
def test_down_the_columns(student):
    """Shares out each column of a small matrix when axis is 0."""
    z = np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 3.0]])
    close(student.softmax(z, axis=0), [[0.5, 0.26894142, 0.5], [0.5, 0.73105858, 0.5]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("Whose maximum protects row 2? Each row needs its own.")
def test_rows_far_apart(student):
    """Protects each row by itself."""
    z = np.array([[1000.0, 1001.0], [-1000.0, -999.0]])
    close(student.softmax(z), [[0.26894142, 0.73105858], [0.26894142, 0.73105858]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("Never take the log of a share that has rounded to 0.")
def test_log_of_a_vanishing_share(student):
    """log_softmax keeps a share of exp(-801)."""
    close(student.log_softmax(np.array([-800.0, 1.0])), [-801.0, 0.0], atol=1e-9)


@pytest.mark.aspect("stability")
@pytest.mark.hint("log_softmax needs the maximum of each row, just as softmax does.")
def test_log_of_large_scores(student):
    """log_softmax stays finite for large scores."""
    close(student.log_softmax(np.array([1000.0, 1001.0])), [-1.31326169, -0.31326169])


@pytest.mark.aspect("axis")
@pytest.mark.hint("log_softmax has an axis too.")
def test_log_down_the_columns(student):
    """log_softmax works down the columns when axis is 0."""
    z = np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 3.0]])
    half = -0.69314718
    close(student.log_softmax(z, axis=0), [[half, -1.31326169, half], [half, -0.31326169, half]])
