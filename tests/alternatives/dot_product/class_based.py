import numpy as np


class DimensionError(ValueError):
    pass


class Vector:
    def __init__(self, entries):
        self.entries = np.asarray(entries, dtype=float)
        if self.entries.ndim != 1:
            raise DimensionError("a vector has one axis")

    def __len__(self):
        return len(self.entries)

    def __matmul__(self, other):
        if len(self) != len(other):
            raise DimensionError("the lengths differ")
        return np.inner(self.entries, other.entries)


class Product:
    def of(self, a, b):
        return Vector(a) @ Vector(b)


dot = Product().of
