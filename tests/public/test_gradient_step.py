"""What the docstring of gradient_step promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, raises, unshared, untouched


@pytest.mark.points(2)
@pytest.mark.hint("For every name: the parameter minus lr times its gradient.")
def test_two_names(student):
    """Moves every parameter against its gradient."""
    params = {"w": np.array([1.0, -2.0, 0.5]), "b": np.array([3.0, 4.0])}
    grads = {"w": np.array([2.0, 4.0, -6.0]), "b": np.array([-1.0, 10.0])}
    close(student.gradient_step(params, grads, 0.1), {"w": [0.8, -2.4, 1.1], "b": [3.1, 3.0]})


@pytest.mark.hint("The same formula works for a plain number. Does your code ask for a shape somewhere?")
def test_a_number_among_arrays(student):
    """Takes plain numbers as well as arrays."""
    params, grads = {"w": np.array([2.0, 5.0, 7.0]), "b": 1.5}, {"w": np.array([4.0, -4.0, 8.0]), "b": -2.0}
    close(student.gradient_step(params, grads, 0.25), {"w": [1.0, 6.0, 5.0], "b": 2.0})


@pytest.mark.points(2)
@pytest.mark.hint("Change lr and look: does the step change with it?")
def test_learning_rate(student):
    """Goes twice as far with twice the learning rate."""
    params, grads = {"w": np.array([10.0, -1.0])}, {"w": np.array([3.0, -8.0])}
    close(student.gradient_step(params, grads, 0.5), {"w": [8.5, 3.0]})
    close(student.gradient_step(params, grads, 1.0), {"w": [7.0, 7.0]})


@pytest.mark.aspect("errors")
@pytest.mark.requires("two_names")
@pytest.mark.hint("What should happen to a parameter that has no gradient?")
def test_missing_gradient(student):
    """Raises KeyError or ValueError if a parameter has no gradient."""
    params = {"w": np.array([1.0, 2.0]), "b": np.array([3.0])}
    raises(student.gradient_step, params, {"w": np.array([1.0, 1.0])}, 0.1, errors=(KeyError, ValueError))


@pytest.mark.aspect("input")
@pytest.mark.points(2)
@pytest.mark.requires("two_names")
@pytest.mark.hint("Print params before and after. `-=` and `params[name] = ...` write into it.")
def test_leaves_its_inputs(student):
    """Does not change the parameters or gradients it is given."""
    params = {"w": np.array([1.0, 2.0, 3.0]), "b": 0.5}
    student.gradient_step(params, {"w": np.array([1.0, -1.0, 2.0]), "b": 4.0}, 0.1)
    untouched(student)


@pytest.mark.aspect("input")
@pytest.mark.requires("two_names")
@pytest.mark.hint("Make a new dict and put new arrays into it.")
def test_new_arrays(student):
    """Returns arrays of its own."""
    student.gradient_step({"w": np.array([1.0, 2.0])}, {"w": np.array([3.0, -1.0])}, 0.1)
    unshared(student)
