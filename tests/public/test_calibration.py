"""What the docstrings of reliability_bins and expected_calibration_error promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, parts, raises, untouched


@pytest.mark.points(2)
@pytest.mark.hint("For each bin: pick the answers whose confidence lies in it; take two means and a count.")
def test_two_bins(student):
    """Gives mean confidence, accuracy and count of each bin."""
    got = parts(student.reliability_bins(np.array([0.2, 0.7, 0.4, 0.9, 0.8]), np.array([1, 1, 0, 1, 0]), n_bins=2), 3)
    close(got[2], [2, 3])
    close(got[0], [0.3, 0.8])
    close(got[1], [1 / 2, 2 / 3])


@pytest.mark.hint("Cut 0 to 1 into equal parts; the third thing to return is how many lie in each.")
@pytest.mark.may_return("nan")
def test_ten_bins_unless_told(student):
    """Counts the answers in ten bins when n_bins is not given."""
    got = parts(student.reliability_bins(np.array([0.12, 0.34, 0.56, 0.58, 0.93]), np.array([0, 1, 1, 0, 1])), 3)
    close(got[2], [0, 1, 0, 1, 0, 2, 0, 0, 0, 1])


@pytest.mark.aspect("empty bins")
@pytest.mark.hint("The mean of nothing is nan. The count of nothing is a number like any other.")
@pytest.mark.may_return("nan")
def test_bins_without_answers(student):
    """Keeps a place for bins that hold nothing: count 0, means nan."""
    got = parts(student.reliability_bins(np.array([0.55, 0.7]), np.array([True, False]), n_bins=4), 3)
    close(got[2], [0, 0, 2, 0])
    close(got[0], [np.nan, np.nan, 0.625, np.nan])
    close(got[1], [np.nan, np.nan, 0.5, np.nan])


@pytest.mark.points(2)
@pytest.mark.hint("Size of the gap times share of the answers in the bin, added up over the bins.")
def test_error_of_two_bins(student):
    """expected_calibration_error adds up the gaps of two bins."""
    close(student.expected_calibration_error(np.array([0.25, 0.25, 0.7, 0.8]), np.array([0, 0, 1, 0]), n_bins=2), 0.25)


@pytest.mark.aspect("errors")
@pytest.mark.requires("ten_bins_unless_told")
@pytest.mark.hint("Compare the shapes before you use them; numpy may stretch a short input without a word.")
def test_unequal_lengths(student):
    """Refuses confidences and answers of unequal length."""
    raises(student.reliability_bins, np.array([0.2, 0.4, 0.9]), np.array([1, 0]))
    raises(student.reliability_bins, np.array([0.2, 0.4, 0.9]), np.array([1]))
    raises(student.reliability_bins, np.array([0.6]), np.array([1, 0, 1]))


@pytest.mark.aspect("input")
@pytest.mark.requires("ten_bins_unless_told")
@pytest.mark.hint("Sort or clip a copy, not the caller's array.")
def test_leaves_its_input(student):
    """Does not change its inputs."""
    student.reliability_bins(np.array([0.9, 0.2, 0.6]), np.array([1, 0, 0]), n_bins=3)
    untouched(student)


@pytest.mark.points(0.5)
@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(confidence, dtype=float) makes an array of a list.")
def test_takes_lists(student):
    """Takes lists."""
    mean_confidence, _, _ = parts(student.reliability_bins([0.25, 0.75], [0, 1], n_bins=2), 3)
    close(mean_confidence, [0.25, 0.75])


@pytest.mark.points(0.5)
@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(confidence, dtype=float) makes an array of a list.")
def test_expected_calibration_error_takes_lists(student):
    """expected_calibration_error takes lists."""
    close(student.expected_calibration_error([0.25, 0.75], [0, 1], n_bins=2), 0.25)


@pytest.mark.aspect("edges")
@pytest.mark.hint("The upper edge belongs to the bin, the lower edge does not; 0 goes into the first bin.")
def test_edges(student):
    """Puts 0, 1 and the edge between two bins where the docstring says."""
    got = parts(student.reliability_bins(np.array([0.0, 0.5, 1.0, 1.0, 1.0]), np.array([1, 1, 0, 1, 1]), n_bins=2), 3)
    close(got[2], [2, 3])


@pytest.mark.aspect("weights")
@pytest.mark.hint("Which bin did most of the answers fall into, and how much should it say?")
def test_crowded_bin_counts_for_more(student):
    """expected_calibration_error weighs each bin by its answers, and leaves empty bins out."""
    confidence, correct = np.array([0.125, 0.875, 0.875, 0.875]), np.array([1, 1, 1, 1])
    close(student.expected_calibration_error(confidence, correct, n_bins=4), 0.3125)
