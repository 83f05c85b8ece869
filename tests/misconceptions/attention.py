"""Named wrong answers for attention."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def _softmax(scores, mask):
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total > 0, total, 1.0)


def _arrays(*inputs):
    return [np.asarray(x, dtype=float) for x in inputs]


@misconception("attention", title="queries are matched with the values, not with the keys",
               hint="Who describes a position, and who carries what it hands over?")  # fmt: skip
def values_as_keys(q, k, v, mask=None):
    q, v = _arrays(q, v)
    scores = q @ np.swapaxes(v, -1, -2) / np.sqrt(q.shape[-1])
    return _softmax(scores, mask) @ v


@misconception("attention", title="the keys are mixed, not the values",
               hint="Match on keys, copy values. How wide should a row of the result be?")  # fmt: skip
def mixes_keys(q, k, v, mask=None):
    q, k = _arrays(q, k)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    return _softmax(scores, mask) @ k


@misconception("attention", title="scores are divided by the root of the width of the values",
               hint="Which vectors were multiplied to get a score? Their width counts.")  # fmt: skip
def scale_by_value_width(q, k, v, mask=None):
    q, k, v = _arrays(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(v.shape[-1])
    return _softmax(scores, mask) @ v


@misconception("attention", title="scores weigh the values without a softmax",
               hint="Do the weights of one query add up to 1? Can one of them be negative?")  # fmt: skip
def no_softmax(q, k, v, mask=None):
    q, k, v = _arrays(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, 0.0)
    return scores @ v


@misconception("attention", title="the best key takes everything",
               hint="A mixture can move smoothly and be trained; a winner cannot.")  # fmt: skip
def hard_attention(q, k, v, mask=None):
    q, k, v = _arrays(q, k, v)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    best = scores.argmax(axis=-1)[..., None]
    copied = np.take_along_axis(v, best, axis=-2)
    return np.where(np.isfinite(scores.max(axis=-1, keepdims=True)), copied, 0.0)
