import numpy as np


def gradient_step(params, grads, lr):
    left = dict(grads)
    result = {}
    for name, p in params.items():
        g = left.pop(name)
        if isinstance(p, np.ndarray):
            new = np.zeros(p.shape)
            for index in np.ndindex(p.shape):
                new[index] = p[index] - lr * g[index]
        else:
            new = p - lr * g
        result[name] = new
    if left:
        raise KeyError(next(iter(left)))
    return result
