import math

import numpy as np


def reliability_bins(confidence, correct, n_bins=10):
    confidence = [float(c) for c in confidence]
    correct = [float(r) for r in correct]
    if len(confidence) != len(correct):
        raise ValueError("unequal lengths")
    if not confidence:
        raise ValueError("no answers")
    for c in confidence:
        if not 0.0 <= c <= 1.0:
            raise ValueError(f"{c} is no confidence")
    sums = [0.0] * n_bins
    rights = [0.0] * n_bins
    count = [0] * n_bins
    for c, r in zip(confidence, correct, strict=True):
        i = max(math.ceil(c * n_bins) - 1, 0)
        sums[i] += c
        rights[i] += r
        count[i] += 1
    mean_confidence = [s / n if n else math.nan for s, n in zip(sums, count, strict=True)]
    accuracy = [r / n if n else math.nan for r, n in zip(rights, count, strict=True)]
    return np.array(mean_confidence), np.array(accuracy), np.array(count)


def expected_calibration_error(confidence, correct, n_bins=10):
    mean_confidence, accuracy, count = reliability_bins(confidence, correct, n_bins)
    total = 0.0
    for said, true, n in zip(mean_confidence, accuracy, count, strict=True):
        if n == 0:
            continue
        total += n / len(confidence) * abs(true - said)
    return total
