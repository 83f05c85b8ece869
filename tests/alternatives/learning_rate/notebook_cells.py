# %% [markdown]
# # Learning rates
# %%
import numpy as np


# %%
def largest_stable_lr(hessian):
    H = np.array(hessian, dtype=float)
    if len(H.shape) != 2 or H.shape[0] != H.shape[1]:
        raise ValueError("not square")
    if not np.isclose(H, np.transpose(H), rtol=0, atol=1e-7 * abs(H).max()).all():
        raise ValueError("not symmetric")
    lam = np.sort(np.linalg.eigvalsh(H))[::-1][0]
    if lam == 0:
        return np.inf
    return 2 / lam


print("edge:", largest_stable_lr([[2.0, 1.0], [1.0, 2.0]]))


# %%
def classify_curve(losses):
    result = "converging"
    if losses[-1] > losses[0] / 2:
        result = "too_small"
    if losses[-1] > losses[0]:
        result = "diverging"
    if np.isnan(losses).any() or np.isinf(losses).any():
        result = "diverging"
    return result


# %%
for lr in (0.01, 0.5, 0.7):
    x = np.array([1.0, -0.5])
    curve = []
    for _ in range(30):
        curve.append(x @ [[2.0, 1.0], [1.0, 2.0]] @ x / 2)
        x = x - lr * np.array([[2.0, 1.0], [1.0, 2.0]]) @ x
    print(lr, classify_curve(curve))
