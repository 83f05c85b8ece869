"""Plain numpy on arrays: converts nothing."""


def gradient_step(params, grads, lr):
    if params.keys() != grads.keys():
        raise ValueError(f"names differ: {sorted(params.keys() ^ grads.keys())}")
    return {name: p - lr * grads[name] for name, p in params.items()}
