"""One gradient step: every parameter moves a little way downhill."""


def gradient_step(params, grads, lr):
    # Compared as sets: a gradient without a parameter would else be dropped in silence, and nothing would be learned.
    if params.keys() != grads.keys():
        raise ValueError(f"names differ: {sorted(params.keys() ^ grads.keys())}")
    # `p - ...` makes a new array. `p -= ...` would write into the caller's.
    return {name: p - lr * grads[name] for name, p in params.items()}
