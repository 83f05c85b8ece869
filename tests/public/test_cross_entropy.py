"""What the docstring of cross_entropy promises."""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import close, raises, untouched


@pytest.mark.points(2)
@pytest.mark.hint("Turn the row into log-probabilities and take minus the one of the right class.")
def test_one_row(student):
    """Gives minus the log-probability of the right class."""
    close(student.cross_entropy(np.array([[1.0, 2.0, 4.0]]), np.array([1])), 2.1698461)


@pytest.mark.hint("Each row has a loss. How do N losses become one number that does not grow with N?")
def test_mean_of_two_rows(student):
    """Returns the mean of the losses of the rows."""
    close(
        student.cross_entropy(np.array([[1.0, 2.0, 4.0], [3.0, 3.0, 3.0]]), np.array([2, 0])),
        (0.1698461 + math.log(3)) / 2,
    )


@pytest.mark.hint("When all scores are equal, each of the C classes has probability 1/C.")
def test_no_idea(student):
    """Costs log(C) when all scores are equal."""
    close(student.cross_entropy(np.zeros((1, 5)), np.array([3])), math.log(5))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Stay in logarithms from start to end: z - max - log(sum(exp(z - max))).")
def test_sure_and_wrong(student):
    """Costs 1000 when the wrong class is 1000 ahead."""
    close(student.cross_entropy(np.array([[1000.0, 0.0]]), np.array([1])), 1000.0)


@pytest.mark.aspect("errors")
@pytest.mark.requires("one_row")
@pytest.mark.hint("Which ids are right for C classes? Raise ValueError for every other one.")
def test_unknown_class(student):
    """Raises ValueError or IndexError for an id that is not among 0, ..., C - 1."""
    raises(student.cross_entropy, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 2]), errors=(ValueError, IndexError))
    raises(
        student.cross_entropy, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([-1, 0]), errors=(ValueError, IndexError)
    )


@pytest.mark.aspect("input")
@pytest.mark.requires("one_row")
@pytest.mark.hint("`z -= ...` writes into the caller's array. Make a new one: `z = z - ...`.")
def test_leaves_its_input(student):
    """Does not change its input."""
    student.cross_entropy(np.array([[1.0, 5.0, 0.0]]), np.array([2]))
    untouched(student)


@pytest.mark.aspect("stability")
@pytest.mark.requires("one_row")
@pytest.mark.hint("What is inf / inf? Subtract the largest score of a row before exp.")
def test_sure_and_right(student):
    """Costs nothing when the right class is 1000 ahead."""
    close(student.cross_entropy(np.array([[1000.0, 0.0]]), np.array([0])), 0.0, atol=1e-9)
