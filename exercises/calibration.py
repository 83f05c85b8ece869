"""Calibration: does 80 percent sure mean right 8 times in 10?"""

import numpy as np


def reliability_bins(confidence, correct, n_bins=10):
    """Sort answers into bins by their confidence and compare, bin by bin, what was said with what was true.

    This is the table behind a reliability diagram. It shows whether the confidence that a classifier reports can
    be taken at its word: in each bin the mean confidence should be close to the share of right answers.

        bin i holds every answer with   i / n_bins < confidence <= (i + 1) / n_bins,   i = 0 ... n_bins - 1

    The upper edge belongs to the bin, the lower edge does not. A confidence of exactly 0 goes into the first bin.

    Parameters
    ----------
    confidence : array_like of numbers from 0 to 1, shape (n,), n at least 1 (lists work too)
        How sure the model was of each answer, in any order. An edge that has no exact float, such as 0.3, may be
        counted on either side; 0.25, 0.5 and 0.75 are exact. What happens for nan is not defined.
    correct : array_like of bool or of 0 and 1, shape (n,) (lists work too)
        Whether each answer was right.
    n_bins : int, at least 1, default 10
        Number of bins, all of the same width. There may be more bins than answers.

    Returns
    -------
    mean_confidence : numpy.ndarray of float64, shape (n_bins,)
        The mean of the confidences in each bin; nan for a bin that holds nothing.
    accuracy : numpy.ndarray of float64, shape (n_bins,)
        The share of right answers in each bin; nan for a bin that holds nothing.
    count : numpy.ndarray of int, shape (n_bins,)
        The number of answers in each bin, 0 for one that holds nothing. The counts add up to n.

    The three come back as one tuple. The inputs are not changed.

    Raises
    ------
    ValueError
        If confidence and correct differ in length, also when one of them has length 1, if there are no answers at
        all, or if a confidence is below 0 or above 1.

    Examples
    --------
    >>> mean_confidence, accuracy, count = reliability_bins([0.25, 0.75, 1.0], [0, 1, 1], n_bins=2)
    >>> mean_confidence.tolist(), accuracy.tolist(), count.tolist()
    ([0.25, 0.875], [0.0, 1.0], [1, 2])
    >>> [part.tolist() for part in reliability_bins([0.0, 0.25, 0.5, 0.5], [False, True, True, False], n_bins=4)]
    [[0.125, 0.5, nan, nan], [0.5, 0.5, nan, nan], [2, 2, 0, 0]]

    Source: Guo et al., On Calibration of Modern Neural Networks (2017); sklearn.calibration.calibration_curve.
    """
    raise NotImplementedError("reliability_bins: write me")


def expected_calibration_error(confidence, correct, n_bins=10):
    """Return the gap between confidence and accuracy that an answer meets on average.

    One number for the whole table: 0 if every bin keeps its promise. It judges how well a model was calibrated, such
    as by temperature scaling, which itself minimises the negative log-likelihood. Every bin counts with the share of
    the answers that it holds:

        ECE = sum over bins with answers of   count_i / n * |accuracy_i - mean_confidence_i|

    Parameters
    ----------
    confidence, correct, n_bins
        As for reliability_bins, with the same bins.

    Returns
    -------
    float
        One number from 0 to 1 (a numpy number will do). A bin without answers adds nothing. The inputs are not changed.

    Raises
    ------
    ValueError
        As reliability_bins does.

    Examples
    --------
    >>> float(expected_calibration_error([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0]))
    0.0
    >>> float(expected_calibration_error([0.25, 1.0], [1, 1], n_bins=2))
    0.375

    Source: Guo et al., On Calibration of Modern Neural Networks (2017), equation 3.
    """
    raise NotImplementedError("expected_calibration_error: write me")
