"""Named wrong answers for kind and matvec."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("kind", title="the length of the array is taken for its number of axes",
               hint="How many indices do you need to reach one number?")  # fmt: skip
def kind_by_len(x):
    names = {1: "scalar", 2: "vector", 3: "matrix"}
    return names.get(len(np.atleast_1d(x)), "tensor")


@misconception("kind", title="axes of size one are dropped, so a row counts as a vector",
               hint="Its shape has two numbers. Which code breaks if you treat it as a vector?")  # fmt: skip
def row_is_a_vector(x):
    axes = np.squeeze(np.asarray(x)).ndim
    return ("scalar", "vector", "matrix", "tensor")[min(axes, 3)]


@misconception("kind", title="anything with a single entry is called a scalar",
               hint="You must write x[0] to get the number, so it has an axis.")  # fmt: skip
def size_one_is_scalar(x):
    x = np.asarray(x)
    if x.size == 1:
        return "scalar"
    return ("scalar", "vector", "matrix", "tensor")[min(x.ndim, 3)]


@misconception("matvec", title="a and x are multiplied entry by entry, and nothing is added up",
               hint="`*` works entry by entry. Which operator multiplies and adds?")  # fmt: skip
def star_is_matmul(a, x):
    a, x = np.asarray(a, dtype=float), np.asarray(x, dtype=float)
    if a.ndim != 2 or x.ndim != 1 or a.shape[1] != len(x):
        raise ValueError("the shapes do not fit")
    return a * x


@misconception("matvec", title="columns of the matrix are multiplied with the vector instead of rows",
               hint="Entry i of the result belongs to row i of a.")  # fmt: skip
def transposed(a, x):
    a, x = np.asarray(a, dtype=float), np.asarray(x, dtype=float)
    if a.ndim != 2 or x.ndim != 1 or a.shape[1] != len(x):
        raise ValueError("the shapes do not fit")
    return x @ a


@misconception("matvec", title="zip stops at the shorter of row and vector without a word",
               hint="What should happen when one list is longer?")  # fmt: skip
def zip_truncates(a, x):
    a, x = np.asarray(a, dtype=float), np.asarray(x, dtype=float)
    if a.ndim != 2 or x.ndim != 1:
        raise ValueError("a must be a matrix and x a vector")
    return np.array([sum(weight * entry for weight, entry in zip(row, x, strict=False)) for row in a])
