"""What the docstring of retrieve promises."""

import numpy as np
import pytest

from mlgrade.suite.compare import close, holds, number, raises, untouched

LAB = {
    "optimizer": np.array([0.0, 3.0, 4.0]),
    "softmax": np.array([3.0, 4.0, 0.0]),
    "attention": np.array([4.0, 3.0, 0.0]),
    "gpu": np.array([-5.0, 0.0, 12.0]),
}


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


@pytest.mark.points(2)
@pytest.mark.hint("Score every document, sort, the largest first, keep k. Return the list, do not print it.")
def test_two_best(student):
    """Returns the two best documents with their scores, best first."""
    got = student.retrieve(np.array([1.0, 0.0, 0.0]), LAB, 2)
    ordered(got, ["attention", "softmax"])
    scored(got, {"attention": 0.8, "softmax": 0.6})


@pytest.mark.hint("Even a single document comes in a list, as a pair of its name and its score.")
def test_only_document(student):
    """Returns a list with one pair when there is one document."""
    scored(student.retrieve(np.array([1.0, 0.0]), {"only": np.array([0.6, 0.8])}, 1), {"only": 0.6})


@pytest.mark.hint("A slice may end behind the end of a list: nothing is missing and nothing is raised.")
def test_more_than_there_are(student):
    """Returns all documents when more are wanted than there are."""
    docs = {
        "c": np.array([0.6, 0.8]),
        "a": np.array([-0.8, 0.6]),
        "d": np.array([0.8, -0.6]),
        "b": np.array([0.0, 1.0]),
    }
    ordered(student.retrieve(np.array([1.0, 0.0]), docs, 10), ["d", "c", "b", "a"])


@pytest.mark.aspect("zero")
@pytest.mark.hint("What is 0 / 0? Look at the norm before you divide by it.")
def test_empty_document(student):
    """Scores a zero vector 0.0."""
    docs = {"fits": np.array([0.6, 0.8]), "empty": np.array([0.0, 0.0]), "against": np.array([-0.8, -0.6])}
    scored(student.retrieve(np.array([0.0, 1.0]), docs, 3), {"fits": 0.8, "empty": 0.0, "against": -0.6})


@pytest.mark.aspect("errors")
@pytest.mark.requires("only_document")
@pytest.mark.hint("Look at k before you slice: [:0] is empty and raises nothing.")
def test_none_wanted(student):
    """Refuses a k of 0."""
    raises(student.retrieve, np.array([1.0, 0.0, 0.0]), LAB, 0)


@pytest.mark.aspect("input")
@pytest.mark.requires("only_document")
@pytest.mark.hint("`v /= length` and `docs.pop(name)` reach back to the caller. Make new arrays and lists.")
def test_leaves_its_inputs(student):
    """Does not change the query or the documents."""
    docs = {"b": np.array([3.0, 4.0]), "a": np.array([1.0, -2.0]), "c": np.array([0.5, 0.5])}
    student.retrieve(np.array([2.0, 1.0]), docs, 2)
    untouched(student)
