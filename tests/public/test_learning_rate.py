"""What the docstrings of largest_stable_lr and classify_curve promise."""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import close, raises, same


@pytest.mark.points(2)
@pytest.mark.hint("lr times the curvature may go up to 2. With one parameter the curvature is the only entry.")
def test_one_parameter(student):
    """Finds the edge for a loss with one parameter."""
    close(student.largest_stable_lr(np.array([[5.0]])), 0.4)


@pytest.mark.points(2)
@pytest.mark.hint("Curvature can lie between the axes. np.linalg.eigvalsh gives the curvatures of a symmetric matrix.")
def test_curvature_between_the_axes(student):
    """Finds the edge when the steepest direction lies between the axes."""
    close(student.largest_stable_lr(np.array([[2.0, 1.0], [1.0, 2.0]])), 2 / 3)


@pytest.mark.requires("one_parameter")
@pytest.mark.hint("2 / 0 is an error or a warning. The docstring says what a flat loss gives.")
def test_flat_loss(student):
    """Gives inf for a loss that is flat."""
    close(student.largest_stable_lr(np.array([[0.0, 0.0], [0.0, 0.0]])), math.inf)


@pytest.mark.aspect("errors")
@pytest.mark.requires("one_parameter")
@pytest.mark.hint("eigvalsh reads one half of the matrix only. Compare the matrix with its transpose.")
def test_refuses_an_unsymmetric_matrix(student):
    """Raises ValueError for a matrix that is not symmetric."""
    raises(student.largest_stable_lr, np.array([[2.0, 1.0], [0.0, 2.0]]))


@pytest.mark.aspect("kind")
@pytest.mark.points(2)
@pytest.mark.hint("Compare the last loss with the first, and then with half of the first.")
def test_names_each_kind(student):
    """classify_curve tells the three kinds of curves apart."""
    same(student.classify_curve(np.array([1.0, 0.5, 0.25, 0.03])), "converging")
    same(student.classify_curve(np.array([1.0, 0.99, 0.98, 0.97])), "too_small")
    same(student.classify_curve(np.array([1.0, 2.0, 4.0, 8.0])), "diverging")


@pytest.mark.aspect("stability")
@pytest.mark.hint("Every comparison with nan is False. Which question must come first?")
def test_nan_at_the_end(student):
    """classify_curve calls a curve that ends in nan diverging."""
    same(student.classify_curve([1.0, 0.5, math.nan]), "diverging")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Only the two ends decide. Does yours look at each step, or at a fixed number?")
def test_only_the_ends_decide(student):
    """classify_curve looks at the first and the last loss, whatever their size."""
    same(student.classify_curve(np.array([8.0, 9.0, 3.0])), "converging")
    same(student.classify_curve(np.array([0.05, 0.04, 0.03])), "too_small")
