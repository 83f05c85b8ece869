"""Covers: queries, keys and width of different numbers, and the same number of queries and keys; narrow and
wide vectors; a zero query; huge, very low and mixed rows; causal, uneven, all-open and broadcast masks;
hidden keys with the largest scores; rows without an open key; one and two leading axes; ints and lists;
dtype, shape, input.
"""

import math
import operator

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, untouched


def weights(q, k, mask=None):
    """The definition for two axes, key by key and without a shift: right for the moderate scores here."""
    rows = []
    for i, query in enumerate(q):
        scores = [math.fsum(map(operator.mul, query, key)) / math.sqrt(len(query)) for key in k]
        shares = [math.exp(s) if mask is None or mask[i][j] else 0.0 for j, s in enumerate(scores)]
        total = math.fsum(shares)
        rows.append([share / total if total else 0.0 for share in shares])
    return np.array(rows)


@pytest.mark.points(2)
@pytest.mark.hint("Scores are q @ k with its last two axes swapped, over the root of d; then softmax.")
def test_random_queries_and_keys(student, rng):
    """Gives the right weights when queries, keys and width differ in number."""
    q, k = rng.normal(size=(3, 7)), rng.normal(size=(5, 7))
    close(student.attention_weights(q, k), weights(q, k))


@pytest.mark.aspect("scale")
@pytest.mark.points(2)
@pytest.mark.hint("Does the scale depend on how many keys there are, or on how wide one of them is?")
def test_wide_vectors(student, rng):
    """Scales by the width of the vectors when they are much wider than there are keys."""
    q, k = rng.normal(size=(2, 50)), rng.normal(size=(3, 50))
    close(student.attention_weights(q, k), weights(q, k))


@pytest.mark.aspect("scale")
@pytest.mark.hint("How does the size of a dot product grow with d? Undo that, and no more.")
def test_more_keys_than_width(student, rng):
    """Scales by the width of the vectors when there are far more keys."""
    q, k = 2 * rng.normal(size=(4, 2)), 2 * rng.normal(size=(11, 2))
    close(student.attention_weights(q, k), weights(q, k))


@pytest.mark.aspect("axis")
@pytest.mark.hint("When there are as many queries as keys, a wrong axis raises no error. Add up one row.")
def test_as_many_queries_as_keys(student, rng):
    """Keeps queries and keys apart when there are as many of both."""
    q, k = rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    close(student.attention_weights(q, k), weights(q, k))


@pytest.mark.requires("one_row_for_each_query")
@pytest.mark.hint("If all scores of a row are alike, how is its one unit shared?")
def test_zero_query(student, rng):
    """Has no favourite when no key matches better than another."""
    close(student.attention_weights(np.zeros((1, 3)), rng.normal(size=(7, 3))), np.full((1, 7), 1 / 7))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Subtract a number from each row of scores that makes its largest exponent 0.")
def test_huge_scores(student):
    """Stays right when scores are far above what exp can take."""
    k = np.array([[10.0, 0.0, 0.0, 3.0], [10.0, 0.01, 0.0, 0.0], [10.0, 0.0, -0.02, 1.0]])
    close(student.attention_weights(np.array([[400.0, 200.0, 200.0, 0.0]]), k), weights([[0.0, 200.0, 200.0, 0.0]], k))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Whose maximum protects the lowest row? Each query needs its own.")
def test_rows_of_different_size(student):
    """Protects each query by itself when their scores differ widely."""
    q, k = np.array([[-8.0], [0.0], [8.0], [-6.0]]), np.array([[600.0], [900.0], [600.0]])
    close(student.attention_weights(q, k), [[0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3], [0, 1, 0], [0.5, 0, 0.5]])


@pytest.mark.aspect("mask")
@pytest.mark.points(2)
@pytest.mark.hint("Print the scores after masking. Which of them should be -inf?")
def test_causal_mask(student, rng):
    """Looks back and never ahead under a causal mask."""
    q, k, mask = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), np.tril(np.ones((5, 5), dtype=bool))
    close(student.attention_weights(q, k, mask=mask), weights(q, k, mask))


@pytest.mark.aspect("mask")
@pytest.mark.hint("Hide first, then share out: the open keys of each row sum to 1.")
def test_uneven_mask(student, rng):
    """Shares the whole unit among the open keys, however many each query has."""
    q, k = rng.normal(size=(3, 4)), rng.normal(size=(6, 4))
    mask = np.array([[0, 1, 1, 0, 1, 0], [1, 0, 0, 0, 0, 1], [1, 1, 1, 1, 0, 1]], dtype=bool)
    close(student.attention_weights(q, k, mask), weights(q, k, mask))


