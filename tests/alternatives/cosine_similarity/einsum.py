import numpy as np


def cosine_similarity(a, b):
    a, b = (np.asarray(v).astype(float) for v in (a, b))
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape}")
    inner = lambda u, v: np.einsum("i,i->", u, v)  # noqa: E731
    denominator = np.sqrt(inner(a, a) * inner(b, b))
    cosine = np.divide(inner(a, b), denominator, out=np.zeros(()), where=denominator > 0)
    return np.minimum(np.maximum(cosine, -1.0), 1.0)
