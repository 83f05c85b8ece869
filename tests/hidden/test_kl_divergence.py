"""Covers: random distributions in both directions; equal and nearly equal ones; zeros in p, in q, in both; a certain
outcome and whole numbers; tiny entries; infinite one way and finite the other; never below 0; lengths (1 too),
negative entries, sums off by much and by little, counts; input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, close, finite, holds, number, raises, untouched


def divergence(p, q):
    """The definition, one outcome after the other, for shares that are all above 0."""
    return math.fsum(float(a) * math.log(float(a) / float(b)) for a, b in zip(p, q, strict=True))


def shares(rng, n):
    """n shares that sum to 1, none of them tiny."""
    w = rng.uniform(0.2, 2.0, size=n)
    return w / w.sum()


@pytest.mark.points(2)
@pytest.mark.hint("p times the natural logarithm of p / q, added up.")
def test_eight_outcomes(student, rng):
    """Gives the divergence of two random distributions."""
    p, q = shares(rng, 8), shares(rng, 8)
    close(student.kl_divergence(p, q), divergence(p, q))


@pytest.mark.points(2)
@pytest.mark.aspect("property")
@pytest.mark.hint("A divergence is not a distance. Compute both directions: are they equal?")
def test_both_ways(student, rng):
    """Gives both directions of a lopsided pair."""
    p = np.array([0.9, 0.06, 0.04])
    q = shares(rng, 3)
    close(student.kl_divergence(p, q), divergence(p, q))
    close(student.kl_divergence(q, p), divergence(q, p))


@pytest.mark.hint("No mistake, no cost. What does your code charge p for being p?")
@pytest.mark.requires("worse_belief")
def test_against_itself(student, rng):
    """Gives the right answer for a distribution and itself."""
    p = shares(rng, 6)
    close(student.kl_divergence(p, p.copy()), 0.0, atol=1e-9)
    close(student.kl_divergence(np.array([1.0]), np.array([1.0])), 0.0, atol=1e-9)


@pytest.mark.aspect("stability")
@pytest.mark.hint("Nothing may be added to p or q: small differences would drown in it.")
def test_close_pair(student):
    """Gives the right answer for two distributions that are close together."""
    p, q = np.array([0.3, 0.45, 0.25]), np.array([0.301, 0.448, 0.251])
    close(student.kl_divergence(p, q), divergence(p, q))


@pytest.mark.aspect("stability")
@pytest.mark.hint("What does an event cost that never happens and that nobody expected?")
def test_zero_in_both(student):
    """Adds nothing where both distributions have a zero."""
    close(student.kl_divergence(np.array([0.0, 0.75, 0.25, 0.0]), np.array([0.0, 0.375, 0.5, 0.125])),
          divergence([0.75, 0.25], [0.375, 0.5]))  # fmt: skip


@pytest.mark.aspect("stability")
@pytest.mark.hint("If one outcome is certain, only its own term is left.")
def test_certain_outcome(student):
    """Takes a certain outcome, written in whole numbers."""
    close(student.kl_divergence(np.array([0, 0, 1, 0]), np.array([0.125, 0.375, 0.3, 0.2])), -math.log(0.3))
    close(student.kl_divergence(np.array([1, 0]), np.array([0.0625, 0.9375])), math.log(16))


@pytest.mark.aspect("stability")
@pytest.mark.hint("Unlikely is not impossible: do you add to small entries, cut them off or skip them?")
def test_nearly_impossible(student):
    """Counts small entries of q as they are."""
    close(
        student.kl_divergence(np.array([0.5, 0.5]), np.array([1.0 - 1e-14, 1e-14])),
        divergence([0.5, 0.5], [1.0 - 1e-14, 1e-14]),
    )
    close(student.kl_divergence(np.array([0.25, 0.75]), np.array([1e-30, 1.0])), divergence([0.25, 0.75], [1e-30, 1.0]))


@pytest.mark.aspect("stability")
@pytest.mark.hint("Skip outcomes by p, not by q. Which term is the worst mistake?")
@pytest.mark.requires("worse_belief")
def test_one_impossible_of_many(student):
    """Is infinite if one of many outcomes was held to be impossible."""
    close(student.kl_divergence(np.array([0.25, 0.5, 0.125, 0.125]), np.array([0.5, 0.375, 0.0, 0.125])), np.inf)
    close(student.kl_divergence(np.array([0.96875, 0.03125, 0.0]), np.array([1.0, 0.0, 0.0])), np.inf)


@pytest.mark.aspect("stability")
@pytest.mark.hint("A zero in p and a zero in q mean different things. Which one is harmless?")
def test_infinite_one_way(student):
    """Can be finite one way and infinite the other."""
    narrow, wide = np.array([0.0, 0.25, 0.75]), np.array([0.125, 0.375, 0.5])
    close(student.kl_divergence(narrow, wide), divergence(narrow[1:], wide[1:]))
    close(student.kl_divergence(wide, narrow), np.inf)


@pytest.mark.aspect("property")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("Single terms may be negative. Which sum of them never is?")
def test_never_below_zero(student, rng):
    """Is above 0 for any two distributions that differ."""
    for n in (2, 3, 5, 9):
        got = student.kl_divergence(shares(rng, n), np.full(n, 1.0 / n))
        number(got)
        finite(got)
        holds(float(got) > 0, "a divergence of different distributions is not above 0")


@pytest.mark.points(0.25)
@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("numpy stretches an array with one entry to any length. Compare the lengths yourself.")
def test_length_one(student):
    """Raises an error if only one of the two has a single entry."""
    raises(student.kl_divergence, np.array([1.0]), np.array([0.5, 0.25, 0.25]), errors=DELIBERATE)
    raises(student.kl_divergence, np.array([0.5, 0.5]), np.array([1.0]), errors=DELIBERATE)


@pytest.mark.points(0.25)
@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("The right sum is only one of the two things that make a distribution.")
def test_negative_truth(student):
    """Raises an error for a negative entry of p."""
    raises(student.kl_divergence, np.array([-0.25, 0.75, 0.5]), np.array([0.25, 0.25, 0.5]), errors=DELIBERATE)


@pytest.mark.points(0.25)
@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("Both arguments are checked in the same way. Is q?")
def test_negative_belief(student):
    """Raises an error for a negative entry of q, also where p is zero."""
    raises(student.kl_divergence, np.array([0.25, 0.25, 0.5]), np.array([0.75, -0.25, 0.5]), errors=DELIBERATE)
    raises(student.kl_divergence, np.array([0.5, 0.0, 0.5]), np.array([0.75, -0.25, 0.5]), errors=DELIBERATE)


@pytest.mark.points(0.25)
@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("Add up p. On which side of 1 may the sum lie?")
def test_sum_of_truth(student):
    """Raises an error if p does not sum to 1."""
    raises(student.kl_divergence, np.array([0.5, 0.25]), np.array([0.5, 0.5]), errors=DELIBERATE)
    raises(student.kl_divergence, np.array([0.75, 0.5]), np.array([0.5, 0.5]), errors=DELIBERATE)
    raises(student.kl_divergence, np.array([0.5, 0.500000015]), np.array([0.5, 0.5]), errors=DELIBERATE)


@pytest.mark.points(0.25)
@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("Add up q. On which side of 1 may the sum lie?")
def test_sum_of_belief(student):
    """Raises an error if q does not sum to 1."""
    raises(student.kl_divergence, np.array([0.5, 0.5]), np.array([0.25, 0.5]), errors=DELIBERATE)
    raises(student.kl_divergence, np.array([0.5, 0.5]), np.array([0.75, 0.5]), errors=DELIBERATE)
    raises(student.kl_divergence, np.array([0.5, 0.5]), np.array([0.5, 0.499999985]), errors=DELIBERATE)


@pytest.mark.points(0.25)
@pytest.mark.aspect("errors")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("Dividing by the sum hides a mistake. Whose?")
def test_counts(student):
    """Raises an error for counts in place of probabilities."""
    raises(student.kl_divergence, np.array([3.0, 5.0, 8.0]), np.array([4.0, 6.0, 6.0]), errors=DELIBERATE)


@pytest.mark.aspect("stability")
@pytest.mark.hint("How far from 1 does the docstring allow a sum to be?")
def test_rounded_sums(student):
    """Accepts sums that are off by less than the tolerance."""
    p, q = np.array([0.875, 0.0625, 0.0625 + 5e-9]), np.array([0.03125, 0.46875 - 5e-9, 0.5])
    close(student.kl_divergence(p, q), divergence(p, q), rtol=1e-5)


@pytest.mark.aspect("input")
@pytest.mark.requires("worse_belief")
@pytest.mark.hint("`p[p == 0] = ...` writes into the caller's array. Make a new one.")
def test_leaves_zeros(student):
    """Leaves zeros in p and q as they were."""
    student.kl_divergence(np.array([0.5, 0.0, 0.0, 0.5]), np.array([0.25, 0.0, 0.5, 0.25]))
    untouched(student)
