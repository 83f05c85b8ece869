# %%
import numpy as np

# %%


def sigmoid(z):
    z = np.clip(np.asarray(z, dtype=float), -745, 745)
    small = np.exp(-abs(z))
    return np.where(z < 0, small, 1) / (1 + small) * 1.0


print("sigmoid:", sigmoid(np.linspace(-3, 3, 7)))

# %%


def logit(p):
    p = np.asarray(p, dtype=float)
    odds = np.divide(p, 1 - p)
    return np.log(odds)


print("logit:", logit([0.1, 0.5, 0.9]))
