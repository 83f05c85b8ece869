import numpy as np


def kind(x):
    match np.shape(x):
        case ():
            return "scalar"
        case (_,):
            return "vector"
        case (_, _):
            return "matrix"
    return "tensor"


def matvec(a, x):
    matrix = np.array(a, float, ndmin=0)
    vector = np.array(x, float, ndmin=0)
    if matrix.ndim != 2 or vector.ndim != 1 or matrix.shape[-1] != vector.shape[0]:
        raise ValueError
    return np.einsum("ij,j->i", matrix, vector)
