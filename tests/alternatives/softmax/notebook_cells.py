# %% [markdown]
# # Softmax
# %%
import numpy as np

# %%
scores = np.array([[1.0, 2.0], [1000.0, 1001.0]])
print("scores", scores)


# %%
def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    m = np.max(z, axis, keepdims=True)
    exps = np.exp(np.subtract(z, m))
    return np.divide(exps, np.sum(exps, axis, keepdims=True))


print(softmax(scores))


# %%
def log_softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    m = np.max(z, axis, keepdims=True)
    print("largest", m.shape)
    return z - (m + np.log(np.sum(np.exp(z - m), axis, keepdims=True)))


print(log_softmax(scores))
