"""Named wrong answers for cross_entropy."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def checked(logits, targets):
    z, targets = np.asarray(logits, dtype=float), np.asarray(targets)
    if targets.shape != (len(z),) or targets.min() < 0 or targets.max() >= z.shape[1]:
        raise ValueError("one id from 0 to C - 1 for each row")
    return z, targets, np.arange(len(z))


def stable_softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@misconception("cross_entropy", title="the losses of the rows are summed, not averaged",
               hint="Same model, twice the data: should the loss be the same?")  # fmt: skip
def sum_over_batch(logits, targets):
    z, targets, rows = checked(logits, targets)
    return -_log_softmax(z)[rows, targets].sum()


@misconception("cross_entropy", title="the logits are taken for probabilities",
               hint="Are these scores between 0 and 1, and does a row sum to 1?")  # fmt: skip
def expects_probabilities(logits, targets):
    p, targets, rows = checked(logits, targets)
    return -np.log(p[rows, targets]).mean()


@misconception("cross_entropy", title="probabilities are clipped, so the loss has a ceiling",
               hint="One mistake is far worse than another. Does your loss tell them apart?")  # fmt: skip
def clip_probabilities(logits, targets):
    z, targets, rows = checked(logits, targets)
    p = np.clip(stable_softmax(z), 1e-15, 1.0)
    return -np.log(p[rows, targets]).mean()


@misconception("cross_entropy", title="exp is taken of the scores as they are, and overflows",
               hint="The softmax exercise has the cure: which number do you subtract first?")  # fmt: skip
def naive_softmax(logits, targets):
    z, targets, rows = checked(logits, targets)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return -np.log(p[rows, targets]).mean()


@misconception("cross_entropy", title="the logarithm is taken of a probability that rounded to 0",
               hint="Stay in logarithms from start to end.")  # fmt: skip
def stable_softmax_then_log(logits, targets):
    z, targets, rows = checked(logits, targets)
    return -np.log(stable_softmax(z)[rows, targets]).mean()


@misconception("cross_entropy", title="softmax runs over the batch instead of the classes",
               hint="Which axis lists the classes?")  # fmt: skip
def softmax_over_batch(logits, targets):
    z, targets, rows = checked(logits, targets)
    shifted = z - z.max(axis=0)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -log_p[rows, targets].mean()


@misconception("cross_entropy", title="whole columns are picked, so N times N numbers are averaged",
               hint="Print the shape of what you average. You need one number for each row.")  # fmt: skip
def column_slice(logits, targets):
    z, targets, _ = checked(logits, targets)
    return -_log_softmax(z)[:, targets].mean()


@misconception("cross_entropy", title="softmax is applied twice",
               hint="Your log-softmax takes logits. Is it given probabilities?")  # fmt: skip
def double_softmax(logits, targets):
    z, targets, rows = checked(logits, targets)
    return -_log_softmax(stable_softmax(z))[rows, targets].mean()


@misconception("cross_entropy", title="a single id is stretched over all rows",
               hint="Compare the number of ids with the number of rows before you index.")  # fmt: skip
def one_id_for_all(logits, targets):
    z, targets = np.asarray(logits, dtype=float), np.asarray(targets)
    if targets.min() < 0 or targets.max() >= z.shape[1]:
        raise ValueError("ids go from 0 to C - 1")
    return -_log_softmax(z)[np.arange(len(z)), targets].mean()


@misconception("cross_entropy", title="the ids are not checked, so -1 reads the last class",
               hint="Python counts negative indices from the end. Labels do not.")  # fmt: skip
def negative_index_wraps(logits, targets):
    z, targets = np.asarray(logits, dtype=float), np.asarray(targets)
    return -_log_softmax(z)[np.arange(len(z)), targets].mean()
