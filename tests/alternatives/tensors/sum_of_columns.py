"""The other reading of the product: a weighted sum of the columns of a."""

import numpy as np
import numpy.typing as npt


def kind(x: npt.ArrayLike) -> str:
    axes: int = np.ndim(x)
    return "tensor" if axes > 2 else {2: "matrix", 1: "vector", 0: "scalar"}[axes]


def matvec(a: npt.ArrayLike, x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    a = np.asarray(a, dtype=np.float64)
    x = np.asarray(x, dtype=np.float64)
    try:
        _, columns = a.shape
        (entries,) = x.shape
    except ValueError as error:
        raise ValueError("a needs two axes and x one") from error
    if columns != entries:
        raise ValueError(f"{columns} columns, {entries} entries")
    total = np.zeros(len(a))
    for weight, column in zip(x, a.T, strict=True):
        total = total + weight * column
    return total
