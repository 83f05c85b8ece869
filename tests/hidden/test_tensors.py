"""Covers: kind of plain and numpy numbers, arrays without axes, brackets around one number, rows, columns,
many axes, many entries. matvec of wide, tall, square, one-row and one-column matrices, of ints with
fractions, small dtypes; matrices and vectors with the wrong number of axes; lengths that do not fit; input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, close, raises, same, untouched


def weighted_sums(a, x):
    """Every row times the vector, one product after the other."""
    return [math.fsum(float(w) * float(entry) for w, entry in zip(row, x, strict=True)) for row in a]


@pytest.mark.aspect("kind")
@pytest.mark.hint("How many indices do you write to reach the number? For a number itself: none.")
def test_plain_numbers(student):
    """Knows a plain number as a scalar."""
    same(student.kind(-7), "scalar")
    same(student.kind(0.25), "scalar")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Not every number is an int or float of Python. np.ndim knows them all.")
def test_numpy_numbers(student, rng):
    """Treats a number from numpy like any other number."""
    same(student.kind(np.float64(rng.normal())), "scalar")
    same(student.kind(np.int32(4)), "scalar")
    same(student.kind(np.array(rng.normal())), "scalar")
    same(student.kind(rng.normal(size=2)), "vector")


@pytest.mark.aspect("kind")
@pytest.mark.hint("You must write x[0] to get the number out, so it has an axis.")
def test_one_number_in_brackets(student):
    """Counts the brackets around a single number."""
    same(student.kind(np.array([5.0])), "vector")
    same(student.kind(np.array([[5.0]])), "matrix")
    same(student.kind(np.array([[[5.0]]])), "tensor")


@pytest.mark.aspect("kind")
@pytest.mark.hint("An axis of size 1 is an axis too: look at the shape.")
def test_rows_and_columns(student, rng):
    """Keeps rows, columns and vectors apart."""
    same(student.kind(rng.normal(size=(1, 5))), "matrix")
    same(student.kind(rng.normal(size=(6, 1))), "matrix")
    same(student.kind(rng.normal(size=6)), "vector")


@pytest.mark.aspect("kind")
@pytest.mark.hint("There are four names but no limit to the axes. Which name covers all the rest?")
def test_many_axes(student, rng):
    """Has a name for any number of axes."""
    same(student.kind(rng.normal(size=(2, 3, 1, 2))), "tensor")
    same(student.kind(rng.normal(size=(2, 1, 2, 3, 2))), "tensor")
    same(student.kind(rng.normal(size=(4, 6))), "matrix")


@pytest.mark.aspect("kind")
@pytest.mark.hint("How many indices do you need to reach one number? The length does not tell.")
def test_many_entries(student, rng):
    """Counts axes, not entries."""
    same(student.kind(rng.normal(size=100)), "vector")
    same(student.kind(rng.normal(size=(30, 2))), "matrix")
    same(student.kind(rng.normal(size=(2, 2, 2))), "tensor")


@pytest.mark.points(2)
@pytest.mark.hint("a[i] is row i; it has as many entries as x.")
def test_wide_matrix(student, rng):
    """matvec is right for a matrix with more columns than rows."""
    a, x = rng.normal(size=(2, 5)), rng.normal(size=5)
    close(student.matvec(a, x), weighted_sums(a, x))


@pytest.mark.hint("One number for each row, however many rows there are.")
def test_tall_matrix(student, rng):
    """matvec is right for a matrix with more rows than columns."""
    a, x = rng.normal(size=(6, 3)), rng.normal(size=3)
    close(student.matvec(a, x), weighted_sums(a, x))


@pytest.mark.aspect("axis")
@pytest.mark.points(2)
@pytest.mark.hint("Entry i of the result belongs to row i of a. A square matrix hides a mix-up.")
def test_square_matrix(student, rng):
    """matvec keeps rows and columns apart in a square matrix."""
    a, x = rng.normal(size=(4, 4)), rng.normal(size=4)
    close(student.matvec(a, x), weighted_sums(a, x))


@pytest.mark.aspect("shapes")
@pytest.mark.hint("One row gives one entry, still in an array with one axis. Is there a squeeze?")
def test_one_row_times_vector(student, rng):
    """matvec keeps its axis when the matrix has one row."""
    a, x = rng.normal(size=(1, 4)), rng.normal(size=4)
    close(student.matvec(a, x), weighted_sums(a, x))


@pytest.mark.aspect("shapes")
@pytest.mark.hint("Every row has one weight, and the vector one entry: one product for each row.")
def test_one_column(student, rng):
    """matvec takes a matrix with one column."""
    a, x = rng.normal(size=(3, 1)), rng.normal(size=1)
    close(student.matvec(a, x), weighted_sums(a, x))


@pytest.mark.hint("An array of ints cannot hold fractions: what is the dtype of the array you write into?")
def test_ints_with_fractions(student):
    """matvec keeps the fractions when whole numbers meet them."""
    close(student.matvec(np.array([[1, 2, 3], [4, 5, 6]]), np.array([0.5, 0.25, 0.125])), [1.375, 4.0])
    a = np.array([[0.5, 0.75], [1.5, 0.25], [0.125, 1.0]])
    close(student.matvec(a, np.array([3, 1])), [2.25, 4.75, 1.375])


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(a, dtype=float) before the first product, for a and for x.")
def test_small_dtypes(student):
    """matvec calculates in float64 whatever the dtype of its input."""
    a = np.array([[200, 100], [3, 250], [90, 60]], np.uint8)
    close(student.matvec(a, np.array([9, 7], np.uint8)), [2500.0, 1777.0, 1230.0])
    a = np.array([[16384.0, 1.0, 2.0], [3.0, 0.0, 16384.0]], np.float32)
    close(student.matvec(a, np.array([16384.0, 1.0, 5.0], np.float32)), [268435467.0, 131072.0], rtol=1e-12)


@pytest.mark.points(0.4)
@pytest.mark.aspect("errors")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("zip stops at the shorter one without a word. What should happen when one is longer?")
def test_refuses_a_long_vector(student, rng):
    """matvec refuses a vector with more entries than columns."""
    raises(student.matvec, rng.normal(size=(4, 3)), rng.normal(size=4), errors=DELIBERATE)


@pytest.mark.points(0.4)
@pytest.mark.aspect("errors")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("Which number of a.shape must be the length of x?")
def test_refuses_a_short_vector(student, rng):
    """matvec refuses a vector with fewer entries than columns."""
    raises(student.matvec, rng.normal(size=(3, 5)), rng.normal(size=3), errors=DELIBERATE)


@pytest.mark.points(0.4)
@pytest.mark.aspect("errors")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("Broadcasting stretches an axis of size 1 to any size. Compare sizes first.")
def test_refuses_to_stretch_one_entry(student, rng):
    """matvec does not stretch a vector with one entry."""
    raises(student.matvec, rng.normal(size=(2, 4)), rng.normal(size=1), errors=DELIBERATE)


@pytest.mark.points(0.4)
@pytest.mark.aspect("errors")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("x.ndim tells how many axes x has. How many does a vector have?")
def test_refuses_what_is_no_vector(student, rng):
    """matvec refuses a second argument that is not a vector."""
    raises(student.matvec, rng.normal(size=(2, 3)), rng.normal(size=(3, 1)), errors=DELIBERATE)
    raises(student.matvec, rng.normal(size=(2, 3)), rng.normal(size=(1, 3)), errors=DELIBERATE)
    raises(student.matvec, rng.normal(size=(4, 1)), np.array(2.5), errors=DELIBERATE)


@pytest.mark.points(0.4)
@pytest.mark.aspect("errors")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("a.ndim tells how many axes a has. `@` is happy with more kinds of arrays than a matrix.")
def test_refuses_what_is_no_matrix(student, rng):
    """matvec refuses a first argument that is not a matrix."""
    raises(student.matvec, rng.normal(size=3), rng.normal(size=3), errors=DELIBERATE)
    raises(student.matvec, rng.normal(size=(2, 4, 4)), rng.normal(size=4), errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.requires("wide_matrix")
@pytest.mark.hint("Which line writes into a or x? Work on a new array.")
def test_leaves_arrays_as_they_were(student, rng):
    """matvec leaves the arrays it is given as they were."""
    student.matvec(rng.normal(size=(3, 4)), rng.normal(size=4))
    untouched(student)
