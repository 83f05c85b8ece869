import numpy as np

NAMES = {0: "scalar", 1: "vector", 2: "matrix"}


def kind(x):
    return NAMES.get(np.asarray(x).ndim, "tensor")


def matvec(a, x):
    a = np.asarray(a).astype(float)
    x = np.asarray(x).astype(float)
    if (a.ndim, x.ndim) != (2, 1) or a.shape[1:] != x.shape:
        raise ValueError(f"cannot multiply {a.shape} by {x.shape}")
    return (a * x[np.newaxis, :]).sum(axis=1)
