"""Covers: means and counts for 1, 4, 5 and 15 bins; confidences of 0 and of 1; edges; order; empty bins; truth
values; weights, signs, empty bins and a perfect model in the calibration error; errors; input.
"""

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, array, close, parts, raises, untouched


def by_hand(confidence, correct, n_bins):
    """The three columns by the definition, one bin after the other."""
    rows = []
    for i in range(n_bins):
        pairs = zip(confidence, correct, strict=True)
        inside = [(c, right) for c, right in pairs if i < c * n_bins <= i + 1 or i == c == 0]
        n = len(inside)
        rows.append([sum(pair[j] for pair in inside) / n if n else np.nan for j in (0, 1)] + [n])
    return [np.array(column) for column in zip(*rows, strict=True)]


def error_by_hand(confidence, correct, n_bins):
    said, true, count = by_hand(confidence, correct, n_bins)
    return sum(n * abs(t - s) for s, t, n in zip(said, true, count, strict=True) if n) / len(confidence)


def spread(rng, n_bins, per_bin):
    """Confidences away from every edge, the same number in each bin, in mixed order; and answers, some right."""
    confidence = (np.repeat(np.arange(n_bins), per_bin) + rng.uniform(0.1, 0.9, n_bins * per_bin)) / n_bins
    return rng.permutation(confidence), rng.integers(0, 2, n_bins * per_bin)


def table(got, expected):
    """Compare counts first: they tell most about what went wrong."""
    said, true, count = parts(got, 3)
    close(count, expected[2])
    close(said, expected[0])
    close(true, expected[1])


@pytest.mark.points(2)
@pytest.mark.hint("Which answers have a confidence inside bin i? Take the means of exactly those.")
def test_five_bins(student, rng):
    """Gives the right table for many answers in five bins."""
    confidence, correct = spread(rng, 5, 7)
    table(student.reliability_bins(confidence, correct, n_bins=5), by_hand(confidence, correct, 5))


@pytest.mark.hint("Does the width of your bins follow n_bins everywhere?")
def test_many_bins(student, rng):
    """Gives the right table for more bins than ten."""
    confidence, correct = spread(rng, 15, 2)
    table(student.reliability_bins(confidence, correct, n_bins=15), by_hand(confidence, correct, 15))


@pytest.mark.hint("With a single bin there is nothing to sort: it holds every answer.")
def test_one_bin(student):
    """Puts everything into a single bin."""
    table(student.reliability_bins(np.array([0.1, 0.9, 0.5]), np.array([1, 0, 1]), n_bins=1), [[0.5], [2 / 3], [3]])


@pytest.mark.aspect("edges")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Do the counts add up to the number of answers? The lowest confidence is above no edge: which bin is it in?"
)
def test_no_confidence_at_all(student):
    """Counts answers with the lowest possible confidence."""
    got = parts(student.reliability_bins(np.array([0.0, 0.6, 0.0, 0.2, 0.9]), np.array([0, 1, 0, 1, 1]), n_bins=2), 3)
    close(got[2], [3, 2])


@pytest.mark.aspect("edges")
@pytest.mark.points(2)
@pytest.mark.hint("Do the counts add up to the number of answers? Which answers fall off the top end?")
@pytest.mark.may_return("nan")
def test_full_confidence(student):
    """Counts answers with the highest possible confidence in the last bin."""
    got = parts(student.reliability_bins(np.array([1.0, 0.3, 1.0, 1.0, 0.9]), np.array([1, 1, 0, 1, 1]), n_bins=4), 3)
    close(got[2], [0, 1, 0, 4])


@pytest.mark.aspect("edges")
@pytest.mark.points(2)
@pytest.mark.hint("Read the two comparison signs in the docstring: which end of a bin belongs to it?")
def test_on_the_edge(student):
    """Puts a confidence on an edge into the bin that ends there."""
    confidence, correct = np.array([0.75, 0.25, 0.25, 0.5, 0.75, 0.75, 0.9]), np.array([1, 0, 1, 1, 0, 1, 1])
    got = parts(student.reliability_bins(confidence, correct, n_bins=4), 3)
    close(got[2], [2, 1, 3, 1])


@pytest.mark.aspect("empty bins")
@pytest.mark.hint("The arrays have one entry for each bin, wherever the answers lie.")
@pytest.mark.may_return("nan")
def test_more_bins_than_answers(student):
    """Keeps all bins when there are more of them than answers."""
    nan = np.nan
    want = [[nan, 0.25, nan, nan, nan, nan], [nan, 1.0, nan, nan, nan, nan], [0, 1, 0, 0, 0, 0]]
    table(student.reliability_bins(np.array([0.25]), np.array([1]), n_bins=6), want)


@pytest.mark.aspect("property")
@pytest.mark.hint("Does your code expect the answers to come sorted?")
def test_falling_order(student):
    """Gives the same table in whatever order the answers come."""
    confidence, correct = np.array([0.95, 0.7, 0.6, 0.45, 0.2, 0.1]), np.array([0, 1, 1, 0, 0, 0])
    table(student.reliability_bins(confidence, correct, n_bins=2), by_hand(confidence, correct, 2))


