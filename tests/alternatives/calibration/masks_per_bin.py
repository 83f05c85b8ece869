import numpy as np


def reliability_bins(confidence, correct, n_bins=10):
    confidence = np.array(confidence, dtype=np.float64)
    correct = np.array(correct, dtype=bool)
    if confidence.shape != correct.shape:
        raise ValueError(f"shapes differ: {confidence.shape} and {correct.shape}")
    if len(confidence) == 0 or np.any(confidence < 0) or np.any(confidence > 1):
        raise ValueError("confidences must be between 0 and 1, and there must be one")

    edges = np.linspace(0.0, 1.0, n_bins + 1)
    mean_confidence = np.full(n_bins, np.nan)
    accuracy = np.full(n_bins, np.nan)
    count = np.zeros(n_bins, dtype=int)
    for i, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        inside = (confidence > low) & (confidence <= high)
        if i == 0:
            inside |= confidence == 0
        count[i] = inside.sum()
        if count[i] > 0:
            mean_confidence[i] = confidence[inside].mean()
            accuracy[i] = correct[inside].mean()
    return mean_confidence, accuracy, count


def expected_calibration_error(confidence, correct, n_bins=10):
    mean_confidence, accuracy, count = reliability_bins(confidence, correct, n_bins)
    return np.nansum(count / count.sum() * np.abs(accuracy - mean_confidence))
