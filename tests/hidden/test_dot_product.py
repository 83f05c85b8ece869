"""Covers: random vectors, all signs, right angles, one entry, first and last entries, ints with floats, tuples; order
of the arguments; scaling and adding; small dtypes; lengths that differ, one entry against many, rows, columns,
matrices and numbers; input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, close, raises, untouched


def score(a, b):
    """The sum of the products, one after the other."""
    return math.fsum(float(x) * float(y) for x, y in zip(a, b, strict=True))


@pytest.mark.points(2)
@pytest.mark.hint("One product for each pair of entries, and one sum over all of them.")
def test_random_vectors(student, rng):
    """Is right for any two vectors of equal length."""
    a, b = rng.normal(size=7), rng.normal(size=7)
    close(student.dot(a, b), score(a, b))


@pytest.mark.hint("One negative factor makes a product negative. Is an abs in your way?")
def test_negative_score(student, rng):
    """Goes below zero for vectors that point apart."""
    a = rng.uniform(1.0, 2.0, size=5)
    b = -rng.uniform(0.5, 3.0, size=5)
    close(student.dot(a, b), score(a, b))
    close(student.dot(-a, b), -score(a, b))


@pytest.mark.aspect("property")
@pytest.mark.hint("At a right angle the products cancel. Do yours keep their signs?")
@pytest.mark.requires("random_vectors")
def test_right_angle(student):
    """Is right for vectors at a right angle."""
    close(student.dot(np.array([3.0, -4.0]), np.array([8.0, 6.0])), 0.0, atol=1e-9)


@pytest.mark.hint("A vector may have one entry. Then there is one product to add up.")
def test_one_entry(student):
    """Takes vectors with a single entry."""
    close(student.dot(np.array([3.0]), np.array([2.5])), 7.5)


@pytest.mark.hint("Print i in your loop: which index never comes?")
def test_last_entry(student, rng):
    """Counts the last entry."""
    a, b = np.zeros(6), rng.uniform(1.0, 2.0, size=6)
    a[-1] = 3.0
    close(student.dot(a, b), 3.0 * b[-1])


@pytest.mark.hint("Print i in your loop: is 0 the first index that comes?")
def test_first_entry(student, rng):
    """Counts the first entry."""
    a, b = np.zeros(4), rng.uniform(1.0, 2.0, size=4)
    a[0] = 2.0
    close(student.dot(a, b), 2.0 * b[0])


@pytest.mark.hint("An array of ints cannot hold fractions. Which of your steps rounds?")
def test_ints_with_fractions(student):
    """Keeps the fractions when whole numbers meet them."""
    close(student.dot(np.array([1, 2, 3]), np.array([0.5, 0.25, 0.125])), 1.375)
    close(student.dot(np.array([0.5, 1.75]), np.array([3, 1])), 3.25)


@pytest.mark.points(0.8)
@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray makes an array of lists and of tuples; after that they are all alike.")
def test_lists_and_tuples(student):
    """Takes lists and tuples of whole numbers."""
    close(student.dot((2, 0, 5, 1), [3, 9, 1, 4]), 15.0)


@pytest.mark.aspect("property")
@pytest.mark.hint("a and b play the same part. Is one of them treated in another way?")
def test_order_does_not_matter(student, rng):
    """Gives the same score when the vectors change places."""
    a, b = rng.uniform(size=5), rng.uniform(5.0, 20.0, size=5)
    close(student.dot(a, b), score(a, b))
    close(student.dot(b, a), score(a, b))


@pytest.mark.aspect("property")
@pytest.mark.hint("Twice as long must score twice as much: is anything divided by a length?")
def test_scales(student, rng):
    """Is scaled when one of the vectors is scaled."""
    a, b = rng.uniform(1.0, 2.0, size=3), rng.uniform(size=3)
    close(student.dot(100.0 * a, b), 100.0 * score(a, b))
    close(student.dot(a, 1e-6 * b), 1e-6 * score(a, b))


@pytest.mark.aspect("property")
@pytest.mark.hint("The dot product is linear: taking it of a sum or adding two of them must be the same.")
def test_adds_up(student, rng):
    """Scores a sum of vectors as the sum of their scores."""
    a, c, b = rng.uniform(size=8), rng.uniform(size=8), rng.uniform(1.0, 3.0, size=8)
    close(student.dot(a + c, b), score(a, b) + score(c, b))


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(a, dtype=float) before the first product, for a and for b.")
def test_small_dtypes(student):
    """Calculates in float64 if its input is in single precision."""
    a, b = np.array([16384.0, 1.0, 2.0], np.float32), np.array([16384.0, 1.0, 5.0], np.float32)
    close(student.dot(a, b), 268435467.0, rtol=1e-12)


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Which case does your code not notice: a longer, or b longer?")
def test_refuses_either_being_longer(student, rng):
    """Refuses unequal lengths, whichever vector is the longer one."""
    raises(student.dot, rng.normal(size=5), rng.normal(size=3), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=4), rng.normal(size=6), errors=DELIBERATE)


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Broadcasting stretches an axis of size 1 to any size. Compare sizes first.")
def test_refuses_to_stretch_one_entry(student, rng):
    """Does not stretch a vector with one entry."""
    raises(student.dot, rng.normal(size=3), rng.normal(size=1), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=1), rng.normal(size=4), errors=DELIBERATE)


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Equal shapes are not enough: a.ndim tells how many axes a has.")
def test_refuses_matrices(student, rng):
    """Refuses matrices and larger arrays, also of equal shape."""
    raises(student.dot, rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=3), rng.normal(size=(2, 3, 4)), errors=DELIBERATE)


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("A row and a column have two axes each, and a vector has one. Check both arguments.")
def test_refuses_rows_and_columns(student, rng):
    """Refuses a matrix with one row or one column beside a vector."""
    raises(student.dot, rng.normal(size=(1, 3)), rng.normal(size=3), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=4), rng.normal(size=(4, 1)), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=(1, 5)), rng.normal(size=(1, 5)), errors=DELIBERATE)


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("How many axes does a number have, and how many does a vector have?")
def test_refuses_numbers(student, rng):
    """Refuses an array without axes where a vector should be."""
    raises(student.dot, np.array(2.0), np.array(3.0), errors=DELIBERATE)
    raises(student.dot, rng.normal(size=3), np.array(2.0), errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Which line writes into a or b? Work on a new array.")
def test_leaves_arrays_as_they_were(student, rng):
    """Leaves the arrays it is given as they were."""
    student.dot(rng.normal(size=5), rng.normal(size=5))
    untouched(student)