@pytest.mark.aspect("kind")
@pytest.mark.hint("True and False count as 1 and 0 once the list is an array of floats.")
def test_truth_values(student):
    """Takes True and False for right and wrong."""
    got = parts(
        student.reliability_bins(np.array([0.9, 0.4, 0.8, 0.7]), np.array([True, False, False, True]), n_bins=2), 3
    )
    close(got[1], [0.0, 2 / 3])


@pytest.mark.aspect("kind")
@pytest.mark.requires("ten_bins_unless_told")
@pytest.mark.hint("Two arrays of floats and one of whole numbers, each as long as there are bins.")
@pytest.mark.may_return("nan")
def test_kinds(student):
    """Returns two arrays of floats and one of whole numbers."""
    got = student.reliability_bins(np.array([0.2, 0.4, 0.6]), np.array([0, 1, 1]), n_bins=3)
    mean_confidence, accuracy, count = parts(got, 3)
    array(mean_confidence, (3,))
    array(accuracy, (3,))
    array(count, (3,), kind="iu")


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("ten_bins_unless_told")
@pytest.mark.hint("What is the accuracy of nobody? The docstring says what to do.")
def test_no_answers(student):
    """Refuses to judge no answers at all."""
    raises(student.reliability_bins, np.array([]), np.array([]), errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("ten_bins_unless_told")
@pytest.mark.hint("Somebody may pass percent. Check both ends of the range before you count.")
def test_impossible_confidence(student):
    """Refuses a confidence outside its range, at either end."""
    raises(student.reliability_bins, np.array([0.5, 80.0]), np.array([1, 1]), errors=DELIBERATE)
    raises(student.reliability_bins, np.array([0.5, 1.125, 0.25]), np.array([0, 1, 1]), errors=DELIBERATE)
    raises(student.reliability_bins, np.array([-0.125, 0.5, 0.25]), np.array([0, 1, 1]), errors=DELIBERATE)


@pytest.mark.points(2)
@pytest.mark.hint("Size of the gap times share of the answers, added over the bins.")
def test_error_of_many(student, rng):
    """expected_calibration_error is right for many answers."""
    confidence, correct = spread(rng, 5, 8)
    close(
        student.expected_calibration_error(confidence, correct, n_bins=5),
        error_by_hand(confidence, correct, 5),
    )


@pytest.mark.hint("How many bins does the docstring promise when nobody says how many?")
def test_error_in_ten_bins(student):
    """expected_calibration_error uses ten bins when n_bins is not given."""
    close(student.expected_calibration_error(np.array([0.62, 0.68, 0.72, 0.78]), np.array([0, 1, 1, 1])), 0.2)


@pytest.mark.aspect("weights")
@pytest.mark.points(2)
@pytest.mark.hint("Which bin did most of the answers fall into, and how much should it say?")
def test_crowded_bin(student):
    """expected_calibration_error lets a crowded bin count for more."""
    confidence, correct = np.array([0.75] * 9 + [0.25]), np.ones(10)
    close(student.expected_calibration_error(confidence, correct, n_bins=2), 0.3)


@pytest.mark.aspect("signs")
@pytest.mark.hint("A bin too sure and a bin not sure enough: are two faults no fault? Where is your abs?")
def test_over_and_under(student):
    """expected_calibration_error does not let opposite gaps cancel."""
    confidence, correct = np.array([0.25, 0.25, 0.75, 0.75]), np.array([1, 0, 1, 0])
    close(student.expected_calibration_error(confidence, correct, n_bins=2), 0.25)


@pytest.mark.aspect("empty bins")
@pytest.mark.points(2)
@pytest.mark.hint("What is 0 times nan? Leave out the bins that hold nothing.")
def test_error_with_empty_bins(student):
    """expected_calibration_error passes over bins that hold nothing."""
    close(student.expected_calibration_error(np.array([0.62, 0.68, 0.94, 0.96]), np.array([0, 0, 0, 0])), 0.8)


@pytest.mark.aspect("property")
@pytest.mark.requires("error_of_two_bins")
@pytest.mark.hint("Where mean confidence and accuracy agree in every bin, there is no gap to add.")
def test_keeps_its_word(student):
    """expected_calibration_error of a model that keeps its word is zero."""
    confidence, correct = np.array([0.25] * 4 + [0.75] * 4), np.array([0, 1, 0, 0, 1, 1, 0, 1])
    close(student.expected_calibration_error(confidence, correct, n_bins=2), 0.0, atol=1e-9)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("error_of_two_bins")
@pytest.mark.hint("Both functions promise the same errors. Does the second go through those checks too?")
def test_error_refuses_too(student):
    """expected_calibration_error refuses what reliability_bins refuses."""
    raises(student.expected_calibration_error, np.array([0.2, 0.4, 0.9]), np.array([1]), errors=DELIBERATE)
    raises(student.expected_calibration_error, np.array([]), np.array([]), errors=DELIBERATE)
    raises(student.expected_calibration_error, np.array([0.5, 1.25]), np.array([1, 0]), errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.requires("error_of_two_bins")
@pytest.mark.hint("Sort or clip a copy, not the caller's array.")
def test_error_leaves_its_input(student):
    """expected_calibration_error does not change its inputs."""
    student.expected_calibration_error(np.array([0.9, 0.2, 0.6, 0.1]), np.array([1, 0, 0, 1]), n_bins=2)
    untouched(student)
