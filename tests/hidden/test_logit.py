"""Covers: sigmoid for arrays of two and three axes, numbers, whole numbers, huge scores alone and beside others,
vanishing probabilities, the mirror; logit for arrays and numbers, one half, float32, tiny probabilities and near 1,
certain ones, outside [0, 1]; the way there and back; dtype, shape, input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, holds, number, raises, untouched


def one_by_one(function, x):
    """Apply a function of one number to every entry of a matrix."""
    return [[function(float(entry)) for entry in row] for row in x]


def chance(z):
    return 1.0 / (1.0 + math.exp(-z))


def score(p):
    return math.log(p) - math.log1p(-p)


# -- sigmoid --------------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("1 / (1 + exp(-z)), for each score by itself.")
def test_random_scores(student, rng):
    """Gives the right probability for every score of a matrix."""
    z = rng.normal(scale=4.0, size=(3, 5))
    close(student.sigmoid(z), one_by_one(chance, z))


@pytest.mark.aspect("shapes")
@pytest.mark.requires("random_scores")
@pytest.mark.hint("np.asarray turns lists into arrays; after that, work on all entries at once.")
def test_shape_of_scores(student, rng):
    """Returns a float array with the shape of its input, one entry or many axes."""
    array(student.sigmoid(rng.normal(size=(2, 4, 3))), (2, 4, 3))
    array(student.sigmoid(np.array([[0.5, -1.5, 2.5], [1.0, 0.0, 4.0]])), (2, 3))
    array(student.sigmoid(np.array([0.5])), (1,))


@pytest.mark.hint("A result that is made like an array of ints can hold ints only. Make floats of the scores first.")
def test_whole_scores(student):
    """Takes an array of whole numbers."""
    close(student.sigmoid(np.array([-3, 0, 1, 2])), [chance(-3), 0.5, chance(1), chance(2)])


@pytest.mark.aspect("stability")
@pytest.mark.hint("Near 0 the digits are lost if you take a small number from 1. Keep the small exp itself.")
@pytest.mark.points(2)
def test_vanishing_chances(student):
    """Keeps the digits of very small probabilities."""
    close(student.sigmoid(np.array([-40.0, -100.0, -20.0])), [math.exp(-40), math.exp(-100), chance(-20)])


@pytest.mark.aspect("stability")
@pytest.mark.hint("math.exp raises and np.exp gives inf. Which form of sigmoid needs neither?")
def test_one_huge_score(student):
    """Takes huge scores, on either side."""
    close(student.sigmoid(np.array([1000.0, -1000.0, 750.5])), [1.0, 0.0, 1.0], atol=1e-9)


@pytest.mark.aspect("stability")
@pytest.mark.hint("Each score by itself: which of your steps looks at more than one entry?")
def test_huge_beside_small(student):
    """Keeps moderate scores right beside huge ones."""
    close(student.sigmoid(np.array([[1000.0, 1.5, -2.0], [-0.5, -1000.0, 3.0]])),
          [[1.0, chance(1.5), chance(-2.0)], [chance(-0.5), 0.0, chance(3.0)]], atol=1e-9)  # fmt: skip


@pytest.mark.aspect("property")
@pytest.mark.requires("random_scores")
@pytest.mark.hint("yes and no share one unit of probability: compare sigmoid(z) with sigmoid(-z).")
def test_mirror(student, rng):
    """Makes the probabilities of a score and of its opposite add up to 1."""
    z = rng.normal(scale=6.0, size=(4, 3))
    there, mirrored = student.sigmoid(z), student.sigmoid(-z)
    array(there, (4, 3))
    array(mirrored, (4, 3))
    holds(np.isclose(there + mirrored, 1.0, rtol=0, atol=1e-9), "sigmoid(z) and sigmoid(-z) do not add up to 1")


# -- logit ----------------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("log of p over 1 - p, for each probability by itself.")
def test_random_probabilities(student, rng):
    """logit gives the right score for every probability of a matrix."""
    p = rng.uniform(0.02, 0.45, size=(4, 3)) + np.array([0.0, 0.53, 0.0])
    close(student.logit(p), one_by_one(score, p))


@pytest.mark.aspect("shapes")
@pytest.mark.requires("random_probabilities")
@pytest.mark.hint("logit takes any shape, just as sigmoid does.")
def test_shape_of_probabilities(student, rng):
    """logit returns a float array with the shape of its input, one entry or many axes."""
    array(student.logit(rng.uniform(0.1, 0.9, size=(3, 2, 5))), (3, 2, 5))
    array(student.logit(np.array([[0.25], [0.75]])), (2, 1))
    array(student.logit(np.array([0.3])), (1,))


@pytest.mark.aspect("shapes")
@pytest.mark.hint("A number goes in and a number comes out.")
def test_one_probability(student):
    """logit gives one number for one probability."""
    got = student.logit(0.7)
    number(got)
    close(got, score(0.7))


@pytest.mark.requires("row_of_probabilities")
@pytest.mark.hint("Even odds: which score says that neither side is likelier?")
def test_even_odds(student):
    """logit is right for even chances."""
    close(student.logit(np.array([0.5])), [0.0], atol=1e-9)
    close(student.logit(np.array([[0.5, 0.25]])), [[0.0, score(0.25)]], atol=1e-9)


@pytest.mark.aspect("input")
@pytest.mark.hint("Near even odds little is left of two logarithms. float32 has no digits to spare: float64 first.")
def test_single_precision(student):
    """logit calculates in float64 whatever the dtype of its input."""
    p = np.array([0.5001, 0.25], np.float32)
    close(student.logit(p), [score(float(p[0])), score(0.25)], rtol=1e-10)


@pytest.mark.aspect("stability")
@pytest.mark.hint("Do you clip p, or add a small number to it, to keep away from log(0)?")
def test_tiny_probabilities(student):
    """logit tells very small probabilities apart."""
    close(student.logit(np.array([1e-30, 1e-12, 1e-200])), [score(1e-30), score(1e-12), score(1e-200)])


@pytest.mark.aspect("stability")
@pytest.mark.hint("Do you clip p, or add a small number to 1 - p, to keep away from a division by 0?")
def test_nearly_certain(student):
    """logit tells probabilities close to 1 apart."""
    close(student.logit(np.array([1.0 - 1e-9, 1.0 - 1e-8])), [score(1 - 1e-9), score(1 - 1e-8)])


@pytest.mark.points(0.5)
@pytest.mark.aspect("stability")
@pytest.mark.hint("Make floats of whole numbers first. Then take the log of numpy: that of math raises errors.")
def test_certain_whole_numbers(student):
    """logit takes an array of whole numbers."""
    close(student.logit(np.array([0, 1, 1, 0])), [-np.inf, np.inf, np.inf, -np.inf])


@pytest.mark.aspect("errors")
@pytest.mark.requires("row_of_probabilities")
@pytest.mark.hint("Is a number outside [0, 1] a probability? Return nan for it, or raise ValueError.")
@pytest.mark.may_return("nan")
def test_no_probability(student):
    """logit gives nan, or raises ValueError, for a number that is no probability."""
    for value in (-0.1, 1.1, -3.0, 25.0):
        p = np.array([value])
        if student.logit.fault(p) is None:
            close(student.logit(p), [np.nan])
        else:
            raises(student.logit, p)


@pytest.mark.aspect("errors")
@pytest.mark.requires("random_probabilities")
@pytest.mark.hint("One bad entry gives nan in its place, or ValueError; it does not spoil the entries beside it.")
@pytest.mark.may_return("nan")
def test_no_probability_among_others(student):
    """logit gives nan, or raises ValueError, for an entry that is no probability."""
    p = np.array([[0.25, 1.5, 0.75], [0.5, 0.9, -0.25]])
    if student.logit.fault(p) is None:
        close(student.logit(p), [[score(0.25), np.nan, score(0.75)], [0.0, score(0.9), np.nan]], atol=1e-9)
    else:
        raises(student.logit, p)


@pytest.mark.aspect("property")
@pytest.mark.requires("random_scores", "random_probabilities")
@pytest.mark.hint("Each of the two functions undoes the other. Which one is off?")
def test_there_and_back(student, rng):
    """logit brings back the scores that sigmoid was given, and the other way round."""
    z = rng.uniform(0.5, 9.0, size=(2, 6)) * np.array([[1.0], [-1.0]])
    close(student.logit(student.sigmoid(z)), z)
    p = rng.uniform(0.01, 0.99, size=7)
    close(student.sigmoid(student.logit(p)), p)


@pytest.mark.aspect("input")
@pytest.mark.requires("random_probabilities")
@pytest.mark.hint("`p /= 1 - p` and `np.clip(..., out=p)` write into the caller's array. Make a new one.")
def test_leaves_its_probabilities(student, rng):
    """logit does not change its input."""
    student.logit(np.array([[0.0, 0.5, 1.0], [0.125, 0.75, 0.25]]))
    untouched(student)


@pytest.mark.points(0.5)
@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(z, dtype=float) makes an array of a list.")
def test_takes_lists(student):
    """Takes lists."""
    close(student.sigmoid([[4, -1]]), [[chance(4), chance(-1)]])


@pytest.mark.points(0.5)
@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(p, dtype=float) makes an array of a list.")
def test_logit_takes_lists(student):
    """logit takes lists."""
    close(student.logit([0.25, 0.5]), [score(0.25), 0.0], atol=1e-9)


@pytest.mark.aspect("stability")
@pytest.mark.hint("For a negative score use exp(z) / (1 + exp(z)): its exponent cannot grow too large.")
def test_small_probabilities_in_a_matrix(student):
    """Keeps the smallest probabilities beside others."""
    got = student.sigmoid(np.array([[-718.0, 0.0], [3.0, -712.5]]))
    close(got, [[math.exp(-718.0), 0.5], [chance(3), math.exp(-712.5)]], rtol=1e-3)
