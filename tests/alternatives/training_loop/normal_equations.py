"""X^T X and X^T y are made once; the curves are arrays that are filled in."""

import numpy as np


def train(x_train, y_train, x_val, y_val, lr, steps):
    x_train = np.asarray(x_train, dtype=float)
    y_train = np.asarray(y_train, dtype=float)
    n, d = x_train.shape
    gram = x_train.T @ x_train / n
    moment = x_train.T @ y_train / n
    w = np.zeros(d)
    train_loss, val_loss = np.empty(steps), np.empty(steps)
    for t in range(steps):
        train_loss[t] = np.linalg.norm(x_train @ w - y_train) ** 2 / n
        w = w - lr * 2 * (gram @ w - moment)
        miss = np.asarray(x_val, dtype=float) @ w - np.asarray(y_val, dtype=float)
        val_loss[t] = miss @ miss / miss.size
    return w, train_loss, val_loss
