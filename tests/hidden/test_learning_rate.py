"""Covers: Hessians with known eigenvalues, diagonal and full, with a flat direction, of tiny and huge
curvature, in ints, with rounding errors; runs on both sides of the edge; what is no Hessian; input untouched.
Curves with nan and inf, that dip, zigzag, start high or low, end at the start, at half of it, at zero; ints;
arrays.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, close, holds, number, raises, same, untouched


def hessian(rng, curvatures):
    """A full symmetric matrix with these eigenvalues, and the directions that belong to them."""
    d = len(curvatures)
    directions = np.linalg.qr(rng.normal(size=(d, d)))[0]
    h = directions @ np.diag(curvatures) @ directions.T
    return (h + h.T) / 2, directions


# -- largest_stable_lr ------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.hint("Which direction explodes first, and how far may lr times its curvature go?")
def test_full_matrix(student, rng):
    """Finds the edge for a full matrix."""
    close(student.largest_stable_lr(hessian(rng, [0.5, 7.0, 3.0, 1.5])[0]), 2 / 7)


@pytest.mark.points(2)
@pytest.mark.hint("The largest entry of the diagonal is not always the largest curvature.")
def test_strong_coupling(student):
    """Sees the curvature that comes from entries off the diagonal."""
    close(student.largest_stable_lr(np.array([[3.0, -2.0, 0.0], [-2.0, 3.0, 0.0], [0.0, 0.0, 4.0]])), 0.4)


@pytest.mark.aspect("input")
@pytest.mark.hint("Which of the curvatures decides? It may be anywhere on the diagonal.")
def test_whole_numbers(student):
    """Takes lists of whole numbers, with the steepest axis anywhere."""
    close(student.largest_stable_lr([[3, 0, 0], [0, 16, 0], [0, 0, 5]]), 0.125)


@pytest.mark.hint("A direction without curvature cannot explode. The others still can.")
def test_flat_direction(student):
    """Finds the edge when the loss is flat in one direction."""
    close(student.largest_stable_lr(np.array([[0.0, 0.0, 0.0], [0.0, 2.5, 0.0], [0.0, 0.0, 1.0]])), 0.8)


@pytest.mark.aspect("stability")
@pytest.mark.hint("How small is too small for you to count? Only a curvature of 0 gives inf.")
def test_tiny_curvature(student, rng):
    """Finds the edge when all curvatures are tiny."""
    close(student.largest_stable_lr(hessian(rng, [4e-9, 1e-9, 2e-9])[0]), 5e8)


@pytest.mark.aspect("stability")
@pytest.mark.hint("The curvatures have different sizes in every problem. Is a fixed number in your code?")
def test_huge_curvature(student, rng):
    """Finds the edge when curvatures are large and far apart."""
    close(student.largest_stable_lr(hessian(rng, [8e7, 1e3])[0]), 2.5e-8)


@pytest.mark.aspect("property")
@pytest.mark.points(2)
@pytest.mark.hint("A step multiplies the distance by 1 - lr * curvature. When is that between -1 and 1?")
def test_runs_on_both_sides_of_the_edge(student, rng):
    """Gives a rate below which descent shrinks and above which it grows."""
    h, directions = hessian(rng, [1.0, 6.0, 2.0])
    edge = student.largest_stable_lr(h)
    number(edge)
    start = directions.sum(axis=1)
    with np.errstate(all="ignore"):
        below = np.linalg.matrix_power(np.eye(3) - 0.98 * edge * h, 200) @ start
        above = np.linalg.matrix_power(np.eye(3) - 1.02 * edge * h, 200) @ start
    size = np.abs(start).max()
    holds(np.abs(below).max() < 0.1 * size, "descent does not settle just below the rate")
    holds(np.abs(above).max() > 10 * size, "descent does not blow up just above the rate")


@pytest.mark.aspect("stability")
@pytest.mark.requires("full_matrix")
@pytest.mark.hint("Two entries that come from different sums are seldom equal to the last bit.")
def test_rounding_is_no_asymmetry(student, rng):
    """Accepts a matrix that is symmetric up to rounding."""
    h, _ = hessian(rng, [2.0, 5.0, 0.5])
    h[0, 2] += 1e-14
    h[2, 1] -= 2e-14
    close(student.largest_stable_lr(h), 0.4)
    coupled = np.array([[2e6, 1e6, 0.0], [1e6 + 1e-8, 2e6, 0.0], [0.0, 0.0, 1e6]])
    close(student.largest_stable_lr(coupled), 2 / 3e6)
    large, _ = hessian(rng, np.linspace(1.0, 5.0, 60))
    close(student.largest_stable_lr(large + np.triu(np.full((60, 60), 1e-12), 1)), 0.4)


@pytest.mark.aspect("errors")
@pytest.mark.requires("one_parameter")
@pytest.mark.hint("Compare each entry with the one across the diagonal, all of them, as floats: small ints overflow.")
def test_refuses_one_odd_entry(student, rng):
    """Raises ValueError when a single pair of entries differs."""
    for place in [(0, 1), (3, 2)]:
        h, _ = hessian(rng, [2.0, 5.0, 0.5, 3.0])
        h[place] += 0.5
        raises(student.largest_stable_lr, h)


@pytest.mark.aspect("errors")
@pytest.mark.requires("one_parameter")
@pytest.mark.hint("Look at the shape first: two axes of the same length.")
def test_refuses_other_shapes(student):
    """Raises ValueError for what is not a square matrix."""
    raises(student.largest_stable_lr, np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0]]))
    raises(student.largest_stable_lr, np.array([2.0, 1.0, 3.0]))
    raises(student.largest_stable_lr, np.ones((2, 2, 2)))
    raises(student.largest_stable_lr, np.array([[[4.0]]]))


@pytest.mark.aspect("input")
@pytest.mark.requires("one_parameter")
@pytest.mark.hint("Work on a new array when you want to change an entry.")
def test_leaves_the_matrix(student, rng):
    """Does not change the matrix it is given."""
    student.largest_stable_lr(hessian(rng, [1.0, 4.0, 2.0])[0])
    untouched(student)


# -- classify_curve ---------------------------------------------------------------------------------------


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Every comparison with nan is False. Look at all losses, not only at the two ends.")
def test_not_finite_anywhere(student):
    """classify_curve finds a loss that is not finite, wherever it is."""
    same(student.classify_curve([4.0, math.nan, 2.0, 1.0]), "diverging")
    same(student.classify_curve([4.0, 3.0, math.inf, 1.0]), "diverging")
    same(student.classify_curve([math.inf, 3.0, 2.0]), "diverging")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Good at first is not enough. Where does the curve end, compared with its start?")
def test_dip_then_rise(student):
    """classify_curve calls a curve that dips and then rises above its start diverging."""
    same(student.classify_curve(np.array([3.0, 1.0, 0.2, 0.9, 3.1])), "diverging")


@pytest.mark.aspect("kind")
@pytest.mark.points(2)
@pytest.mark.hint("A healthy run may go up for a step. Compare start and end.")
def test_zigzag(student):
    """classify_curve looks past ups and downs on the way."""
    same(student.classify_curve(np.array([2.0, 2.5, 1.0, 1.4, 0.5, 0.7, 0.04])), "converging")
    same(student.classify_curve(np.array([2.0, 2.5, 1.7, 2.2, 1.5, 1.9])), "too_small")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Small compared with what? Losses have units.")
def test_losses_of_any_size(student):
    """classify_curve judges large and small losses alike."""
    shape = np.array([1.0, 0.6, 0.3, 0.2])
    for scale in (1e-4, 5000.0):
        same(student.classify_curve(scale * shape), "converging")
        same(student.classify_curve(scale * (shape + 9)), "too_small")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Read the rule again: larger than half, or larger than or equal to half?")
def test_exactly_half(student):
    """classify_curve draws the line of too_small where the docstring says."""
    same(student.classify_curve(np.array([0.125, 0.1, 0.0625])), "converging")
    same(student.classify_curve(np.array([0.125, 0.1, 0.0626])), "too_small")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Larger than the first means larger: a curve that ends where it began has not grown.")
def test_ends_where_it_began(student):
    """classify_curve knows what to call a curve that ends where it began."""
    same(student.classify_curve(np.array([2.0, 2.0, 2.0])), "too_small")
    same(student.classify_curve(np.array([2.0])), "too_small")


@pytest.mark.aspect("kind")
@pytest.mark.hint("Compare with half of the first loss rather than divide by it.")
def test_zero_losses(student):
    """classify_curve can handle losses of zero."""
    same(student.classify_curve(np.array([0.0, 0.0, 0.0])), "converging")
    same(student.classify_curve(np.array([0.0, 0.0, 1.0])), "diverging")


@pytest.mark.aspect("input")
@pytest.mark.hint("Ints and floats compare as they are. np.isfinite and math.isfinite take both.")
def test_whole_losses(student):
    """classify_curve takes lists of whole numbers."""
    same(student.classify_curve([9, 7, 5]), "too_small")
    same(student.classify_curve([3, 1, 0]), "converging")


@pytest.mark.aspect("input")
@pytest.mark.requires("names_each_kind")
@pytest.mark.hint("Sorting or replacing entries changes the caller's losses. Only look at them.")
def test_leaves_the_losses(student):
    """classify_curve does not change the losses it is given."""
    student.classify_curve(np.array([3.0, math.nan, 4.0, 0.5]))
    untouched(student)


@pytest.mark.aspect("errors")
@pytest.mark.points(0.4)
@pytest.mark.requires("one_parameter")
@pytest.mark.hint("np.allclose forgives 1e-8 whatever the size of the entries. How large are these?")
def test_refuses_a_tiny_unsymmetric_matrix(student):
    """Refuses an unsymmetric matrix of tiny entries."""
    raises(student.largest_stable_lr, np.array([[2e-9, 1e-9], [0.0, 2e-9]]), errors=DELIBERATE)
