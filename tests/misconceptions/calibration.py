"""Named wrong answers for reliability_bins and expected_calibration_error."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def _checked(confidence, correct):
    confidence, correct = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    if len(confidence) != len(correct) or len(confidence) == 0:
        raise ValueError("confidence and correct need the same length, and at least one answer")
    if np.any((confidence < 0) | (confidence > 1)):
        raise ValueError("a confidence lies between 0 and 1")
    return confidence, correct


def _means(confidence, correct, members):
    filled = [(confidence[m].mean(), correct[m].mean()) if m.any() else (np.nan, np.nan) for m in members]
    said, true = np.array(filled).T
    return said, true, np.array([m.sum() for m in members])


@misconception("reliability_bins", title="a confidence of 0 falls into no bin",
               hint="Do the counts add up? Which confidence lies above no lower edge?")  # fmt: skip
def zero_confidence_lost(confidence, correct, n_bins=10):
    confidence, correct = _checked(confidence, correct)
    edges = np.linspace(0, 1, n_bins + 1)
    members = [(confidence > edges[i]) & (confidence <= edges[i + 1]) for i in range(n_bins)]
    return _means(confidence, correct, members)


@misconception("reliability_bins", title="a confidence of 1 falls into no bin",
               hint="Sum the counts. Which confidence lies below no upper edge?")  # fmt: skip
def one_confidence_lost(confidence, correct, n_bins=10):
    confidence, correct = _checked(confidence, correct)
    edges = np.linspace(0, 1, n_bins + 1)
    members = [(confidence >= edges[i]) & (confidence < edges[i + 1]) for i in range(n_bins)]
    return _means(confidence, correct, members)


@misconception("reliability_bins", title="a confidence on an edge goes one bin up",
               hint="Read the docstring's signs: which end of a bin belongs to it?")  # fmt: skip
def left_closed(confidence, correct, n_bins=10):
    confidence, correct = _checked(confidence, correct)
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    return _means(confidence, correct, [bins == i for i in range(n_bins)])


@misconception("reliability_bins", title="the centre of the bin stands in for the mean confidence",
               hint="Average what is in the bin. Where in it do the answers lie?")  # fmt: skip
def bin_midpoint(confidence, correct, n_bins=10):
    confidence, correct = _checked(confidence, correct)
    edges = np.linspace(0, 1, n_bins + 1)
    bins = np.maximum(np.digitize(confidence, edges, right=True) - 1, 0)
    _, true, count = _means(confidence, correct, [bins == i for i in range(n_bins)])
    return np.where(count > 0, (edges[:-1] + edges[1:]) / 2, np.nan), true, count


@misconception("expected_calibration_error", title="every bin counts the same, however few answers it holds",
               hint="Which bin did most of the answers fall in? Weigh each gap by that.")  # fmt: skip
def unweighted(confidence, correct, n_bins=10):
    said, true, _ = reliability_bins(confidence, correct, n_bins)
    return float(np.nanmean(np.abs(true - said)))


@misconception("expected_calibration_error", title="gaps of opposite sign cancel each other",
               hint="Too sure here and too modest there: are two wrongs a right? Where is your abs?")  # fmt: skip
def signed_gaps_cancel(confidence, correct, n_bins=10):
    said, true, count = reliability_bins(confidence, correct, n_bins)
    return float(abs(np.nansum(count * (true - said)) / count.sum()))


@misconception("expected_calibration_error", title="an empty bin turns the whole sum into nan",
               hint="What is 0 times nan? Skip the bins with count 0.")  # fmt: skip
def empty_bin_nan(confidence, correct, n_bins=10):
    said, true, count = reliability_bins(confidence, correct, n_bins)
    return float(np.sum(count / count.sum() * np.abs(true - said)))


@misconception("expected_calibration_error", title="the worst gap is returned, not the expected one",
               hint="Expected, not worst: what does an answer meet on average?")  # fmt: skip
def maximum(confidence, correct, n_bins=10):
    said, true, _ = reliability_bins(confidence, correct, n_bins)
    return float(np.nanmax(np.abs(true - said)))
