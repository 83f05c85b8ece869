"""What the docstrings of norm and normalize promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, raises


@pytest.mark.points(2)
@pytest.mark.hint("Square every entry, add the squares up, take the square root of the sum.")
def test_length_of_a_vector(student):
    """Gives the length of a vector."""
    close(student.norm(np.array([3.0, -4.0])), 5.0)


@pytest.mark.points(2)
@pytest.mark.hint("Where in your code does ord occur? Sizes first (np.abs), then powers.")
def test_other_orders(student):
    """Gives the 1-norm and the infinity-norm."""
    close(student.norm(np.array([1.0, -2.0, 3.0]), ord=1), 6.0)
    close(student.norm(np.array([1.0, -2.0, 3.0]), ord=np.inf), 3.0)


@pytest.mark.aspect("errors")
@pytest.mark.requires("length_of_a_vector")
@pytest.mark.hint("Look at ord before you calculate, and raise ValueError if it is below 1.")
def test_order_below_one(student):
    """Raises ValueError for an order below 1."""
    raises(student.norm, np.array([1.0, 2.0]), ord=0.5)


@pytest.mark.points(2)
@pytest.mark.hint("Divide by the 2-norm. What is the 2-norm of your result?")
def test_unit_vector(student):
    """normalize gives a vector of length one."""
    close(student.normalize(np.array([3.0, -4.0])), [0.6, -0.8])


@pytest.mark.aspect("axis")
@pytest.mark.points(2)
@pytest.mark.hint("One length per row: sum over the last axis, with keepdims=True.")
def test_unit_rows(student):
    """normalize gives every row of a matrix length one."""
    x = np.array([[3.0, 4.0], [-5.0, 12.0], [0.0, 2.0]])
    close(student.normalize(x), [[0.6, 0.8], [-5 / 13, 12 / 13], [0.0, 1.0]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("Which vector has no direction? What does 0 / 0 give?")
@pytest.mark.requires("unit_vector", "unit_rows")
def test_zero_vector_stays(student):
    """normalize leaves a vector of zeros at zero."""
    close(student.normalize(np.array([0.0, 0.0, 0.0])), [0.0, 0.0, 0.0])


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(x, dtype=float) makes an array of a list.")
def test_takes_lists(student):
    """Takes lists."""
    close(student.norm([3, -4]), 5.0)
