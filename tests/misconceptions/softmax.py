"""Named wrong answers for softmax and log_softmax."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("softmax", title="no maximum is subtracted before exp",
               hint="Subtract a number that makes the largest exponent 0.")  # fmt: skip
def no_shift(z, axis=-1):
    e = np.exp(np.asarray(z, dtype=float))
    return e / e.sum(axis=axis, keepdims=True)


@misconception("softmax", title="one maximum is used for all rows",
               hint="Whose maximum protects row 3? Rows far below the largest score need their own.")  # fmt: skip
def global_max(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max())
    return e / e.sum(axis=axis, keepdims=True)


@misconception("softmax", title="the sum runs down the columns instead of along each row",
               hint="Add up one row of your result. Which axis lists the choices?")  # fmt: skip
def axis_zero(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


@misconception("softmax", title="one sum is taken over the whole array",
               hint="One distribution per row, so one sum per row.")  # fmt: skip
def whole_array(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max())
    return e / e.sum()


@misconception("softmax", title="keepdims is missing, so rows line up with columns",
               hint="Print both shapes before you divide.")  # fmt: skip
def no_keepdims(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=axis))
    return e / e.sum(axis=axis)


@misconception("softmax", title="axis is ignored: always the last one",
               hint="Search your code for the word axis.")  # fmt: skip
def ignores_axis(z, axis=-1):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@misconception("softmax", title="scores are divided by their sum without exp",
               hint="What makes every score positive and keeps the order?")  # fmt: skip
def no_exp(z, axis=-1):
    z = np.asarray(z, dtype=float)
    return z / z.sum(axis=axis, keepdims=True)


@misconception("softmax", title="the caller's array is changed in place",
               hint="`z -= ...` writes into the caller's memory. Make a new array.")  # fmt: skip
def in_place(z, axis=-1):
    z = z if isinstance(z, np.ndarray) and z.dtype == float else np.array(z, dtype=float)
    z -= z.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


@misconception("log_softmax", title="the logarithm is taken of a probability that rounded to 0",
               hint="Use z - max - log(sum(exp(z - max))) and never take the log of 0.")  # fmt: skip
def log_of_softmax(z, axis=-1):
    return np.log(softmax(z, axis=axis))


@misconception(
    "log_softmax",
    title="no maximum is subtracted, so exp overflows",
    hint="log_softmax needs the maximum of each row, just as softmax does.",
)
def log_no_shift(z, axis=-1):
    z = np.asarray(z, dtype=float)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@misconception(
    "log_softmax",
    title="axis is ignored: always the last one",
    hint="log_softmax has an axis too. Search for the word.",
)
def log_ignores_axis(z, axis=-1):
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
