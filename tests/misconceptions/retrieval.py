"""Named wrong answers for retrieve."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def _scored(query, docs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    return [(name, _cosine(query, vector)) for name, vector in docs.items()]


@misconception("retrieve", title="reverse=True is given to print, not to sorted",
               hint="Which bracket closes sorted, and which one closes print? And what is returned?")  # fmt: skip
def print_reverse(query, docs, k):
    scored = _scored(query, docs, k)
    print(sorted(scored, key=lambda pair: pair[1]), reverse=True)


@misconception("retrieve", title="the worst documents come first",
               hint="sorted and argsort go upwards. Where is the best one?")  # fmt: skip
def worst_first(query, docs, k):
    return sorted(_scored(query, docs, k), key=lambda pair: pair[1])[:k]


@misconception("retrieve", title="the list is cut before it is turned around",
               hint="That is the best of the worst. Sort, turn, then cut.")  # fmt: skip
def reverse_after_cut(query, docs, k):
    return sorted(_scored(query, docs, k), key=lambda pair: pair[1])[:k][::-1]


@misconception("retrieve", title="documents are scored by the dot product, so long ones win",
               hint="Write a document twice: is it more similar now?")  # fmt: skip
def dot_product(query, docs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    query = np.asarray(query, dtype=float)
    scored = [(name, float(query @ np.asarray(vector, dtype=float))) for name, vector in docs.items()]
    return sorted(scored, key=lambda pair: pair[1], reverse=True)[:k]


@misconception("retrieve", title="the nearest points are returned, not the closest directions",
               hint="Aligned but far is still aligned.")  # fmt: skip
def euclidean(query, docs, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    query = np.asarray(query, dtype=float)
    away = [(name, float(np.linalg.norm(query - np.asarray(v, dtype=float)))) for name, v in docs.items()]
    return sorted(away, key=lambda pair: pair[1])[:k]


@misconception("retrieve", title="the pairs are sorted by name",
               hint="Which part of a pair does sorted look at first? What is its key= for?")  # fmt: skip
def sorts_by_name(query, docs, k):
    return sorted(_scored(query, docs, k), reverse=True)[:k]