@pytest.mark.aspect("mask")
@pytest.mark.hint("A mask that hides nothing and no mask at all must agree.")
def test_mask_that_hides_nothing(student, rng):
    """Changes nothing when every key is open."""
    q, k = rng.normal(size=(2, 3)), rng.normal(size=(4, 3))
    close(student.attention_weights(q, k, mask=np.ones((2, 4), dtype=bool)), weights(q, k))


@pytest.mark.aspect("mask")
@pytest.mark.hint("Is the maximum of a row taken over keys that it may not see?")
def test_hidden_key_with_a_huge_score(student):
    """Is not disturbed by a hidden key, however large its score."""
    k, mask = np.array([[0.0], [1e6], [0.0], [0.0]]), np.array([[True, False, True, True]])
    close(student.attention_weights(np.array([[1.0]]), k, mask=mask), [[1 / 3, 0.0, 1 / 3, 1 / 3]])


@pytest.mark.aspect("mask")
@pytest.mark.hint("Without a choice there is nothing to share, however well a hidden key scores.")
def test_only_the_worst_key_is_open(student):
    """Finds the only open key, also when it matches worst."""
    q, k, mask = (
        np.array([[30.0], [-30.0]]),
        np.array([[40.0], [0.0], [-40.0]]),
        np.array([[0, 0, 1], [1, 0, 0]], dtype=bool),
    )
    close(student.attention_weights(q, k, mask=mask), [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


@pytest.mark.aspect("mask")
@pytest.mark.hint("Nobody to look at: what is the sum? Such a row must not disturb the others.")
def test_rows_without_an_open_key(student, rng):
    """Gives what the docstring promises to queries without an open key, and spoils no other row."""
    q, k = rng.normal(size=(4, 3)), rng.normal(size=(5, 3))
    mask = np.array([[0, 0, 0, 0, 0], [1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 1]], dtype=bool)
    close(student.attention_weights(q, k, mask=mask), weights(q, k, mask))


@pytest.mark.aspect("mask")
@pytest.mark.hint("np.where lets a small mask broadcast; an index like scores[~mask] does not.")
def test_one_mask_for_all_queries(student, rng):
    """Takes a mask with one entry for each key."""
    q, k, mask = rng.normal(size=(3, 2)), rng.normal(size=(5, 2)), np.array([True, False, True, True, False])
    close(student.attention_weights(q, k, mask=mask), weights(q, k, [mask] * 3))


@pytest.mark.aspect("shapes")
@pytest.mark.points(2)
@pytest.mark.hint("A transpose turns all axes round. Which two should change places?")
def test_batch(student, rng):
    """Treats each member of a batch by itself."""
    q, k = rng.normal(size=(2, 3, 6)), rng.normal(size=(2, 5, 6))
    close(student.attention_weights(q, k), [weights(*pair) for pair in zip(q, k, strict=True)])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("batch")
@pytest.mark.hint("Count axes from the end: -1 is the width, -2 the position, whatever comes before them.")
def test_heads_and_padding(student, rng):
    """Works with two leading axes and a padding mask for each member of the batch."""
    q, k = rng.normal(size=(2, 3, 4, 7)), rng.normal(size=(2, 3, 5, 7))
    mask = np.ones((2, 1, 1, 5), dtype=bool)
    mask[0, ..., 3:] = mask[1, ..., 0] = False
    expected = [[weights(q[b, h], k[b, h], [mask[b, 0, 0]] * 4) for h in range(3)] for b in range(2)]
    close(student.attention_weights(q, k, mask=mask), expected)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(q, dtype=float) makes an array of nested lists.")
def test_lists_of_whole_numbers(student):
    """Takes lists of whole numbers, and a mask that is a list."""
    q, k = [[1, 0, 2], [0, -1, 1]], [[2, 1, 0], [0, 3, 1], [1, 1, 1], [-2, 0, 2]]
    mask = [[True, False, True, True], [False, True, True, False]]
    close(student.attention_weights(q, k, mask=mask), weights(np.array(q), np.array(k), np.array(mask)))


@pytest.mark.aspect("shapes")
@pytest.mark.requires("one_row_for_each_query")
@pytest.mark.hint("One row for each query, one column for each key.")
def test_shape_and_dtype(student, rng):
    """Returns a float array with a row for each query and a column for each key."""
    array(student.attention_weights(rng.normal(size=(6, 4)), rng.normal(size=(2, 4))), (6, 2))


@pytest.mark.aspect("input")
@pytest.mark.requires("hidden_keys")
@pytest.mark.hint("Does a line of yours write into q, k or mask? `mask[...] = ...` and `*=` do.")
def test_leaves_all_three_as_they_were(student, rng):
    """Does not change the arrays it is given, with a mask too."""
    mask = np.array([[True, False, False, True], [False, False, False, False], [True, True, False, True]])
    student.attention_weights(rng.normal(size=(3, 2)), rng.normal(size=(4, 2)), mask=mask)
    untouched(student)
