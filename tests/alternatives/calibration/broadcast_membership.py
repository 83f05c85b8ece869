import numpy as np


def membership(confidence, n_bins):
    """A table of bins by answers: 1.0 where the answer lies in the bin."""
    i = np.arange(n_bins)[:, None]
    c = confidence[None, :]
    return ((c > i / n_bins) & (c <= (i + 1) / n_bins)) | ((c == 0) & (i == 0))


def reliability_bins(confidence, correct, n_bins=10):
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
    if confidence.ndim != 1 or confidence.shape != correct.shape or not confidence.size:
        raise ValueError
    if not np.all((confidence >= 0) & (confidence <= 1)):
        raise ValueError
    table = membership(confidence, n_bins)
    count = table.sum(axis=1)
    with np.errstate(all="ignore"):
        return table @ confidence / count, table @ correct / count, count


def expected_calibration_error(confidence, correct, n_bins=10):
    reliability_bins(confidence, correct, n_bins)  # for its errors
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
    # count / n * |mean(correct) - mean(confidence)| is |sum(correct - confidence)| / n
    return np.abs(membership(confidence, n_bins) @ (correct - confidence)).sum() / len(confidence)
