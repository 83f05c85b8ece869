from itertools import groupby
from math import ceil, fsum, nan

import numpy as np


def _number_of_bin(n_bins):
    return lambda pair: max(ceil(pair[0] * n_bins), 1) - 1


def _mean(numbers):
    return fsum(numbers) / len(numbers)


def reliability_bins(confidence, correct, n_bins=10):
    if len(confidence) != len(correct) or len(confidence) < 1:
        raise ValueError("need as many answers as confidences")
    if min(confidence) < 0 or max(confidence) > 1:
        raise ValueError("confidence outside [0, 1]")
    bin_of = _number_of_bin(n_bins)
    pairs = sorted(zip(map(float, confidence), map(float, correct), strict=True), key=bin_of)
    groups = {i: list(zip(*group, strict=True)) for i, group in groupby(pairs, key=bin_of)}
    rows = [groups.get(i, ([nan], [nan])) for i in range(n_bins)]
    said, true = (np.array([_mean(row[j]) for row in rows]) for j in (0, 1))
    return said, true, np.array([len(groups[i][0]) if i in groups else 0 for i in range(n_bins)])


def expected_calibration_error(confidence, correct, n_bins=10):
    rows = zip(*reliability_bins(confidence, correct, n_bins), strict=True)
    return fsum(n * abs(true - said) for said, true, n in rows if n) / len(confidence)
