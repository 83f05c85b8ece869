"""The training loop: loss, gradient, step, and a look at data that was held out."""

import numpy as np


def train(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train, x_val, y_val = (np.asarray(a, dtype=float) for a in (x_train, y_train, x_val, y_val))
    w = np.zeros(x_train.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        error = x_train @ w - y_train
        train_loss.append(float(np.mean(error**2)))
        # 2/n, because the loss is a mean: the same rate then suits ten examples and ten thousand.
        w = w - lr * 2 / len(error) * (x_train.T @ error)
        # The weights that one would hand in now, on data that had no part in choosing them.
        val_loss.append(float(np.mean((x_val @ w - y_val) ** 2)))
    return w, train_loss, val_loss
