# %%
import numpy as np


# %%
def prepare(d):
    d = np.asarray(d, dtype=float).ravel()
    if np.amin(d) < 0 or not (1 - 1e-8 <= d.sum() <= 1 + 1e-8):
        raise ValueError("not a distribution")
    return d


def kl_divergence(p, q):
    p, q = prepare(p), prepare(q)
    if p.size != q.size:
        raise ValueError("lengths")
    q = q[p != 0]
    p = p[p != 0]
    if not q.all():
        return np.inf
    return np.einsum("i,i", p, np.log(p) - np.log(q))


# %% try it
print(kl_divergence([0.5, 0.5], [0.25, 0.75]))
