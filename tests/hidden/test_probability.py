"""Covers: is_distribution for negative, zero and nan entries, sums just off 1 on either side, tol given and not;
empirical_probabilities for many outcomes, unseen first and last classes, one class, ids out of range, dtype and
input; expected_value for values of both signs, a certain outcome, rounded shares, p that is no distribution,
unequal lengths and input.
"""

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, array, close, number, raises, same, untouched


def exact_shares(rng, n):
    """n shares, all above 0, that sum to 1 without any rounding."""
    return (1 + rng.multinomial(256 - n, rng.dirichlet(np.ones(n)))) / 256


# -- is_distribution ------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("The right sum is not enough: look at each share as well.")
def test_negative_share(student):
    """Rejects a negative share even if the sum is right."""
    same(student.is_distribution(np.array([-0.5, 1.5])), False)
    same(student.is_distribution(np.array([0.75, 0.5, -0.25])), False)


@pytest.mark.aspect("stability")
@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("tol is for the sum. What does the docstring say about a tiny negative entry?")
def test_slightly_negative_share(student):
    """Rejects a negative share that is smaller than the tolerance."""
    same(student.is_distribution(np.array([-1e-10, 0.5, 0.5])), False)


@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("Is an outcome that never happens allowed in a distribution?")
def test_shares_of_nothing(student):
    """Accepts shares of 0."""
    same(student.is_distribution(np.array([0.0, 1.0, 0.0])), True)
    same(student.is_distribution(np.array([0.5, 0.0, 0.0, 0.5])), True)


@pytest.mark.aspect("stability")
@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("Every comparison with nan is False. Which answer does your code give then?")
def test_not_a_number(student):
    """Says False, without an error, if an entry is nan or inf."""
    same(student.is_distribution(np.array([0.5, np.nan, 0.5])), False)
    same(student.is_distribution(np.array([np.inf, 0.5])), False)


@pytest.mark.aspect("stability")
@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("Compare with the tolerance of the docstring and add no other. np.isclose has one more: rtol.")
def test_size_of_the_tolerance(student):
    """Keeps to the tolerance of the docstring if none is given."""
    same(student.is_distribution(np.array([0.5, 0.501])), False)
    same(student.is_distribution(np.array([0.5, 0.5 + 1.5e-8])), False)
    same(student.is_distribution(np.array([0.5, 0.5 - 1.5e-8])), False)
    same(student.is_distribution(np.array([0.5, 0.5 + 8e-9])), True)
    same(student.is_distribution(np.array([0.5, 0.5 - 8e-9])), True)


@pytest.mark.requires("tells_by_the_sum")
@pytest.mark.hint("Where in your code does tol occur?")
def test_tolerance_is_used(student):
    """Uses the tolerance that it is given."""
    same(student.is_distribution(np.array([0.25, 0.25, 0.503]), tol=0.01), True)
    same(student.is_distribution(np.array([0.25, 0.25, 0.497]), tol=0.01), True)
    same(student.is_distribution(np.array([0.25, 0.25, 0.503]), tol=0.001), False)
    same(student.is_distribution(np.array([0.5, 0.25]), tol=0.25), True)


# -- empirical_probabilities ----------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("Count each class, then divide by the number of outcomes.")
def test_many_outcomes(student, rng):
    """Gives the share of each class among many outcomes in random order."""
    outcomes = rng.permutation(np.concatenate([np.arange(6), rng.integers(0, 6, size=83)]))
    close(
        student.empirical_probabilities(outcomes, 6),
        [sum(o == k for o in outcomes.tolist()) / 89 for k in range(6)],
    )


@pytest.mark.aspect("shapes")
@pytest.mark.hint("The answer has one entry per class. What tells you their number: the outcomes or n_classes?")
def test_unseen_last_classes(student):
    """Keeps a place for the last classes if they never came up."""
    close(student.empirical_probabilities(np.array([1, 0, 1, 0, 2, 0, 0, 0]), 5), [0.625, 0.25, 0.125, 0.0, 0.0])


@pytest.mark.aspect("shapes")
@pytest.mark.hint("Entry k is the share of class k. What stands there if k never came up?")
def test_unseen_classes_between(student):
    """Keeps every class at its own place if some before it never came up."""
    close(student.empirical_probabilities(np.array([2, 3, 2, 2, 5]), 7), [0.0, 0.0, 0.6, 0.2, 0.0, 0.2, 0.0])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("shares_of_each_class")
@pytest.mark.hint("Return a numpy array of floats with n_classes entries.")
def test_dtype(student):
    """Returns a float array with one entry per class, for a single class too."""
    array(student.empirical_probabilities(np.array([1, 0, 0, 4, 2, 3]), 5), (5,))
    array(student.empirical_probabilities(np.array([0, 0, 0]), 1), (1,))


