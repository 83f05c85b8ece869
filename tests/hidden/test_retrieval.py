"""Covers: rankings of random documents for every k; long and short, near and far documents; scaled queries; negative
scores only; names against scores; equal scores; zero documents, a zero query, tiny vectors; vectors of one number;
whole numbers; errors for k; inputs.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import close, holds, number, raises, untouched


def cosine(a, b):
    lengths = math.sqrt(math.fsum(x * x for x in a)) * math.sqrt(math.fsum(y * y for y in b))
    return math.fsum(x * y for x, y in zip(a, b, strict=True)) / lengths


def listed(got, count):
    """There, a list, of the right length, and of pairs of a name and a number."""
    holds(got is not None, "returned None: is a `return` missing?")
    holds(isinstance(got, (list, tuple)), "did not return a list")
    holds(len(got) == count, "returned the wrong number of documents", f"{len(got)}, expected {count}")
    holds([_is_pair(pair) for pair in got], "the list does not hold pairs of a name and a score")
    for _, score in got:
        number(score)


def _is_pair(pair):
    return isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str)


def ordered(got, want):
    """The right names in the right order, whatever the scores."""
    listed(got, len(want))
    names = [name for name, _ in got]
    holds(names == want, "ranked the documents in the wrong order", f"got {names}, expected {want}")


def scored(got, want):
    """The right scores, whatever the order."""
    listed(got, len(want))
    scores = dict(got)
    holds(scores.keys() == want.keys(), "did not return each document once", f"got {sorted(scores)}")
    close([scores[name] for name in want], list(want.values()), atol=1e-9)


def library(rng, n, d):
    """A query and documents, all of length 1, put in mixed order; the better one fits, the later its name."""
    query = unit(rng.normal(size=d))
    vectors = sorted((unit(rng.normal(size=d)) for _ in range(n)), key=lambda vector: cosine(query, vector))
    order = rng.permutation(n)
    return query, {f"doc {chr(97 + i)}": vectors[i] for i in order}


def unit(vector):
    return vector / math.sqrt(math.fsum(vector**2))


def best(query, docs, k):
    """The definition, one best document after the other."""
    left, found = {name: cosine(query, vector) for name, vector in docs.items()}, {}
    while left and len(found) < k:
        name = max(left, key=left.get)
        found[name] = left.pop(name)
    return found


@pytest.mark.points(2)
@pytest.mark.hint("The cosine of each document with the query; largest first; then the first k.")
def test_library(student, rng):
    """Finds the best of many documents of all lengths."""
    query = rng.normal(size=5)
    docs = {f"doc {chr(97 + i)}": rng.normal(size=5) * 3.0 ** (i % 4) for i in rng.permutation(17)}
    want = best(query, docs, 6)
    got = student.retrieve(query, docs, 6)
    ordered(got, list(want))
    scored(got, want)


@pytest.mark.hint("Is the first of your list the most similar one, or the least?")
def test_best_of_many(student, rng):
    """Finds the one best document of many."""
    query, docs = library(rng, 8, 3)
    ordered(student.retrieve(query, docs, 1), list(best(query, docs, 1)))


@pytest.mark.points(2)
@pytest.mark.hint("Sort, turn around, then cut: the order of these three decides which documents are left.")
def test_all_but_one(student):
    """Leaves out the worst document when all but one are wanted."""
    docs = {"c": np.array([0.6, 0.8]), "a": np.array([-1.0, 0.0]), "d": np.array([0.8, 0.6]), "b": np.array([0.0, 1.0])}
    ordered(student.retrieve(np.array([1.0, 0.0]), docs, 3), ["d", "c", "b"])


@pytest.mark.hint("sorted and argsort go upwards. Where does the best one end up?")
def test_exactly_all(student, rng):
    """Ranks all documents when as many are wanted as there are."""
    query, docs = library(rng, 6, 4)
    ordered(student.retrieve(query, docs, 6), list(best(query, docs, 6)))


@pytest.mark.aspect("length")
@pytest.mark.points(2)
@pytest.mark.hint("Write a document twice and its vector doubles. Is it more similar now?")
def test_long_document(student):
    """Does not let a long document win by its length."""
    docs = {"long": np.array([300.0, 400.0]), "short": np.array([0.4, 0.3])}
    ordered(student.retrieve(np.array([1.0, 0.0]), docs, 2), ["short", "long"])


@pytest.mark.aspect("length")
@pytest.mark.points(2)
@pytest.mark.hint("A document may be far from the query and still lie in its direction.")
def test_far_in_the_same_direction(student):
    """Prefers a far document in the right direction to a near one beside it."""
    docs = {"near": np.array([1.0, 0.75]), "way off": np.array([500.0, 100.0])}
    ordered(student.retrieve(np.array([1.0, 0.0]), docs, 2), ["way off", "near"])


@pytest.mark.aspect("length")
@pytest.mark.hint("Both norms go below the line, that of the query too.")
def test_long_query(student):
    """Gives the same scores to a query a thousand times as long."""
    docs = {"c": np.array([0.6, 0.8]), "b": np.array([0.0, 1.0]), "a": np.array([-0.8, 0.6])}
    scored(student.retrieve(np.array([3000.0, 4000.0]), docs, 3), {"a": 0.0, "b": 0.8, "c": 1.0})


@pytest.mark.aspect("signs")
@pytest.mark.hint("Opposite directions score below 0. Does your code drop the sign, or start at a best of 0?")
def test_nothing_fits(student):
    """Ranks documents that all point away from the query."""
    docs = {"b": np.array([-0.8, 0.6]), "c": np.array([-0.6, -0.8]), "a": np.array([-1.0, 0.0])}
    ordered(student.retrieve(np.array([1.0, 0.0]), docs, 3), ["c", "b", "a"])


@pytest.mark.aspect("order")
@pytest.mark.points(2)
@pytest.mark.hint("Of a pair, sorted looks at the first part first. Which is that, and what does key= do?")
def test_names_have_no_say(student):
    """Ranks by score, whether the names run up or down."""
    vectors = np.array([[0.8, 0.6], [0.6, 0.8], [0.0, 1.0]])
    for names in ("abc", "cba"):
        docs = dict(zip(names, vectors, strict=True))
        ordered(student.retrieve(np.array([1.0, 0.0]), docs, 3), list(names))


@pytest.mark.aspect("order")
@pytest.mark.hint("Which of your containers has room for one document per score only?")
def test_equal_scores(student):
    """Keeps both of two documents that score the same."""
    got = student.retrieve(
        np.array([0.0, 1.0]),
        {"first": np.array([0.6, 0.8]), "twin": np.array([0.6, 0.8]), "other": np.array([-0.8, 0.6])},
        3,
    )
    listed(got, 3)
    holds(sorted(name for name, _ in got) == ["first", "other", "twin"], "did not return each document once")


@pytest.mark.aspect("zero")
@pytest.mark.hint("sorted cannot place a nan. Which vector has no direction, and what should it score?")
def test_empty_among_others(student):
    """Puts a zero vector between what fits and what does not."""
    docs = {
        "b": np.array([-0.6, -0.8]),
        "c": np.array([0.0, 0.0]),
        "a": np.array([-1.0, 0.0]),
        "d": np.array([0.8, 0.6]),
    }
    ordered(student.retrieve(np.array([1.0, 0.0]), docs, 4), ["d", "c", "b", "a"])


@pytest.mark.aspect("zero")
@pytest.mark.hint("A question without a direction fits nothing and contradicts nothing.")
def test_empty_query(student):
    """Scores every document 0.0 for a zero query."""
    scored(
        student.retrieve(
            np.array([0.0, 0.0, 0.0]), {"a": np.array([1.0, 2.0, 3.0]), "c": np.array([-4.0, 0.5, 1.0])}, 2
        ),
        {"a": 0.0, "c": 0.0},
    )


@pytest.mark.aspect("stability")
@pytest.mark.hint("Something added to a norm for safety is not small when the norm is small too.")
def test_tiny_vectors(student):
    """Is as exact for tiny vectors as for others."""
    docs = {"b": np.array([3e-6, 4e-6]), "a": np.array([4e-6, 3e-6])}
    scored(student.retrieve(np.array([1e-6, 0.0]), docs, 2), {"a": 0.8, "b": 0.6})


@pytest.mark.hint("A vector of one number has two directions only. Do your sums still work?")
def test_one_number(student):
    """Works for vectors of one number."""
    scored(student.retrieve(np.array([1.0]), {"b": np.array([-1.0]), "a": np.array([1.0])}, 2), {"a": 1.0, "b": -1.0})


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(v, dtype=float) makes an array of a list of whole numbers.")
def test_whole_numbers(student):
    """Takes lists of whole numbers as query and documents."""
    docs = {"c": [1, 2, 2], "b": [2, -1, 2], "a": [-2, 2, 1]}
    scored(student.retrieve([2, 2, 1], docs, 3), {"a": 1 / 9, "b": 4 / 9, "c": 8 / 9})


@pytest.mark.aspect("errors")
@pytest.mark.requires("only_document")
@pytest.mark.hint("A slice with a negative end drops entries from the back, without a word.")
def test_negative_k(student):
    """Refuses a negative k."""
    raises(
        student.retrieve,
        np.array([1.0, 0.0]),
        {"b": np.array([0.0, 1.0]), "a": np.array([1.0, 1.0]), "c": np.array([2.0, 1.0])},
        -1,
    )


@pytest.mark.aspect("input")
@pytest.mark.requires("only_document")
@pytest.mark.hint("The dict and every array in it belong to the caller. What do you write into?")
def test_leaves_zero_documents_alone(student):
    """Does not change query and documents when some are zero vectors."""
    docs = {"b": np.array([0.0, 0.0]), "a": np.array([3.0, -4.0]), "c": np.array([0.0, 2.0])}
    student.retrieve(np.array([0.0, 5.0]), docs, 3)
    untouched(student)


@pytest.mark.aspect("shapes")
@pytest.mark.hint("A pair in round brackets is a tuple: (name, score).")
def test_pairs_are_tuples(student):
    """Returns pairs that are tuples."""
    got = student.retrieve(np.array([1.0, 0.0]), {"a": np.array([0.6, 0.8]), "b": np.array([1.0, 0.0])}, 2)
    listed(got, 2)
    holds([isinstance(pair, tuple) for pair in got], "the pairs are not tuples")
