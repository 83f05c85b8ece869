"""What the docstring of train promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, parts, untouched


@pytest.mark.hint("At w = 0 the error is minus the target. The step goes against 2 X^T error / n.")
def test_first_step(student):
    """Makes the right first step."""
    got = student.train(np.array([[1.0, 2.0]]), np.array([3.0]), np.array([[1.0, 2.0]]), np.array([3.0]), 0.05, 1)
    close(parts(got, 3)[0], [0.3, 0.6])


@pytest.mark.points(2)
@pytest.mark.hint("Start from zeros and repeat: gradient of the mean squared error, then w - lr * gradient.")
def test_weights(student):
    """Ends at the right weights after two steps."""
    got = student.train(
        np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([2.0, 4.0]), np.array([[1.0, 1.0]]), np.array([5.0]), 0.25, 2
    )
    close(parts(got, 3)[0], [0.875, 2.0])


@pytest.mark.points(2)
@pytest.mark.hint("The first entry is the loss of the zero weights. Loss first, then gradient, then update.")
def test_training_losses(student):
    """Records the training loss before each update."""
    got = student.train(np.array([[1.0], [1.0]]), np.array([2.0, 2.0]), np.array([[1.0]]), np.array([3.0]), 0.25, 3)
    close(parts(got, 3)[1], [4.0, 1.0, 0.25])


@pytest.mark.points(2)
@pytest.mark.hint("Use x_val and y_val, with the weights that the step has just made.")
def test_validation_losses(student):
    """Records the validation loss after each update."""
    got = student.train(np.array([[1.0], [1.0]]), np.array([2.0, 2.0]), np.array([[1.0]]), np.array([3.0]), 0.25, 3)
    close(parts(got, 3)[2], [4.0, 2.25, 1.5625])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("first_step")
@pytest.mark.hint("How often does your loop run when steps is 0, and what does the function return then?")
@pytest.mark.may_return("empty")
def test_no_steps(student):
    """Returns zeros and empty curves when no steps are asked for."""
    w, train_loss, val_loss = parts(
        student.train(
            np.array([[1.0, 2.0, 3.0]]), np.array([4.0]), np.array([[5.0, 6.0, 7.0]]), np.array([8.0]), 0.1, 0
        ),
        3,
    )
    close(w, [0.0, 0.0, 0.0])
    close(train_loss, [])
    close(val_loss, [])


@pytest.mark.aspect("input")
@pytest.mark.requires("first_step")
@pytest.mark.hint("`-=` on an argument writes into the caller's array. Make a new one.")
def test_leaves_its_input(student):
    """Does not change its input."""
    data = [np.array([[1.0, 0.5], [0.0, 2.0]]), np.array([2.0, 4.0]), np.array([[1.0, 1.0]]), np.array([5.0])]
    student.train(*data, 0.25, 2)
    untouched(student)
