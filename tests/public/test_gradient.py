"""What the docstrings of numerical_gradient and mse_gradient promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, untouched


@pytest.mark.points(2)
@pytest.mark.hint("Move one coordinate by h to both sides, hold the others, divide by the distance.")
def test_slope_of_a_plane(student):
    """Finds the slope of each coordinate of a plane."""
    close(student.numerical_gradient(lambda x: float(3 * x[0] - 2 * x[1]), np.array([1.0, 4.0])), [3.0, -2.0])


@pytest.mark.points(2)
@pytest.mark.hint("On a curve the two sides differ. The formula has one step to each of them.")
def test_uses_the_step_it_is_given(student):
    """Uses exactly the h it is given, on both sides."""
    close(student.numerical_gradient(lambda x: float(x[0] ** 3), np.array([1.0]), h=0.1), [3.01])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("slope_of_a_plane")
@pytest.mark.hint("Start from an array with the shape of x. np.ndindex(x.shape) visits every entry of it.")
def test_shape_and_dtype(student):
    """Returns a float array with the shape of x."""
    array(
        student.numerical_gradient(lambda x: float(x[0, 1] + x[1, 2]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
        (2, 3),
    )


@pytest.mark.points(2)
@pytest.mark.hint("Differentiate mean((X w - y)**2): the square brings a 2, the mean a 1/n, the inside X^T.")
def test_gradient_of_the_loss(student):
    """mse_gradient gives the slope of the loss in each weight."""
    got = student.mse_gradient(
        np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]), np.array([1.0, 0.0, 2.0]), np.array([0.5, -1.0])
    )
    close(got, [-85 / 3, -121 / 3])


@pytest.mark.aspect("input")
@pytest.mark.requires("slope_of_a_plane")
@pytest.mark.hint("Compare x before and after. Nudge a copy of it, a fresh one for each coordinate.")
def test_leaves_its_input(student):
    """Does not change its input."""
    student.numerical_gradient(lambda x: float(x[0] * x[1]), np.array([2.0, 5.0]))
    untouched(student)


@pytest.mark.aspect("shapes")
@pytest.mark.requires("gradient_of_the_loss")
@pytest.mark.hint("X has one column for each weight, and the gradient has one entry for each weight.")
def test_one_slope_per_weight(student):
    """mse_gradient returns a float array with one entry per weight."""
    array(
        student.mse_gradient(
            np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([1.0, 2.0]), np.array([0.0, 1.0, 0.0])
        ),
        (3,),
    )


@pytest.mark.points(0.5)
@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(x, dtype=float) makes an array of a list.")
def test_takes_lists(student):
    """numerical_gradient takes a list as the point."""
    close(student.numerical_gradient(lambda x: float(x[0] * x[1]), [3, -2]), [-2.0, 3.0], atol=1e-6)
