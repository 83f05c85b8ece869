"""Named wrong answers for norm and normalize."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("norm", title="the root is missing at the end",
               hint="Units: metres in, square metres out?")  # fmt: skip
def squared_length(x, ord=2):
    if ord < 1:
        raise ValueError("ord must be 1 or more")
    x = np.abs(np.asarray(x, dtype=float))
    if ord == np.inf:
        return x.max()
    return np.sum(x**ord)


@misconception("norm", title="ord is ignored: always the 2-norm",
               hint="Where in your code does ord occur?")  # fmt: skip
def ignores_ord(x, ord=2):
    if ord < 1:
        raise ValueError("ord must be 1 or more")
    x = np.asarray(x, dtype=float)
    return np.sqrt(np.sum(x**2))


@misconception("norm", title="the 1-norm adds up the entries, not their sizes",
               hint="Can a length be negative?")  # fmt: skip
def no_abs_for_one(x, ord=2):
    if ord < 1:
        raise ValueError("ord must be 1 or more")
    x = np.asarray(x, dtype=float)
    if ord == 1:
        return x.sum()
    if ord == np.inf:
        return np.abs(x).max()
    return np.sum(np.abs(x) ** ord) ** (1 / ord)


@misconception("norm", title="a mean is taken under the root instead of a sum",
               hint="Adding zeros must not change a length.")  # fmt: skip
def rms(x, ord=2):
    if ord < 1:
        raise ValueError("ord must be 1 or more")
    x = np.abs(np.asarray(x, dtype=float))
    if ord == np.inf:
        return x.max()
    return np.mean(x**ord) ** (1 / ord)


@misconception("normalize", title="entries are divided by their sum, not by the length",
               hint="Check norm(normalize(x)): what must it be?")  # fmt: skip
def normalize_by_sum(x):
    x = np.asarray(x, dtype=float)
    total = x.sum(axis=-1, keepdims=True)
    return x / np.where(total == 0, 1.0, total)


@misconception("normalize", title="the caller's array is changed in place",
               hint="Whose array is x? `x /= ...` writes into the caller's memory.")  # fmt: skip
def normalize_in_place(x):
    x = np.asarray(x, dtype=float)
    length = np.sqrt((x**2).sum(axis=-1, keepdims=True))
    length[length == 0] = 1.0
    x /= length
    return x


@misconception("normalize", title="a row of zeros is divided by its length 0",
               hint="Which vector has no direction? The docstring says what to return for it.")  # fmt: skip
def zero_divides(x):
    x = np.asarray(x, dtype=float)
    return x / np.sqrt((x**2).sum(axis=-1, keepdims=True))


@misconception("normalize", title="one length is taken for the whole matrix",
               hint="The sum of squares needs axis and keepdims to work per row.")  # fmt: skip
def frobenius_for_rows(x):
    x = np.asarray(x, dtype=float)
    length = np.sqrt((x**2).sum())
    return x / length if length > 0 else np.zeros_like(x)
