# %% [markdown]
# ## Who looks at whom
# %%
import numpy as np

rng = np.random.default_rng(0)
print(rng.normal(size=(2, 2)))


# %%
def attention_weights(q, k, mask=None):
    Q = np.array(q).astype(float)
    K = np.array(k).astype(float)
    S = Q @ np.einsum("...ij->...ji", K)
    S = S / np.sqrt(Q.shape[-1])
    if mask is None:
        mask = np.ones(S.shape, bool)
    mask = np.broadcast_to(np.array(mask, bool), S.shape)
    W = np.zeros(S.shape)
    for idx in np.ndindex(S.shape[:-1]):
        m = mask[idx]
        if m.any():
            e = np.exp(S[idx][m] - S[idx][m].max())
            W[idx][m] = e / e.sum()
    print("weights", W.shape)
    return W


# %%
print(attention_weights(rng.normal(size=(3, 2)), rng.normal(size=(4, 2))))
