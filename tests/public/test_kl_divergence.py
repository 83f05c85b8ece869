"""What the docstring of kl_divergence promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, number, raises, untouched


@pytest.mark.hint("The further q is from p, the more it costs. Does your answer look at both?")
def test_worse_belief(student):
    """Is larger for the worse of two beliefs."""
    near = student.kl_divergence(np.array([0.5, 0.25, 0.25]), np.array([0.375, 0.375, 0.25]))
    close(near, 0.042474759)
    far = student.kl_divergence(np.array([0.5, 0.25, 0.25]), np.array([0.0625, 0.4375, 0.5]))
    close(far, 0.726530029)


@pytest.mark.points(2)
@pytest.mark.hint("p times the natural logarithm of p / q, added up.")
def test_three_outcomes(student):
    """Gives the divergence of two distributions."""
    close(student.kl_divergence(np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.125, 0.625])), 0.290787700)
    close(student.kl_divergence(np.array([0.25, 0.75]), np.array([0.5, 0.5])), 0.130812035)


@pytest.mark.aspect("stability")
@pytest.mark.hint("What does an event that never happens cost? Leave it out before you take the logarithm.")
def test_never_happens(student):
    """Adds nothing for an outcome that never happens."""
    close(student.kl_divergence(np.array([0.5, 0.0, 0.5]), np.array([0.25, 0.5, 0.25])), 0.693147181)


@pytest.mark.aspect("stability")
@pytest.mark.hint("How bad is it when something happens that was held to be impossible?")
@pytest.mark.requires("worse_belief")
def test_thought_impossible(student):
    """Is infinite if something happens that q calls impossible."""
    close(student.kl_divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0])), np.inf)


@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("Compare the lengths before anything else.")
def test_different_lengths(student):
    """Raises ValueError if p and q differ in length."""
    raises(student.kl_divergence, np.array([0.5, 0.5]), np.array([0.5, 0.25, 0.25]))
    raises(student.kl_divergence, np.array([0.5, 0.25, 0.25]), np.array([0.5, 0.5]))


@pytest.mark.aspect("input")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("`p /= ...` and `q += ...` write into the caller's arrays. Make new ones.")
def test_leaves_both(student):
    """Does not change its input."""
    student.kl_divergence(np.array([0.5, 0.375, 0.125]), np.array([0.25, 0.25, 0.5]))
    untouched(student)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(p, dtype=float) makes an array of a list.")
def test_takes_lists(student):
    """Takes lists."""
    close(student.kl_divergence([0.5, 0.5], [0.25, 0.75]), 0.143841036)


@pytest.mark.aspect("shapes")
@pytest.mark.requires("three_outcomes")
@pytest.mark.hint("Add all terms up, to one number: .sum() without an axis.")
def test_one_number(student):
    """Returns one number."""
    number(student.kl_divergence(np.array([0.5, 0.5]), np.array([0.25, 0.75])))
