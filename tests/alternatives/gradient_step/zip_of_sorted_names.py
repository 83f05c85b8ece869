import numpy as np


def gradient_step(params, grads, lr):
    names = sorted(params)
    if names != sorted(grads):
        raise ValueError("params and grads must have the same names")
    p = [params[n] for n in names]
    g = [grads[n] for n in names]
    return dict(zip(names, [np.subtract(a, np.multiply(lr, b)) for a, b in zip(p, g)]))
