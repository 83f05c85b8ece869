"""Covers: mixtures for sizes that all differ and for d = d_v; sharp attention; equal values;
the range of the values; large, uneven and hidden huge scores; masks: causal, one for all queries, per batch, the only
open key, nothing open, what hidden values may do; batch axes; whole numbers; shape and dtype; inputs.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, holds, untouched


def mixture(query, keys, values, open_=None):
    """The output for one query by the definition, key by key; for moderate scores."""
    seen = [j for j in range(len(keys)) if open_ is None or open_[j]]
    e = [math.exp(float(np.dot(query, keys[j])) / math.sqrt(len(query))) for j in seen]
    total = sum((x * values[j] for x, j in zip(e, seen, strict=True)), np.zeros(len(values[0])))
    return total / (sum(e) or 1.0)


def mixtures(q, k, v, mask=None):
    rows = [None] * len(q) if mask is None else mask
    return np.array([mixture(query, k, v, row) for query, row in zip(q, rows, strict=True)])


def draw(rng, n_q, n_k, d, d_v):
    return rng.normal(size=(n_q, d)), rng.normal(size=(n_k, d)), rng.normal(size=(n_k, d_v))


@pytest.mark.points(2)
@pytest.mark.hint("d is the width of a key. Print the shapes: scores (n_q, n_k), output (n_q, d_v).")
def test_random_sizes(student, rng):
    """Gives the right mixtures when all sizes differ."""
    q, k, v = draw(rng, 4, 6, 3, 5)
    close(student.attention(q, k, v), mixtures(q, k, v))


@pytest.mark.hint("Who is compared with the query, and who is handed over? Each of k and v has one job.")
def test_values_as_wide_as_keys(student, rng):
    """Keeps keys and values apart when they have the same width."""
    q, k, v = draw(rng, 2, 5, 3, 3)
    close(student.attention(q, k, v), mixtures(q, k, v))


@pytest.mark.hint("When all values agree, only the sum of the weights counts. What does each of your rows add up to?")
def test_equal_values(student, rng):
    """Returns the common value when all values are the same."""
    q, k, _ = draw(rng, 3, 4, 2, 1)
    close(student.attention(q, k, np.array([[2.0, -3.0, 0.5]] * 4)), [[2.0, -3.0, 0.5]] * 3)


@pytest.mark.aspect("property")
@pytest.mark.requires("one_key")
@pytest.mark.hint("Are your weights positive, and do they add up to 1? Then a mixture lies among the values.")
def test_stays_among_the_values(student, rng):
    """Stays between the smallest and the largest value."""
    q, k, v = draw(rng, 5, 4, 3, 2)
    got = student.attention(3 * q, k, v)
    array(got, (5, 2))
    holds((got >= v.min(axis=0) - 1e-9) & (got <= v.max(axis=0) + 1e-9), "a mixture lies outside the values")


@pytest.mark.hint("A key that fits far better than all others takes nearly the whole weight.")
def test_sharp_match(student):
    """Copies the value whose key fits far better than the rest."""
    k = 30.0 * np.eye(3, 4)
    v = np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 7.0]])
    close(student.attention(np.stack([k[2], k[0]]), k, v), [[3.0, 7.0], [1.0, 5.0]])


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("exp takes no more than about 709. Which number may you take away from a row of scores?")
def test_huge_scores(student):
    """Stays right when scores are far above what exp can take."""
    q, k = np.array([[1000.0, 0.0, 0.0, 0.0]]), np.array([[4.0, 1.0, 0.0, 1.0], [4.002, 0.0, 2.0, 0.0]])
    share = 1 / (1 + math.exp(-1.0))
    close(student.attention(q, k, np.array([[0.0, 5.0, 1.0], [1.0, 5.0, 0.0]])), [[share, 5.0, 1 - share]])


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Whose maximum protects the last query? Each row of scores needs its own.")
def test_queries_of_different_size(student):
    """Protects each query by itself when their scores differ widely."""
    share = 1 / (1 + math.exp(-1.0))
    got = student.attention(
        np.array([[1000.0], [1.0], [-1000.0]]), np.array([[2.0], [2.001]]), np.array([[0.0], [1.0]])
    )
    close(got, [[share], [1 / (1 + math.exp(-0.001))], [1 - share]])


@pytest.mark.aspect("mask")
@pytest.mark.points(2)
@pytest.mark.hint("True opens a key. Hide before you share out, so that each row still adds up to 1.")
def test_causal_mask(student, rng):
    """Lets each position look at itself and at what came before."""
    q, k, v = draw(rng, 5, 5, 2, 3)
    mask = np.tril(np.ones((5, 5), dtype=bool))
    close(student.attention(q, k, v, mask=mask), mixtures(q, k, v, mask))


@pytest.mark.aspect("mask")
@pytest.mark.hint("A mask with one entry per key belongs to all queries. np.where broadcasts it for you.")
def test_one_mask_for_all_queries(student, rng):
    """Takes a mask with one entry for each key."""
    q, k, v = draw(rng, 3, 4, 2, 5)
    mask = np.array([True, False, True, True])
    close(student.attention(q, k, v, mask=mask), mixtures(q, k, v, [mask] * 3))


@pytest.mark.aspect("mask")
@pytest.mark.hint("Hidden keys must not take part in anything, neither in the maximum nor in the sum.")
def test_huge_score_behind_the_mask(student):
    """Does not let a hidden key with a huge score drown the open ones."""
    k, v = np.array([[0.01], [0.0], [500.0]]), np.array([[0.0], [1.0], [50.0]])
    got = student.attention(np.array([[100.0]]), k, v, mask=np.array([[True, True, False]]))
    close(got, [[1 / (1 + math.exp(1.0))]])


@pytest.mark.aspect("mask")
@pytest.mark.hint("A score of 0 is not small when the open one is far below it. What score means never?")
def test_only_open_key_fits_worst(student):
    """Gives everything to the only open key, however badly it fits."""
    k = np.array([[3.0, 0.0], [-400.0, 0.0], [0.0, 2.0]])
    got = student.attention(
        np.array([[5.0, 1.0]]),
        k,
        np.array([[1.0, 1.0, 1.0], [2.0, 4.0, 8.0], [3.0, 3.0, 3.0]]),
        np.array([[False, True, False]]),
    )
    close(got, [[2.0, 4.0, 8.0]])


@pytest.mark.aspect("mask")
@pytest.mark.hint("Nobody to look at: what is the sum of no weights, and what is anything divided by it?")
def test_nothing_open(student, rng):
    """Returns a row of zeros for a query that may look at nothing, and leaves the others alone."""
    q, k, v = draw(rng, 3, 4, 5, 2)
    mask = np.array([[True, False, True, True], [False] * 4, [False, True, False, True]])
    close(student.attention(q, k, v, mask=mask), mixtures(q, k, v, mask))


@pytest.mark.aspect("property")
@pytest.mark.hint("The weight of a hidden key is exactly 0, so its value has no say at all.")
def test_hidden_values_do_not_matter(student, rng):
    """Gives early positions the same output, whatever the values that are hidden from them."""
    q, k, v = draw(rng, 4, 4, 3, 2)
    mask = np.tril(np.ones((4, 4), dtype=bool))
    later = v.copy()
    later[2:] = 1e6
    close(student.attention(q, k, later, mask=mask), mixtures(q, k, later, mask))


@pytest.mark.aspect("axis")
@pytest.mark.points(2)
@pytest.mark.hint("`.T` turns all axes around. Swap only the last two.")
def test_batch_axes(student, rng):
    """Works on each member of a batch by itself, also with two batch axes."""
    q, k, v = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(2, 3, 6, 2))
    want = [[mixtures(q[i, j], k[i, j], v[i, j]) for j in range(3)] for i in range(2)]
    close(student.attention(q, k, v), want)


@pytest.mark.aspect("axis")
@pytest.mark.hint("A mask without batch axes holds for the whole batch, one with them member by member.")
def test_masks_for_a_batch(student, rng):
    """Takes one mask for a whole batch, and one mask per member."""
    q, k, v = rng.normal(size=(3, 2, 5)), rng.normal(size=(3, 4, 5)), rng.normal(size=(3, 4, 6))
    one = np.array([[True, True, False, True], [False, True, True, False]])
    each = np.stack([one, one[::-1], np.ones((2, 4), dtype=bool)])
    close(student.attention(q, k, v, mask=one), [mixtures(q[i], k[i], v[i], one) for i in range(3)])
    close(student.attention(q, k, v, mask=each), [mixtures(q[i], k[i], v[i], each[i]) for i in range(3)])


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(x, dtype=float) makes an array of a list, and of whole numbers.")
def test_whole_numbers(student):
    """Takes lists of whole numbers."""
    q, k, v = [[1, 0, 2]], [[0, 1, 1], [1, 1, 0], [2, 0, 1], [0, 0, 0]], [[4, 1], [0, 3], [2, 2], [8, 5]]
    close(student.attention(q, k, v), mixtures(np.array(q), np.array(k), np.array(v)))


@pytest.mark.aspect("shapes")
@pytest.mark.requires("one_key")
@pytest.mark.hint("One array comes back: batch axes in front, a row per query, as wide as a value.")
def test_shape_of_a_batch(student, rng):
    """Returns one float array that keeps the batch axis."""
    q, k, v = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 5, 1))
    array(student.attention(q, k, v), (2, 3, 1))


@pytest.mark.aspect("input")
@pytest.mark.requires("one_key")
@pytest.mark.hint("Hide scores in your own array. The mask and the three inputs belong to the caller.")
def test_leaves_mask_and_inputs(student, rng):
    """Does not change inputs or mask when there is one."""
    q, k, v = draw(rng, 2, 3, 4, 5)
    student.attention(q, k, v, mask=np.array([[True, False, True], [False, False, False]]))
    untouched(student)
