"""Named wrong answers for gradient_step."""

import numpy as np

from mlgrade.suite.misconceptions import misconception


@misconception("gradient_step", title="the step goes along the gradient, uphill",
               hint="The gradient points uphill. Which way does the loss get smaller?")  # fmt: skip
def plus(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    return {name: params[name] + lr * grads[name] for name in params}


@misconception("gradient_step", title="the learning rate is not used",
               hint="Change lr: does anything change?")  # fmt: skip
def lr_forgotten(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    return {name: params[name] - grads[name] for name in params}


@misconception("gradient_step", title="the step is returned instead of the place where it ends",
               hint="That is the step. Where do you stand after it?")  # fmt: skip
def returns_update_only(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    return {name: -lr * grads[name] for name in params}


@misconception("gradient_step", title="return stands inside the loop: one name only",
               hint="Look at the indent of return. How often does the loop run?")  # fmt: skip
def return_in_loop(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    new = {}
    for name in params:
        new[name] = params[name] - lr * grads[name]
        return new


@misconception("gradient_step", title="params is changed and nothing is returned",
               hint="What does the caller get? A new dict is wanted, and the old one as it was.")  # fmt: skip
def in_place_none(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    for name in params:
        params[name] -= lr * grads[name]


@misconception("gradient_step", title="`-=` writes into the caller's arrays",
               hint="`p -= ...` changes what is in the array. Which operator makes a new one?")  # fmt: skip
def minus_equals(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    new = {}
    for name in params:
        p = np.asarray(params[name], dtype=float)
        p -= lr * grads[name]
        new[name] = p
    return new


@misconception("gradient_step", title="new values are put into the caller's own dict",
               hint="Print params after the call. Whose dict is it?")  # fmt: skip
def overwrites_dictionary(params, grads, lr):
    if set(params) != set(grads):
        raise ValueError("names differ")
    for name in params:
        params[name] = params[name] - lr * grads[name]
    return params
