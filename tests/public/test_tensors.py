"""What the docstrings of kind and matvec promise."""

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, raises, same, untouched


@pytest.mark.points(2)
@pytest.mark.aspect("kind")
@pytest.mark.hint("np.ndim tells how many axes its argument has.")
def test_four_kinds(student):
    """Gives each of the four kinds its name."""
    same(student.kind(np.array(3.5)), "scalar")
    same(student.kind(np.array([1.0, 2.0, 3.0])), "vector")
    same(student.kind(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])), "matrix")
    same(student.kind(np.ones((2, 3, 4))), "tensor")


@pytest.mark.aspect("kind")
@pytest.mark.hint("One row in two pairs of brackets has two axes. How long they are does not matter.")
def test_one_row(student):
    """Tells a matrix with one row from a vector."""
    same(student.kind(np.array([[1.0, 2.0, 3.0, 4.0]])), "matrix")
    same(student.kind(np.array([1.0, 2.0, 3.0, 4.0])), "vector")


@pytest.mark.points(2)
@pytest.mark.hint("Entry i of the result: multiply row i of a with x, entry by entry, and add the products.")
def test_rows_times_vector(student):
    """matvec multiplies every row with the vector and adds up."""
    a, x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]), np.array([2.0, 1.0, -1.0])
    close(student.matvec(a, x), [1.0, 6.0])
    close(student.matvec(np.array([[1.0, 4.0], [2.0, 0.5], [0.0, 3.0]]), np.array([3.0, -2.0])), [-5.0, 5.0, -6.0])


@pytest.mark.aspect("shapes")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("One number for each row, in a numpy array. Is it a list?")
def test_shape_and_dtype(student):
    """matvec returns a float array with one entry for each row."""
    array(student.matvec(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1.0, 1.0])), (3,))


@pytest.mark.aspect("errors")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("Compare a.shape[1] with the length of x, and `raise ValueError` if they differ.")
def test_refuses_sizes_that_do_not_fit(student):
    """matvec raises ValueError when the vector does not fit the matrix."""
    raises(student.matvec, np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([1.0, 2.0, 3.0, 4.0]))


@pytest.mark.aspect("input")
@pytest.mark.requires("rows_times_vector")
@pytest.mark.hint("`a *= x` writes into the caller's array. Make a new one: `a = a * x`.")
def test_leaves_its_input(student):
    """matvec changes neither the matrix nor the vector."""
    student.matvec(np.array([[2.0, 1.0], [4.0, 3.0]]), np.array([3.0, 5.0]))
    untouched(student)


@pytest.mark.aspect("kind")
@pytest.mark.hint("np.asarray(x, dtype=float) makes an array of a list.")
def test_kind_takes_lists(student):
    """Takes lists."""
    same(student.kind([[1, 2, 3], [4, 5, 6]]), "matrix")


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(a, dtype=float) makes an array of a list.")
def test_matvec_takes_lists(student):
    """matvec takes lists."""
    close(student.matvec([[1, 2], [3, 4], [5, 6]], [1, 1]), [3.0, 7.0, 11.0])
