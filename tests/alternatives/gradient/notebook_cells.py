# %% [markdown]
# # Gradients
# %%
import numpy as np


# %%
def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = 1
        grad[i] = (f(x + h * e) - f(x - h * e)) / (2 * h)
    return grad


print("slope of x squared at 3:", numerical_gradient(lambda x: x[0] ** 2, [3.0]))


# %%
def mse_gradient(X, y, w):
    X = np.array(X, dtype=float)
    e = X @ np.array(w, dtype=float) - np.array(y, dtype=float)
    return np.mean(2 * e[:, np.newaxis] * X, axis=0)


# %%
X0, y0, w0 = np.arange(6.0).reshape(3, 2), np.ones(3), np.array([0.5, -0.5])
print("formula:", mse_gradient(X0, y0, w0))
print("measured:", numerical_gradient(lambda w: np.mean((X0 @ w - y0) ** 2), w0))
