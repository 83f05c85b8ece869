"""Plain loops over lists; numpy for the returned weights only."""

import numpy as np


def predict(row, w):
    total = 0.0
    for j in range(len(w)):
        total += row[j] * w[j]
    return total


def mse(x, y, w):
    total = 0.0
    for i in range(len(y)):
        total += (predict(x[i], w) - y[i]) ** 2
    return total / len(y)


def train(x_train, y_train, x_val, y_val, lr, steps):
    d = len(x_train[0])
    n = len(y_train)
    w = [0.0] * d
    train_loss = []
    val_loss = []
    for _ in range(steps):
        train_loss.append(mse(x_train, y_train, w))
        gradient = [0.0] * d
        for i in range(n):
            error = predict(x_train[i], w) - y_train[i]
            for j in range(d):
                gradient[j] += 2.0 * error * x_train[i][j] / n
        for j in range(d):
            w[j] -= lr * gradient[j]
        val_loss.append(mse(x_val, y_val, w))
    return np.array(w), train_loss, val_loss
