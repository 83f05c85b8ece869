"""Covers: norm at order 1, 2, 3, between 1 and 2, and infinity, for entries of both signs; the zero vector; one entry;
large whole numbers; zeros added; tiny entries; orders below 1; input. normalize for wide and one-column matrices; whole
numbers, large ones too; a row of zeros; tiny rows beside large ones; dtype, shape, memory, input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import array, close, raises, unshared, untouched


def length(x, p=2):
    """The definition, one entry at a time."""
    return math.fsum(abs(float(entry)) ** p for entry in x) ** (1 / p)


def unit_rows(x):
    return [[float(entry) / length(row) for entry in row] for row in x]


@pytest.mark.points(2)
@pytest.mark.hint("Square, add up, square root: all three, and no mean.")
def test_random_vector(student, rng):
    """Gives the length of a vector of many entries, by default and when 2 is asked for."""
    x = rng.normal(size=9)
    close(student.norm(x), length(x))
    close(student.norm(x, ord=2.0), length(x))


@pytest.mark.hint("Can a length be negative? Take the size of every entry before you add.")
def test_order_one(student, rng):
    """Adds up sizes, not entries, at order 1."""
    x = -rng.uniform(1.0, 2.0, size=6)
    x[2] *= -1.0
    close(student.norm(x, ord=1), length(x, 1))


@pytest.mark.hint("The largest size may belong to a negative entry.")
def test_largest_entry(student):
    """Finds the largest size at order infinity, whatever its sign."""
    close(student.norm(np.array([2.0, -7.5, 5.0, -1.0]), ord=np.inf), 7.5)


@pytest.mark.hint("An odd power keeps the sign. The formula has bars around x_i.")
def test_odd_order(student, rng):
    """Works for an odd order with negative entries."""
    x = rng.normal(size=7) - 1.0
    close(student.norm(x, ord=3), length(x, 3))


@pytest.mark.hint("ord need not be a whole number. Powers of p, then the p-th root.")
def test_order_between_one_and_two(student, rng):
    """Works for an order between 1 and 2."""
    x = rng.normal(size=5)
    close(student.norm(x, ord=1.5), length(x, 1.5))


@pytest.mark.hint("No special case is needed: the formula does it.")
@pytest.mark.requires("length_of_a_vector")
def test_size_of_nothing(student):
    """Is right for the zero vector at every order."""
    for order in (1, 2, 3, np.inf):
        close(student.norm(np.array([0.0, 0.0, 0.0]), ord=order), 0.0)


@pytest.mark.hint("With one entry every order gives the same size.")
def test_one_entry(student):
    """Gives the size of a single entry at every order."""
    for order in (1, 1.5, 2, np.inf):
        close(student.norm(np.array([-3.0]), ord=order), 3.0)


@pytest.mark.aspect("stability")
@pytest.mark.hint("How large may an int64 be, and how large is the square? np.asarray(x, dtype=float) helps.")
def test_large_whole_numbers(student):
    """Does not lose large whole numbers."""
    close(student.norm(np.array([5_000_000_000, -12_000_000_000])), 13e9)


@pytest.mark.aspect("property")
@pytest.mark.hint("Does your code divide by the number of entries somewhere?")
def test_added_zeros(student, rng):
    """Does not change when zeros are added to the vector."""
    x = rng.normal(size=4)
    close(student.norm([*x, 0.0, 0.0, 0.0]), length(x))


@pytest.mark.aspect("stability")
@pytest.mark.hint("Is a small number added somewhere for safety? What does it do to small vectors?")
def test_tiny_vector(student):
    """Measures a tiny vector as exactly as any other."""
    close(student.norm(np.array([3e-9, -4e-9])), 5e-9)


@pytest.mark.aspect("errors")
@pytest.mark.requires("length_of_a_vector")
@pytest.mark.hint("Every order below 1 is refused, not one of them only.")
def test_orders_that_make_no_norm(student):
    """Raises ValueError for every order below 1."""
    for order in (0, -2, 0.9):
        raises(student.norm, np.array([1.0, -2.0, 4.0]), ord=order)


@pytest.mark.aspect("input")
@pytest.mark.requires("length_of_a_vector")
@pytest.mark.hint("Writing x[...] or `x **= 2` changes the caller's array. Make a new one.")
def test_norm_leaves_its_input(student, rng):
    """norm does not change its input."""
    for order in (1, 2, 3, np.inf):
        student.norm(rng.normal(size=5), ord=order)
        untouched(student)


@pytest.mark.aspect("axis")
@pytest.mark.points(2)
@pytest.mark.hint("One length per row: sum over the last axis, with keepdims=True.")
def test_random_matrix(student, rng):
    """normalize scales each row of a matrix by its own length."""
    x = rng.normal(size=(4, 7)) * [[1.0], [5.0], [0.2], [30.0]]
    close(student.normalize(x), unit_rows(x))


@pytest.mark.points(0.5)
@pytest.mark.aspect("input")
@pytest.mark.hint("How large may an int64 be, and how large is a square? Turn entries into floats first.")
def test_large_whole_rows(student):
    """normalize takes rows of large whole numbers."""
    close(student.normalize(np.array([[-3_000_000_000, 4_000_000_000], [12, 5]])), [[-0.6, 0.8], [12 / 13, 5 / 13]])


@pytest.mark.aspect("axis")
@pytest.mark.hint("Rows of one entry are rows: what is left of a number divided by its size?")
def test_one_column(student):
    """normalize takes the rows of a matrix with one column."""
    close(student.normalize(np.array([[-2.0], [0.5], [8.0]])), [[-1.0], [1.0], [1.0]])


@pytest.mark.points(0.5)
@pytest.mark.aspect("shapes")
@pytest.mark.points(2)
@pytest.mark.requires("unit_vector")
@pytest.mark.hint("Unit rows are rarely whole numbers. Does your code write them into an array of ints?")
def test_whole_numbers(student):
    """normalize makes a float array of whole numbers."""
    rows = np.array([[1, -2, 2], [4, 0, 3]])
    got = student.normalize(rows)
    close(got, unit_rows(rows))
    array(got, (2, 3))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Decide for each row by itself whether its length is 0.")
def test_zero_row_among_others(student):
    """normalize leaves a row of zeros at zero and scales the rows around it."""
    x = np.array([[2.0, -1.0, 2.0], [0.0, 0.0, 0.0], [0.0, -6.0, 8.0]])
    close(student.normalize(x), [[2 / 3, -1 / 3, 2 / 3], [0.0, 0.0, 0.0], [0.0, -0.6, 0.8]])


@pytest.mark.aspect("stability")
@pytest.mark.hint("A small number added to the length is not small for a tiny row.")
def test_tiny_rows(student):
    """normalize gives length one to tiny rows beside large ones."""
    close(student.normalize(np.array([[3e-9, -4e-9], [6e9, 8e9]])), [[0.6, -0.8], [0.6, 0.8]])


@pytest.mark.aspect("input")
@pytest.mark.requires("unit_vector")
@pytest.mark.hint("Whose array is x? `x /= ...` writes into the caller's memory.")
def test_normalize_leaves_its_input(student, rng):
    """normalize does not change its input."""
    student.normalize(rng.normal(size=(3, 4)))
    untouched(student)
    student.normalize(rng.normal(size=6))
    untouched(student)


@pytest.mark.aspect("input")
@pytest.mark.requires("zero_vector_stays")
@pytest.mark.hint("np.asarray hands back the same array if nothing is to convert. Is x itself ever returned?")
def test_zeros_are_new(student):
    """normalize makes a new array for zeros as well."""
    student.normalize(np.zeros(3))
    unshared(student)
    student.normalize(np.zeros((2, 4)))
    unshared(student)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(x, dtype=float) makes an array of a list.")
def test_normalize_takes_lists(student):
    """normalize takes lists."""
    close(student.normalize([[3, -4], [0, 5]]), [[0.6, -0.8], [0.0, 1.0]])
