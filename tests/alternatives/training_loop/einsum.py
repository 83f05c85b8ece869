"""einsum for the gradient; all weights are kept and both curves come from one broadcast at the end."""

import numpy as np


def train(x_train, y_train, x_val, y_val, lr, steps):
    x, y = np.array(x_train, dtype=np.float64), np.array(y_train, dtype=np.float64)
    xv, yv = np.array(x_val, dtype=np.float64), np.array(y_val, dtype=np.float64)
    history = np.zeros((steps + 1, x.shape[1]))
    for t in range(steps):
        error = np.einsum("nd,d->n", x, history[t]) - y
        history[t + 1] = history[t] - lr * 2 * np.einsum("nd,n->d", x, error) / x.shape[0]
    train_loss = ((np.einsum("nd,td->tn", x, history[:-1]) - y) ** 2).mean(axis=1)
    val_loss = ((np.einsum("nd,td->tn", xv, history[1:]) - yv) ** 2).mean(axis=1)
    return history[-1].copy(), train_loss.tolist(), val_loss.tolist()
