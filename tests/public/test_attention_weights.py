"""What the docstring of attention_weights promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, untouched


@pytest.mark.points(2)
@pytest.mark.hint("Score each key: its dot product with the query, over the root of d. Then softmax.")
def test_one_query(student):
    """Gives the right weights to three keys of width 4."""
    q = np.array([[1.0, 1.0, 0.0, 2.0]])
    k = np.array([[2.0, 0.0, 5.0, 0.0], [0.0, 0.0, 1.0, 2.0], [1.0, -1.0, 3.0, 0.0]])
    close(student.attention_weights(q, k), [[0.24472847, 0.66524096, 0.09003057]])


@pytest.mark.aspect("axis")
@pytest.mark.hint("Row i belongs to query i. Each row of weights must sum to 1.")
def test_one_row_for_each_query(student):
    """Shares one unit of attention for each query."""
    q, k = np.array([[2.0, 0.0], [0.0, 2.0]]), np.array([[0.0, -999.0], [0.0, -999.0], [-999.0, 0.0]])
    close(student.attention_weights(q, k), [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])


@pytest.mark.aspect("mask")
@pytest.mark.points(1.5)
@pytest.mark.requires("one_row_for_each_query")
@pytest.mark.hint("True = may look. Set the scores of hidden keys to -inf before softmax.")
def test_hidden_keys(student):
    """Gives a hidden key weight 0 and shares the whole unit among the others."""
    q, k = np.array([[0.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 3.0], [-2.0, 3.0], [5.0, 3.0], [4.0, 3.0]])
    mask = np.array([[True, True, False, False], [False, True, False, False]])
    close(student.attention_weights(q, k, mask=mask), [[0.5, 0.5, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])


@pytest.mark.aspect("mask")
@pytest.mark.requires("hidden_keys")
@pytest.mark.hint("The sum over the open keys of such a row is 0. What do you divide by?")
def test_nobody_to_look_at(student):
    """Gives a row of zeros to a query that may look at no key."""
    q, k = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 3.0], [-2.0, 3.0], [5.0, 3.0]])
    mask = np.array([[False, False, False], [True, False, True]])
    close(student.attention_weights(q, k, mask=mask), [[0.0, 0.0, 0.0], [0.5, 0.0, 0.5]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("Subtract the largest score of each row before exp, as in softmax.")
def test_large_scores(student):
    """Stays finite for large scores."""
    close(student.attention_weights(np.array([[2000.0]]), np.array([[1.0], [2.0], [2.0]])), [[0.0, 0.5, 0.5]])


@pytest.mark.aspect("input")
@pytest.mark.requires("one_row_for_each_query")
@pytest.mark.hint("`q /= ...` writes into the caller's array. Make a new one: `q = q / ...`.")
def test_leaves_its_input(student):
    """Does not change its input."""
    student.attention_weights(np.array([[1.0, 5.0, 2.0], [2.0, 3.0, -1.0]]), np.array([[1.0, 0.0, 4.0]]))
    untouched(student)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("Swap only the last two axes of k: leading axes are a batch.")
def test_a_batch(student):
    """Works on each member of a batch by itself."""
    q, k = np.zeros((2, 3, 4)), np.ones((2, 5, 4))
    close(student.attention_weights(q, k), np.full((2, 3, 5), 0.2))