@pytest.mark.aspect("errors")
@pytest.mark.requires("one_outcome")
@pytest.mark.hint("An index below 0 counts from the end in Python. Classes do not.")
def test_class_below_zero(student):
    """Raises ValueError for a negative outcome."""
    raises(student.empirical_probabilities, np.array([0, 1, -1, 2]), 3)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("one_outcome")
@pytest.mark.hint("Which ids do n classes have, if the first is 0? Is n itself one of them?")
def test_class_that_is_not_there(student):
    """Raises an error for an outcome above the last class."""
    raises(student.empirical_probabilities, np.array([0, 1, 3, 2]), 3, errors=DELIBERATE)
    raises(student.empirical_probabilities, np.array([17, 0, 1]), 4, errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.requires("shares_of_each_class")
@pytest.mark.hint("Does your code sort or change the outcomes in place? Whose array is it?")
def test_outcomes_stay(student):
    """Leaves the outcomes as they were."""
    student.empirical_probabilities(np.array([3, 1, 2, 0, 1]), 4)
    untouched(student)


# -- expected_value -------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("Multiply each value by its own probability and add up. Do you divide by anything?")
def test_weighted_values(student, rng):
    """Weighs values of both signs by their probabilities and gives one number."""
    values, p = rng.normal(size=9) + 0.5, exact_shares(rng, 9)
    got = student.expected_value(values, p)
    number(got)
    total = 0.0
    for v, share in zip(values, p, strict=True):
        total += float(v) * float(share)
    close(got, total, atol=1e-9)


@pytest.mark.hint("If one outcome is certain, what do you expect?")
def test_certain_outcome(student):
    """Expects the value of an outcome that is certain."""
    close(student.expected_value(np.array([4.0, -7.0, 11.0]), np.array([0.0, 1.0, 0.0])), -7.0)
    close(student.expected_value(np.array([2.5]), np.array([1.0])), 2.5)


@pytest.mark.aspect("stability")
@pytest.mark.hint("Is the sum of rounded shares exactly 1? is_distribution knows how to judge it.")
def test_rounded_shares(student):
    """Accepts shares whose sum is 1 up to rounding only."""
    close(student.expected_value(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), np.full(6, 1 / 6)), 3.5)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("equal_chances")
@pytest.mark.hint("Ask whether p is a distribution before you use it. You have a function for that.")
def test_sum_is_not_one(student):
    """Raises an error if the probabilities do not sum to 1."""
    raises(student.expected_value, np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.25]), errors=DELIBERATE)
    raises(student.expected_value, np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.125, 0.25]), errors=DELIBERATE)
    raises(student.expected_value, np.array([1.0, 2.0]), np.array([0.5, 0.5001]), errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("equal_chances")
@pytest.mark.hint("The right sum is only one of the two things that make a distribution.")
def test_no_probabilities(student):
    """Raises an error if an entry of p is no probability."""
    raises(student.expected_value, np.array([1.0, 2.0, 3.0]), np.array([0.75, -0.5, 0.75]), errors=DELIBERATE)
    raises(student.expected_value, np.array([1.0, 2.0]), np.array([0.5, np.nan]), errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("equal_chances")
@pytest.mark.hint("zip stops early and numpy stretches a single number. Who compares the lengths?")
def test_unequal_lengths(student):
    """Raises an error if there are more values than probabilities, or fewer."""
    raises(student.expected_value, np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5]), errors=DELIBERATE)
    raises(student.expected_value, np.array([1.0, 2.0]), np.array([0.25, 0.25, 0.5]), errors=DELIBERATE)
    raises(student.expected_value, np.array([4.0]), np.array([0.5, 0.5]), errors=DELIBERATE)
    raises(student.expected_value, np.array([1.0, 2.0, 3.0]), np.array([1.0]), errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.requires("equal_chances")
@pytest.mark.hint("`values *= p` writes into the caller's array. Make a new one.")
def test_values_stay(student):
    """Leaves the values and the probabilities as they were."""
    student.expected_value(np.array([2.0, -1.0, 5.0]), np.array([0.5, 0.125, 0.375]))
    untouched(student)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(p, dtype=float) makes an array of a list.")
def test_takes_lists(student):
    """Takes lists."""
    same(student.is_distribution([0, 1, 0]), True)
    same(student.is_distribution([0.5, 0.25]), False)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(outcomes, dtype=float) makes an array of a list.")
def test_empirical_probabilities_takes_lists(student):
    """empirical_probabilities takes lists."""
    close(student.empirical_probabilities([2, 0, 2, 2], 3), [0.25, 0.0, 0.75])


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(values, dtype=float) makes an array of a list.")
def test_expected_value_takes_lists(student):
    """expected_value takes lists."""
    close(student.expected_value([1, 5], [0.75, 0.25]), 2.0)
