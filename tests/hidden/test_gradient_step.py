"""Covers: parameters of several shapes at once; one name and many; gradients in another order; whole numbers; learning
rates 0 and large; gradients of zero and huge ones; two steps in a row and a walk down a bowl; names on one side
only or renamed; shape and dtype; both inputs; memory, also where nothing moves.
"""

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, array, close, holds, raises, unshared, untouched


def moved(param, grad, lr):
    """The formula, one entry at a time."""
    pairs = zip(np.ravel(param).tolist(), np.ravel(grad).tolist(), strict=True)
    return np.reshape([p + (-lr) * g for p, g in pairs], np.shape(param))


def stepped(params, grads, lr):
    return {name: moved(params[name], grads[name], lr) for name in params}


def model(rng):
    """Parameters of three shapes: a matrix, a vector, a number. Used for gradients too."""
    return {"weights": rng.normal(size=(4, 3)), "bias": rng.normal(size=3), "scale": float(rng.normal())}


@pytest.mark.points(2)
@pytest.mark.hint("Each name has its own shape. Nothing needs to be stacked or flattened.")
def test_layers_of_several_shapes(student, rng):
    """Steps a matrix, a vector and a number at once."""
    params, grads = model(rng), model(rng)
    close(student.gradient_step(params, grads, 0.3), stepped(params, grads, 0.3))


@pytest.mark.points(2)
@pytest.mark.hint("Look gradients up by name. Position in a dict means nothing.")
def test_another_order(student, rng):
    """Finds gradients by name when they come in another order."""
    params = {name: rng.normal(size=2) for name in ("b", "w", "a")}
    grads = {name: rng.normal(size=2) for name in ("w", "a", "b")}
    close(student.gradient_step(params, grads, 0.2), stepped(params, grads, 0.2))


@pytest.mark.hint("A dict with one entry needs no special case.")
def test_one_name(student, rng):
    """Steps a model with a single parameter."""
    params, grads = {"theta": rng.normal(size=(2, 5))}, {"theta": rng.normal(size=(2, 5))}
    close(student.gradient_step(params, grads, 0.05), stepped(params, grads, 0.05))


@pytest.mark.hint("How often does the body of your loop run before it returns?")
def test_many_names(student, rng):
    """Steps every parameter of a model with many."""
    # From two entries on: before numpy 2.4, np.float64(array) makes a plain number of an array with one entry.
    params = {f"layer{n}": rng.normal(size=n + 2) for n in range(6)}
    grads = {name: rng.normal(size=value.shape) for name, value in params.items()}
    close(student.gradient_step(params, grads, 0.7), stepped(params, grads, 0.7))


@pytest.mark.requires("two_names")
@pytest.mark.hint("An array of whole numbers cannot hold halves. Subtract into a new array.")
def test_whole_numbers(student):
    """Takes arrays of whole numbers and answers with floats."""
    params = {"w": np.array([[1, 2, 3]]), "b": np.array([7, 0])}
    grads = {"w": np.array([[3, 5, -1]]), "b": np.array([1, 2])}
    got = student.gradient_step(params, grads, 0.25)
    close(got, {"w": [[0.25, 0.75, 3.25]], "b": [6.75, -0.5]})
    array(got["w"], (1, 3))


@pytest.mark.hint("No step is taken. Where do you stand then?")
@pytest.mark.requires("two_names")
def test_learning_rate_zero(student, rng):
    """Stays where it is when the learning rate is 0."""
    params = model(rng)
    close(student.gradient_step(params, model(rng), 0.0), params)


@pytest.mark.hint("Nothing limits the learning rate: it is a factor and no more.")
def test_large_learning_rate(student, rng):
    """Takes a learning rate above 1 as it is."""
    params, grads = model(rng), model(rng)
    close(student.gradient_step(params, grads, 10.0), stepped(params, grads, 10.0))


@pytest.mark.hint("Where the ground is level, nothing moves. The other parameters do.")
def test_level_ground(student, rng):
    """Moves only the parameters whose gradient is not 0."""
    params = {"flat": rng.normal(size=(3, 2)), "steep": rng.normal(size=4)}
    grads = {"flat": np.zeros((3, 2)), "steep": rng.normal(size=4)}
    close(student.gradient_step(params, grads, 0.4), stepped(params, grads, 0.4))


