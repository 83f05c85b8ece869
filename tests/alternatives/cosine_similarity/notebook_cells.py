# %%
import numpy as np


# %%
def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def norm(a):
    return np.sqrt(dot(a, a))


# %%
def cosine_similarity(a, b):
    a = np.asarray(a, dtype=float)
    b = np.asarray(b, dtype=float)
    if a.ndim != 1 or b.ndim != 1 or len(a) != len(b):
        raise ValueError("need two vectors of the same length")
    na, nb = norm(a), norm(b)
    print("lengths", na, nb)
    if na == 0.0 or nb == 0.0:
        return 0.0
    return np.clip(dot(a, b) / (na * nb), -1.0, 1.0)


# %%
print(cosine_similarity([1, 0], [1, 1]))
