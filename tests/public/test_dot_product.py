"""What the docstring of dot promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, number, raises, untouched


@pytest.mark.points(2)
@pytest.mark.hint("Multiply entry i of a with entry i of b, for every i, and add the products.")
def test_two_vectors(student):
    """Multiplies entry by entry and adds up."""
    close(student.dot(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 7.0])), 35.0)


@pytest.mark.hint("Opposite directions must lower the score: keep the sign of every product.")
def test_opposite_signs(student):
    """Lowers the score where the signs differ."""
    close(student.dot(np.array([2.0, -1.0, 4.0]), np.array([1.0, 5.0, -3.0])), -15.0)


@pytest.mark.hint("Doubling a must double the dot product. Is there a division in your code?")
def test_grows_with_length(student):
    """Grows with the lengths of the vectors."""
    close(student.dot(np.array([10.0, 0.0]), np.array([10.0, 0.0])), 100.0)


@pytest.mark.aspect("shapes")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("One number, without brackets around it.")
def test_one_number(student):
    """Returns one number, not an array."""
    number(student.dot(np.array([1.5, 2.0]), np.array([2.0, 4.0])))


@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Silent answers are worse than errors: compare the lengths and `raise ValueError`.")
def test_refuses_unequal_lengths(student):
    """Raises ValueError when one vector is longer than the other."""
    raises(student.dot, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]))


@pytest.mark.aspect("input")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("`a *= b` writes into the caller's array. Make a new one: `products = a * b`.")
def test_leaves_its_input(student):
    """Changes neither of the two vectors."""
    student.dot(np.array([3.0, 2.0]), np.array([5.0, 7.0]))
    untouched(student)
