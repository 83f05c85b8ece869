"""Named wrong answers for attention_weights."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def arrays(q, k):
    return np.asarray(q, dtype=float), np.asarray(k, dtype=float)


def masked(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def share(scores, axis=-1):
    top = scores.max(axis=axis, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0.0))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total > 0, total, 1.0)


@misconception("attention_weights", title="the scores are not divided by the root of d",
               hint="How does the size of a dot product grow with d?")  # fmt: skip
def no_scale(q, k, mask=None):
    q, k = arrays(q, k)
    return share(masked(q @ np.swapaxes(k, -1, -2), mask))


@misconception("attention_weights", title="the scores are divided by d, not by its root",
               hint="The spread of a sum of d products grows with the root of d.")  # fmt: skip
def scale_by_d(q, k, mask=None):
    q, k = arrays(q, k)
    return share(masked(q @ np.swapaxes(k, -1, -2) / q.shape[-1], mask))


@misconception("attention_weights", title="the scores are divided by the root of the number of keys",
               hint="d is the width of one key. Does len(k) tell you that?")  # fmt: skip
def scale_by_number_of_keys(q, k, mask=None):
    q, k = arrays(q, k)
    return share(masked(q @ np.swapaxes(k, -1, -2) / np.sqrt(len(k)), mask))


@misconception("attention_weights", title="softmax runs over the queries, so columns sum to 1",
               hint="Each query has one unit of attention to spend. On what?")  # fmt: skip
def softmax_over_queries(q, k, mask=None):
    q, k = arrays(q, k)
    return share(masked(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]), mask), axis=-2)


@misconception("attention_weights", title="the mask comes after softmax, so rows sum to less than 1",
               hint="Hide before you share out.")  # fmt: skip
def mask_after_softmax(q, k, mask=None):
    q, k = arrays(q, k)
    weights = share(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]))
    return weights if mask is None else weights * np.asarray(mask)


@misconception("attention_weights", title="hidden keys get the score 0 and so keep some weight",
               hint="exp(0) is not 0. Which score has the exponential 0?")  # fmt: skip
def mask_scores_to_zero(q, k, mask=None):
    q, k = arrays(q, k)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    return share(scores if mask is None else scores * np.asarray(mask))


@misconception("attention_weights", title="the mask is read the other way round: True hides",
               hint="Read the docstring again: what does True allow?")  # fmt: skip
def mask_inverted(q, k, mask=None):
    q, k = arrays(q, k)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    return share(scores if mask is None else np.where(mask, -np.inf, scores))


@misconception("attention_weights", title="k.T turns all axes round, which fails for a batch",
               hint="Swap the last two axes only.")  # fmt: skip
def full_transpose(q, k, mask=None):
    q, k = arrays(q, k)
    return share(masked(q @ k.T / np.sqrt(q.shape[-1]), mask))


@misconception("attention_weights", title="a row without an open key becomes nan",
               hint="Nobody to look at: what is the sum that you divide by?")  # fmt: skip
def fully_masked_nan(q, k, mask=None):
    q, k = arrays(q, k)
    scores = masked(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]), mask)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@misconception("attention_weights", title="a row without an open key is shared evenly among hidden keys",
               hint="All scores of the row are equal. What does softmax make of them?")  # fmt: skip
def fully_masked_uniform(q, k, mask=None):
    q, k = arrays(q, k)
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    return share(scores if mask is None else np.where(mask, scores, -1e9))
