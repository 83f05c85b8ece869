# %% [markdown]
# Scaled dot product attention as torch documents it

# %%
import math

import numpy as np


# %%
def scaled_dot_product_attention(query, key, value, attn_mask=None):
    L, S = query.shape[-2], key.shape[-2]
    scale_factor = 1 / math.sqrt(query.shape[-1])
    attn_bias = np.zeros((L, S))
    if attn_mask is not None:
        attn_bias = np.zeros(np.broadcast_shapes(attn_mask.shape, (L, S)))
        attn_bias[np.broadcast_to(~attn_mask, attn_bias.shape)] = float("-inf")
    attn_weight = query @ key.swapaxes(-2, -1) * scale_factor
    attn_weight = attn_weight + attn_bias
    top = attn_weight.max(axis=-1, keepdims=True)
    top[top == -np.inf] = 0
    attn_weight = np.exp(attn_weight - top)
    total = attn_weight.sum(axis=-1, keepdims=True)
    total[total == 0] = 1
    return attn_weight / total @ value


# %%
def attention(q, k, v, mask=None):
    as_float = lambda x: np.asarray(x, dtype=float)
    return scaled_dot_product_attention(
        as_float(q), as_float(k), as_float(v), None if mask is None else np.asarray(mask, dtype=bool)
    )


# %%
print(attention([[0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], [[1.0], [2.0]]))
