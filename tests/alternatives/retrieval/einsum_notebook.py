# %% [markdown]
# The lab as a function

# %%
import numpy as np

docs = {"attention": [4, 3, 0], "gpu": [-5, 0, 12], "softmax": [3, 4, 0]}


# %%
def retrieve(query, docs, k):
    assert docs
    if int(k) < 1:
        raise ValueError("k < 1")
    q = np.asarray(query) / 1
    D = np.stack([np.asarray(v) / 1 for v in docs.values()])
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = np.einsum("nd,d->n", D, q) / np.sqrt(np.einsum("nd,nd->n", D, D) * np.einsum("d,d->", q, q))
    scores = np.nan_to_num(scores, nan=0.0)
    order = scores.argsort()[::-1]
    ranking = [(name, float(score)) for name, score in zip(np.array(list(docs))[order], scores[order])]
    return ranking[:k]


# %%
print(retrieve([1, 0, 0], docs, 2))
for name, score in retrieve([0, 0, 1], docs, 3):
    print(f"{name:>12} {score:+.3f}")