@pytest.mark.hint("The formula does not clip or scale a gradient.")
def test_huge_and_tiny_gradients(student, rng):
    """Does not clip huge gradients or lose tiny ones."""
    params = {"w": 1e8 * rng.normal(size=3), "b": 1e-9 * rng.normal(size=2)}
    grads = {"w": 1e8 * rng.normal(size=3), "b": 1e-9 * rng.normal(size=2)}
    close(student.gradient_step(params, grads, 0.1), stepped(params, grads, 0.1))


@pytest.mark.aspect("property")
@pytest.mark.hint("What the function returns must be good enough to be passed in again.")
def test_two_steps(student, rng):
    """Goes on from where the first step ended."""
    params, first, second = model(rng), model(rng), model(rng)
    there = student.gradient_step(params, first, 0.1)
    close(there, stepped(params, first, 0.1))
    close(student.gradient_step(there, second, 0.1), stepped(stepped(params, first, 0.1), second, 0.1))


@pytest.mark.aspect("property")
@pytest.mark.points(2)
@pytest.mark.hint("A gradient points uphill. Which way do you go?")
def test_walk_into_a_bowl(student, rng):
    """Comes closer to the bottom of a bowl with every step."""
    start = rng.normal(size=4)
    params = {"w": start}
    for step in range(1, 5):
        # The loss sum(w**2) has the gradient 2 * w, so a step at rate 0.25 halves the distance to the bottom.
        params = student.gradient_step(params, {"w": 2.0 * np.asarray(params["w"])}, 0.25)
        close(params, {"w": start * 0.5**step})


@pytest.mark.aspect("shapes")
@pytest.mark.requires("two_names")
@pytest.mark.hint("Each new parameter has the shape of the old one. What is in your dict?")
def test_arrays_stay_arrays(student, rng):
    """Returns float arrays of the shapes it was given."""
    params = {"w": rng.normal(size=(3, 5)), "b": rng.normal(size=(1, 2))}
    got = student.gradient_step(params, {"w": rng.normal(size=(3, 5)), "b": rng.normal(size=(1, 2))}, 0.1)
    names = set(got) if isinstance(got, dict) else set()
    holds(names == set(params), "returned no dict with the names of the parameters")
    for name, value in params.items():
        array(got[name], value.shape)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_names")
@pytest.mark.hint("A loop over params never sees it. Compare the names of both dicts first.")
def test_gradient_without_parameter(student, rng):
    """Raises an error if a gradient has no parameter."""
    params = {"w": rng.normal(size=3)}
    grads = {"w": rng.normal(size=3), "b": rng.normal(size=2)}
    raises(student.gradient_step, params, grads, 0.1, errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_names")
@pytest.mark.hint("Equally many names are not equal names.")
def test_renamed(student, rng):
    """Raises an error if equally many names differ."""
    params = {"w": rng.normal(size=3), "b": rng.normal(size=3)}
    grads = {"w": rng.normal(size=3), "bias": rng.normal(size=3)}
    raises(student.gradient_step, params, grads, 0.1, errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_names")
@pytest.mark.hint("A gradient that is missing is not a gradient of 0.")
def test_no_gradients(student, rng):
    """Raises an error if there are no gradients at all."""
    raises(student.gradient_step, {"w": rng.normal(size=3)}, {}, 0.1, errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.points(2)
@pytest.mark.requires("layers_of_several_shapes")
@pytest.mark.hint("`-=` and `*=` on an array write into the caller's memory, for gradients too.")
def test_leaves_a_model_as_it_was(student, rng):
    """Does not change a model or its gradients."""
    student.gradient_step(model(rng), model(rng), 0.5)
    untouched(student)


@pytest.mark.aspect("input")
@pytest.mark.requires("learning_rate_zero")
@pytest.mark.hint("A copy of a dict holds the same arrays as the dict.")
def test_new_arrays_without_a_step(student, rng):
    """Returns arrays of its own also where nothing moves."""
    student.gradient_step(model(rng), model(rng), 0.0)
    unshared(student)
    student.gradient_step({"w": rng.normal(size=3)}, {"w": np.zeros(3)}, 0.1)
    unshared(student)
