from dataclasses import dataclass

import numpy as np


@dataclass
class Array:
    values: np.ndarray

    @classmethod
    def of(cls, values, axes=None):
        array = cls(np.asarray(values, dtype="float64"))
        if axes is not None and array.axes != axes:
            raise ValueError(f"expected {axes} axes, got {array.axes}")
        return array

    @property
    def axes(self):
        return self.values.ndim

    def __matmul__(self, other):
        return np.dot(self.values, other.values)


class Tools:
    def __init__(self, names):
        self.names = names

    def kind(self, x):
        axes = Array.of(x).axes
        return self.names[axes] if axes < len(self.names) else self.names[-1]

    def matvec(self, a, x):
        return Array.of(a, axes=2) @ Array.of(x, axes=1)


_tools = Tools(["scalar", "vector", "matrix", "tensor"])
kind = _tools.kind
matvec = _tools.matvec
