"""What the docstring of cosine_similarity promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, raises, untouched


@pytest.mark.points(2)
@pytest.mark.hint("Python reads left to right: where do the brackets around both lengths belong?")
def test_two_vectors(student):
    """Divides the dot product by both lengths."""
    close(student.cosine_similarity(np.array([3.0, 4.0]), np.array([5.0, 12.0])), 63.0 / 65.0)


@pytest.mark.hint("What do opposite arrows look like? Their sign must survive.")
def test_opposite_directions(student):
    """Gives the lowest score to opposite directions."""
    close(student.cosine_similarity(np.array([1.0, 2.0, -2.0]), np.array([-2.0, -4.0, 4.0])), -1.0)


@pytest.mark.hint("Scale a by 100: should similarity change?")
def test_length_does_not_matter(student):
    """Gives the same score to a longer arrow of the same direction."""
    close(student.cosine_similarity(np.array([4.0, 3.0]), np.array([7.0, 24.0])), 0.8)
    close(student.cosine_similarity(np.array([400.0, 300.0]), np.array([7.0, 24.0])), 0.8)


@pytest.mark.aspect("stability")
@pytest.mark.hint("What is 0 / 0? Look at the lengths before you divide.")
@pytest.mark.requires("two_vectors")
def test_zero_vector(student):
    """Gives 0 to a vector without a direction."""
    close(student.cosine_similarity(np.array([0.0, 0.0, 0.0]), np.array([1.0, 2.0, 3.0])), 0.0)


@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Compare the shapes before anything else, and `raise ValueError` if they differ.")
def test_refuses_unequal_lengths(student):
    """Raises ValueError when one vector is longer than the other."""
    raises(student.cosine_similarity, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]))


@pytest.mark.aspect("input")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("`a /= length` writes into the caller's array. Make a new one: `a = a / length`.")
def test_leaves_its_input(student):
    """Changes neither of the two vectors."""
    student.cosine_similarity(np.array([3.0, 4.0]), np.array([8.0, 6.0]))
    untouched(student)
