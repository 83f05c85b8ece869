# %% [markdown]
# # Tensors

# %%
import numpy as np

print("numpy", np.__version__)


# %%
def _depth(x):
    try:
        first = x[0]
    except (TypeError, IndexError):  # a number, a numpy number or an array without axes
        return 0
    return 1 + _depth(first)


def kind(x):
    return ["scalar", "vector", "matrix"][_depth(x)] if _depth(x) < 3 else "tensor"


# %%
print(kind([1, 2, 3]), kind(4))


# %%
def matvec(a, x):
    if kind(a) != "matrix":
        raise ValueError("a must be a matrix")
    if kind(x) != "vector":
        raise ValueError("x must be a vector")
    if len(a[0]) != len(x):
        raise ValueError("sizes do not fit")
    out = []
    for row in a:
        s = 0.0
        for weight, entry in zip(row, x):
            s += float(weight) * float(entry)
        out.append(s)
    print("result:", out)
    return np.array(out)


# %%
matvec([[1, 2], [3, 4], [5, 6]], [1, 1])
