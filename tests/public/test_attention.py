"""What the docstring of attention promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, untouched


@pytest.mark.points(2)
@pytest.mark.hint("Scores q @ k.T / sqrt(d), softmax along each row, then weights @ v.")
def test_two_queries(student):
    """Gives each query the right mixture of three values."""
    q = np.array([[1.0, 0.0, 2.0, 0.0], [0.0, 3.0, 0.0, -1.0]])
    k = np.array([[2.0, 0.0, 1.0, 1.0], [0.0, 2.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0]])
    close(student.attention(q, k, np.array([[10.0], [0.0], [5.0]])), [[8.182505381], [1.648672571]])


@pytest.mark.hint("A single key has nobody to share with: its weight is 1, whatever its score.")
def test_one_key(student):
    """Hands over the only value there is."""
    q, k = np.array([[1.0, 2.0, 2.0, 1.0], [0.0, 1.0, -2.0, 2.0]]), np.array([[1.0, 0.0, 0.0, 1.0]])
    close(student.attention(q, k, np.array([[6.0, 7.0, 8.0]])), [[6.0, 7.0, 8.0]] * 2)


@pytest.mark.hint("A zero query fits all keys equally well. What are its weights?")
def test_zero_query(student):
    """Gives a zero query the plain mean of the values."""
    k = np.array([[1.0, 2.0, 0.5], [4.0, -1.0, 3.0], [0.0, 6.0, 1.0], [2.0, 2.0, 2.0]])
    v = np.array([[1.0, 0.0], [3.0, -2.0], [5.0, 8.0], [7.0, 6.0]])
    close(student.attention(np.array([[0.0, 0.0, 0.0]]), k, v), [[4.0, 3.0]])


@pytest.mark.aspect("mask")
@pytest.mark.points(2)
@pytest.mark.hint("True means may look. Give hidden keys a score of -inf before the softmax.")
def test_mask(student):
    """Shares the weight among the open keys only."""
    q = np.array([[0.0, 0.0], [0.0, 0.0]])
    k = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])
    v = np.array([[2.0], [4.0], [9.0]])
    close(student.attention(q, k, v, mask=np.array([[True, True, False], [False, False, True]])), [[3.0], [9.0]])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("one_key")
@pytest.mark.hint("A row per query, as wide as a value. Return the mixtures alone, without the weights.")
def test_shape_and_dtype(student):
    """Returns one float array: a row per query, as wide as a value."""
    q, k = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    array(student.attention(q, k, np.array([[1.0, 2.0, 3.0, 4.0, 5.0]] * 4)), (3, 5))


@pytest.mark.aspect("input")
@pytest.mark.requires("one_key")
@pytest.mark.hint("`scores /= ...` is fine on your own array, `q /= ...` writes into the caller's.")
def test_leaves_its_inputs(student):
    """Does not change its inputs."""
    q, k = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0], [0.0, 2.0], [1.0, 1.0]])
    student.attention(q, k, np.array([[1.0], [2.0], [3.0]]))
    untouched(student)
