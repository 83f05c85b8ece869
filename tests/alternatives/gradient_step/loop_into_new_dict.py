import numpy as np


def gradient_step(params, grads, lr):
    for name in grads:
        if name not in params:
            raise KeyError(name)
    new_params = {}
    for name in params:
        value = np.array(params[name], dtype=float)
        value -= lr * np.array(grads[name], dtype=float)
        new_params[name] = value
    return new_params
