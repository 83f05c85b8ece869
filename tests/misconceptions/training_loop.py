"""Named wrong answers for train."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


def arrays(*values):
    return [np.asarray(value, dtype=float) for value in values]


def mse(x, y, w):
    return float(np.mean((x @ w - y) ** 2))


def mse_slope(x, y, w):
    return 2 / len(y) * (x.T @ (x @ w - y))


@misconception("train", title="the validation curve is measured on the training data",
               hint="Could a model that memorises cheat this number?")  # fmt: skip
def evaluates_on_training_data(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train = arrays(x_train, y_train)
    w = np.zeros(x_train.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        train_loss.append(mse(x_train, y_train, w))
        w = w - lr * mse_slope(x_train, y_train, w)
        val_loss.append(mse(x_train, y_train, w))
    return w, train_loss, val_loss


@misconception("train", title="the validation loss is taken before the update",
               hint="Which weights would you hand in?")  # fmt: skip
def evaluates_before_update(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train, x_val, y_val = arrays(x_train, y_train, x_val, y_val)
    w = np.zeros(x_train.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        train_loss.append(mse(x_train, y_train, w))
        val_loss.append(mse(x_val, y_val, w))
        w = w - lr * mse_slope(x_train, y_train, w)
    return w, train_loss, val_loss


@misconception("train", title="the model is trained on the validation data too",
               hint="What is held out if the validation data move the weights?")  # fmt: skip
def trains_on_everything(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train, x_val, y_val = arrays(x_train, y_train, x_val, y_val)
    x, y = np.vstack([x_train, x_val]), np.concatenate([y_train, y_val])
    w = np.zeros(x.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        train_loss.append(mse(x_train, y_train, w))
        w = w - lr * mse_slope(x, y, w)
        val_loss.append(mse(x_val, y_val, w))
    return w, train_loss, val_loss


@misconception("train", title="the weights go back to zero in every round",
               hint="What should survive a round of the loop?")  # fmt: skip
def resets_weights(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train, x_val, y_val = arrays(x_train, y_train, x_val, y_val)
    w = np.zeros(x_train.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        w = np.zeros(x_train.shape[1])
        train_loss.append(mse(x_train, y_train, w))
        w = w - lr * mse_slope(x_train, y_train, w)
        val_loss.append(mse(x_val, y_val, w))
    return w, train_loss, val_loss


@misconception("train", title="the gradient is summed over the examples, not averaged",
               hint="Print the size of the step. What happens to it with twice the data?")  # fmt: skip
def gradient_of_sum(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train, x_val, y_val = arrays(x_train, y_train, x_val, y_val)
    w = np.zeros(x_train.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        train_loss.append(mse(x_train, y_train, w))
        w = w - lr * 2 * (x_train.T @ (x_train @ w - y_train))
        val_loss.append(mse(x_val, y_val, w))
    return w, train_loss, val_loss


@misconception("train", title="the training loss is taken after the update",
               hint="Loss first, then gradient, then update. Where is the loss of the start?")  # fmt: skip
def training_loss_after_update(x_train, y_train, x_val, y_val, lr, steps):
    x_train, y_train, x_val, y_val = arrays(x_train, y_train, x_val, y_val)
    w = np.zeros(x_train.shape[1])
    train_loss, val_loss = [], []
    for _ in range(steps):
        w = w - lr * mse_slope(x_train, y_train, w)
        train_loss.append(mse(x_train, y_train, w))
        val_loss.append(mse(x_val, y_val, w))
    return w, train_loss, val_loss
