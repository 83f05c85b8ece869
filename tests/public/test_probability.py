"""What the docstrings of is_distribution, empirical_probabilities and expected_value promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, same


@pytest.mark.points(2)
@pytest.mark.hint("Add up all entries. What must come out?")
def test_tells_by_the_sum(student):
    """Tells numbers that sum to 1 from numbers that do not."""
    same(student.is_distribution(np.array([0.25, 0.5, 0.25])), True)
    same(student.is_distribution(np.array([0.25, 0.5, 0.5])), False)
    same(student.is_distribution(np.array([0.25, 0.5])), False)


@pytest.mark.aspect("stability")
@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("Print the sum with 20 digits. How near to 1 is near enough?")
def test_ten_tenths(student):
    """Accepts ten shares of one tenth."""
    same(student.is_distribution(np.full(10, 0.1)), True)


@pytest.mark.hint("If all outcomes are of one class, which share of them does it have?")
def test_one_outcome(student):
    """Gives the whole share to the only class there is."""
    close(student.empirical_probabilities(np.array([0, 0, 0]), 1), [1.0])


@pytest.mark.points(2)
@pytest.mark.hint("Count each class, then divide by the number of outcomes.")
def test_shares_of_each_class(student):
    """Gives the share of each class among the outcomes."""
    close(student.empirical_probabilities(np.array([2, 0, 2, 1, 2, 2, 0, 2]), 3), [0.25, 0.125, 0.625])


@pytest.mark.hint("Equal chances weigh alike. What is left of the weighted mean?")
def test_equal_chances(student):
    """Gives the plain mean if all outcomes are equally likely."""
    close(student.expected_value(np.array([1.0, 2.0, 10.0, -1.0]), np.array([0.25, 0.25, 0.25, 0.25])), 3.0)


@pytest.mark.points(2)
@pytest.mark.hint("Weigh each value by its probability, then add up.")
def test_loaded_die(student):
    """Gives the expected value of a loaded die."""
    close(
        student.expected_value(
            np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.array([0.125, 0.125, 0.125, 0.125, 0.0, 0.5])
        ),
        4.25,
    )
