# %% [markdown]
# # The training loop
# %%
import numpy as np


# %%
def train(x_train, y_train, x_val, y_val, lr, steps):
    X, Y = np.array(x_train, dtype=float), np.array(y_train, dtype=float)[:, None]
    XV, YV = np.array(x_val, dtype=float), np.array(y_val, dtype=float)[:, None]
    W = np.zeros((X.shape[1], 1))
    train_loss = []
    val_loss = []
    for step in range(steps):
        guess = X @ W
        train_loss.append(np.sum((guess - Y) ** 2) / len(X))
        grad = 2 * X.T @ (guess - Y) / len(X)
        W = W - lr * grad
        val_loss.append(np.average((XV @ W - YV) ** 2))
        if step % 10 == 0:
            print(f"step {step}: {train_loss[-1]:.4f} {val_loss[-1]:.4f}")
    return W[:, 0], train_loss, val_loss


# %%
rng = np.random.default_rng(0)
X0 = rng.normal(size=(20, 2))
print(train(X0[:15], X0[:15, 0], X0[15:], X0[15:, 0], 0.1, 30)[0])
