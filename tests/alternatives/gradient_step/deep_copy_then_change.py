import copy


def gradient_step(params, grads, lr):
    new = copy.deepcopy(params)
    missing = [name for name in params if name not in grads] + [name for name in grads if name not in params]
    if len(missing) > 0:
        raise ValueError("missing: " + ", ".join(missing))
    for name, gradient in grads.items():
        new[name] = new[name] - gradient * lr
    return new
