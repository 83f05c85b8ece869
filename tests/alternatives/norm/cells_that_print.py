# %% [markdown]
# # Norms

# %%
import numpy as np

x = np.array([3.0, -4.0])
print("trying things out:", x, x.shape)


# %%
def norm(x, ord=2):
    print("norm of", x, "with", ord)
    if ord < 1:
        print("not a norm")
        raise ValueError("ord must be >= 1")
    v = abs(np.array(x, float))
    if ord == np.inf:
        r = sorted(v)[-1]
    else:
        r = sum(v**ord) ** (1 / ord)
    return r


# %%
print(norm(x), norm(x, 1), norm(x, np.inf))


# %%
def normalize(x):
    a = np.array(x, float)
    if len(a.shape) == 1:
        a = a[None, :]
        return normalize(a)[0]
    sizes = np.array([norm(row) for row in a])
    with np.errstate(invalid="ignore"):
        b = (a.T / sizes).T
    return np.nan_to_num(b)


# %%
print(normalize([[1, 2], [0, 0]]))
