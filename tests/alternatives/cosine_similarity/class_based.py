from functools import cached_property

import numpy as np


class Vector:
    def __init__(self, entries):
        self.entries = np.asarray(entries, dtype=float)
        if self.entries.ndim != 1:
            raise ValueError("a vector has one axis")

    @cached_property
    def length(self):
        return (self.entries @ self.entries) ** 0.5

    def dot(self, other):
        if self.entries.size != other.entries.size:
            raise ValueError("the lengths differ")
        return self.entries @ other.entries

    def cosine(self, other):
        product = self.dot(other)
        if 0 in (self.length, other.length):
            return 0.0
        return float(np.clip(product / (self.length * other.length), -1.0, 1.0))


class Similarity:
    def __call__(self, a, b):
        return Vector(a).cosine(Vector(b))

    def score(self, a, b):
        return self(a, b)


cosine_similarity = Similarity().score
