"""What the docstrings of sigmoid and logit promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, number, untouched


@pytest.mark.points(2)
@pytest.mark.hint("1 / (1 + exp(-z)), for each score. Which exp takes arrays?")
def test_row_of_scores(student):
    """Gives the right probabilities for a row of scores."""
    close(student.sigmoid(np.array([-2.0, 0.0, 1.0, 3.0])), [0.119202922, 0.5, 0.731058579, 0.952574127])


@pytest.mark.aspect("shapes")
@pytest.mark.hint("A number goes in and a number comes out.")
def test_one_score(student):
    """Gives one number for one score."""
    got = student.sigmoid(-0.5)
    number(got)
    close(got, 0.377540669)


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("What is inf / inf? Use the form whose exponent is negative.")
def test_large_scores(student):
    """Stays right for large scores on both sides."""
    close(student.sigmoid(np.array([1000.0, -1000.0])), [1.0, 0.0], atol=1e-9)


@pytest.mark.points(2)
@pytest.mark.hint("The odds are p to 1 - p. Take their logarithm.")
def test_row_of_probabilities(student):
    """logit gives the right scores for a row of probabilities."""
    close(student.logit(np.array([0.2, 0.75, 0.9])), [-1.38629436, 1.09861229, 2.19722458])


@pytest.mark.aspect("stability")
@pytest.mark.hint("No finite score means certain. np.log(0) is -inf, but math.log(0) raises an error.")
def test_certainty(student):
    """logit is infinite where the probability is certain."""
    close(student.logit(np.array([0.0, 1.0])), [-np.inf, np.inf])


@pytest.mark.aspect("input")
@pytest.mark.requires("row_of_scores")
@pytest.mark.hint("`z[z < 0] = ...` writes into the caller's array. Make a new one.")
def test_leaves_its_scores(student):
    """Does not change its input."""
    student.sigmoid(np.array([[1.0, -5.0, 2.0], [-2.0, 3.0, 0.5]]))
    untouched(student)


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("exp(720) is too large for a float, exp(-720) is not too small. Which form uses the second?")
def test_smallest_probabilities(student):
    """Keeps the digits of probabilities that are nearly too small for a float."""
    close(student.sigmoid(np.array([-720.0, -715.0])), [2.0322308e-313, 3.0160979e-311], rtol=1e-3)
