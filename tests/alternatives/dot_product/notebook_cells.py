# %%
import numpy as np

# %% [markdown]
# numpy can do the whole job once the shapes are known to be right.


# %%
def dot(a, b):
    a = np.asarray(a, dtype=float)
    b = np.asarray(b, dtype=float)
    print(a.shape, b.shape)
    if a.ndim == 1 and b.ndim == 1 and a.shape == b.shape:
        return np.vdot(a, b)
    raise ValueError("check your shapes: " + str(a.shape) + " " + str(b.shape))


# %%
print(dot([1, 2], [3, 4]))
