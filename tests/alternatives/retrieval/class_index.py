from typing import NamedTuple

import numpy as np


class Hit(NamedTuple):
    name: str
    score: float


class Index:
    def __init__(self, docs):
        self.docs = {name: self._unit(vector) for name, vector in docs.items()}

    @staticmethod
    def _unit(vector):
        vector = np.array(vector, dtype=float)
        length = np.linalg.norm(vector)
        if length:
            vector /= length
        return vector

    def __call__(self, query, k):
        hits = [Hit(name, float(vector @ self._unit(query))) for name, vector in self.docs.items()]
        hits.sort(key=lambda hit: hit.score)
        hits.reverse()
        return hits[:k]

    @classmethod
    def retrieve(cls, query, docs, k):
        if k < 1:
            raise ValueError("at least one document, please")
        return cls(docs)(query, k)


retrieve = Index.retrieve
