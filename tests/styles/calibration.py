"""Plain numpy on arrays: converts nothing."""

import numpy as np


def reliability_bins(confidence, correct, n_bins=10):
    if confidence.shape != correct.shape or confidence.size == 0:
        raise ValueError("confidence and correct need the same length, and at least one answer")
    if confidence.min() < 0 or confidence.max() > 1:
        raise ValueError("a confidence lies between 0 and 1")
    bins = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], confidence, side="left")
    count = np.bincount(bins, minlength=n_bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(bins, weights=confidence, minlength=n_bins) / count
        accuracy = np.bincount(bins, weights=correct, minlength=n_bins) / count
    return (mean_confidence, accuracy, count)


def expected_calibration_error(confidence, correct, n_bins=10):
    mean_confidence, accuracy, count = reliability_bins(confidence, correct, n_bins)
    filled = count > 0
    gap = np.abs(accuracy[filled] - mean_confidence[filled])
    return float(gap @ count[filled] / count.sum())
