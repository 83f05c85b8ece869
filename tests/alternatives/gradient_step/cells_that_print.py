# %%
import numpy as np

print("gradient descent")


# %%
def gradient_step(params, grads, lr):
    print(params, grads)
    try:
        assert set(params) == set(grads), "names differ"
    except AssertionError as error:
        raise ValueError(str(error))
    keys, values = list(params), list(params.values())
    steps = [lr * grads[k] for k in keys]
    out = {}
    for i in range(len(keys)):
        out[keys[i]] = values[i] - steps[i]
        print("new", keys[i], out[keys[i]])
    return out


# %%
w = {"w": np.array([4.0])}
for _ in range(3):
    w = gradient_step(w, {"w": 2 * w["w"]}, 0.25)
print(w)
