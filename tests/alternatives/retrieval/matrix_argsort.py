import numpy as np


def retrieve(query, docs, k):
    if k < 1:
        raise ValueError(f"cannot retrieve {k} documents")
    names = list(docs)
    matrix = np.array([docs[name] for name in names], dtype=float)
    query = np.array(query, dtype=float)
    norms = np.linalg.norm(matrix, axis=1) * np.linalg.norm(query)
    scores = np.divide(matrix @ query, norms, out=np.zeros(len(names)), where=norms > 0)
    best = np.argsort(-scores)[:k]
    return [(names[i], scores[i]) for i in best]
