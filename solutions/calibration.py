"""Calibration: does 80 percent sure mean right 8 times in 10?"""

import numpy as np


def reliability_bins(confidence, correct, n_bins=10):
    confidence, correct = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    if confidence.shape != correct.shape or confidence.size == 0:
        raise ValueError("confidence and correct need the same length, and at least one answer")
    if confidence.min() < 0 or confidence.max() > 1:
        raise ValueError("a confidence lies between 0 and 1")
    # The number of inner edges below a confidence is the number of its bin. The outer edges are left out, so
    # nothing can fall off either end, and an inner edge itself stays in the bin that it closes.
    bins = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], confidence, side="left")
    count = np.bincount(bins, minlength=n_bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 is nan, which is what an empty bin should say
        mean_confidence = np.bincount(bins, weights=confidence, minlength=n_bins) / count
        accuracy = np.bincount(bins, weights=correct, minlength=n_bins) / count
    return mean_confidence, accuracy, count


def expected_calibration_error(confidence, correct, n_bins=10):
    mean_confidence, accuracy, count = reliability_bins(confidence, correct, n_bins)
    filled = count > 0  # 0 * nan is nan: an empty bin must be left out, a weight of 0 does not silence it
    gap = np.abs(accuracy[filled] - mean_confidence[filled])
    return float(gap @ count[filled] / count.sum())
