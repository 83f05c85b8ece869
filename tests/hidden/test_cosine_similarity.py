"""Covers: random vectors, acute and obtuse; the same direction, right angles; scaling by large, small and negative
numbers; small vectors, small beside large ones; one entry, ints, small dtypes; zero vectors on either side; the range
under rounding; lengths and axes that do not fit; input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import DELIBERATE, close, holds, number, raises, untouched


def angle(a, b):
    """The cosine by the definition, term by term."""
    product = math.fsum(float(x) * float(y) for x, y in zip(a, b, strict=True))
    return product / (math.hypot(*map(float, a)) * math.hypot(*map(float, b)))


@pytest.mark.points(2)
@pytest.mark.hint("Three sums: of a * b, of a * a and of b * b. Which of them need a root?")
def test_sharp_angle(student, rng):
    """Is right for vectors at a sharp angle."""
    a, b = rng.uniform(0.5, 3.0, size=5), rng.uniform(1.0, 9.0, size=5)
    close(student.cosine_similarity(a, b), angle(a, b))


@pytest.mark.points(2)
@pytest.mark.hint("Vectors that point apart are not alike: is the sign of the dot product still there?")
def test_wide_angle(student, rng):
    """Is right for vectors that point apart."""
    a, b = rng.uniform(0.5, 3.0, size=4), -rng.uniform(1.0, 2.0, size=4)
    close(student.cosine_similarity(a, b), angle(a, b))


@pytest.mark.hint("Which number says most alike? A 0 for twins would be a distance.")
@pytest.mark.requires("two_vectors")
def test_same_direction(student, rng):
    """Gives the highest score to a vector and itself."""
    a = rng.uniform(1.0, 2.0, size=6)
    close(student.cosine_similarity(a, a), 1.0)


@pytest.mark.aspect("property")
@pytest.mark.hint("At a right angle the dot product is 0. What do you do with it then?")
@pytest.mark.requires("two_vectors")
def test_right_angle(student):
    """Puts a right angle in the middle of the scale."""
    close(student.cosine_similarity(np.array([3.0, -4.0]), np.array([8.0, 6.0])), 0.0, atol=1e-9)


@pytest.mark.aspect("property")
@pytest.mark.hint("Both lengths must go: is the one of the first vector divided out?")
def test_scaling_the_first(student, rng):
    """Does not change when the first vector is scaled."""
    a, b = rng.uniform(0.5, 1.0, size=3), rng.uniform(0.5, 2.0, size=3)
    close(student.cosine_similarity(100.0 * a, b), angle(a, b))
    close(student.cosine_similarity(0.02 * a, b), angle(a, b))


@pytest.mark.aspect("property")
@pytest.mark.hint("Both lengths must go: is the one of the second vector divided out?")
def test_scaling_the_second(student, rng):
    """Does not change when the second vector is scaled."""
    a, b = rng.uniform(0.5, 1.0, size=4), rng.uniform(0.5, 2.0, size=4)
    close(student.cosine_similarity(a, 250.0 * b), angle(a, b))
    close(student.cosine_similarity(a, 0.01 * b), angle(a, b))


@pytest.mark.aspect("property")
@pytest.mark.hint("Turning an arrow round changes the sign and nothing else.")
def test_turned_round(student, rng):
    """Changes its sign when one vector is turned round."""
    a, b = rng.uniform(0.5, 1.0, size=7), rng.uniform(0.5, 2.0, size=7)
    close(student.cosine_similarity(-a, b), -angle(a, b))
    close(student.cosine_similarity(a, -3.0 * b), -angle(a, b))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Small vectors have a direction too. Is something added to a length, or a small one cut?")
def test_small_vectors(student, rng):
    """Keeps the direction of very small vectors."""
    a, b = rng.uniform(0.5, 1.0, size=3), rng.uniform(0.5, 2.0, size=3)
    close(student.cosine_similarity(1e-6 * a, 1e-6 * b), angle(a, b))
    close(student.cosine_similarity(1e-30 * a, 1e-30 * b), angle(a, b))


@pytest.mark.aspect("stability")
@pytest.mark.hint("One length is tiny, one is huge. Does either meet a fixed number in your code?")
def test_small_beside_large(student, rng):
    """Compares a very small vector with a very large one."""
    a, b = rng.uniform(0.5, 1.0, size=5), rng.uniform(0.5, 2.0, size=5)
    close(student.cosine_similarity(1e-12 * a, 1e6 * b), angle(a, b))
    close(student.cosine_similarity(1e6 * a, 1e-12 * b), angle(a, b))


@pytest.mark.hint("With one entry there are only two directions.")
def test_one_entry(student):
    """Takes vectors with a single entry."""
    close(student.cosine_similarity(np.array([-4.0]), np.array([-0.5])), 1.0)
    close(student.cosine_similarity(np.array([4.0]), np.array([-2.5])), -1.0)


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(a, dtype=float) makes lists and whole numbers fit to calculate with.")
def test_whole_numbers(student):
    """Takes lists and tuples of whole numbers."""
    close(student.cosine_similarity([1, 2, 2], (2, 3, 6)), 20.0 / 21.0)


@pytest.mark.aspect("input")
@pytest.mark.hint("Which sum is still taken in the dtype of the caller? Make both float64 first.")
def test_small_dtypes(student):
    """Calculates in float64 if its input is in single precision."""
    a = np.array([100.1, 200.2, 700.7, 400.4], np.float32)
    b = np.array([310.1, 130.3, 30.7, 60.9], np.float32)
    close(student.cosine_similarity(a, b), angle(a, b), rtol=1e-10)


@pytest.mark.aspect("stability")
@pytest.mark.hint("Nothing can be divided by a length of 0. Look at both lengths, and return before the division.")
@pytest.mark.requires("two_vectors")
def test_zero_on_either_side(student, rng):
    """Gives a number to a zero vector on either side, and on both."""
    close(student.cosine_similarity(rng.normal(size=4), np.zeros(4)), 0.0)
    close(student.cosine_similarity(np.zeros(3), rng.normal(size=3)), 0.0)
    close(student.cosine_similarity(np.array([0.0, 0.0]), np.array([0.0, 0.0])), 0.0)


@pytest.mark.aspect("stability")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Rounding can overshoot a little. Which numpy function keeps a number between two limits?")
def test_never_beyond_the_limits(student, rng):
    """Stays inside its range when rounding pushes outwards."""
    for _ in range(15):
        a = rng.normal(size=5)
        for b in (0.3 * a, a, -a, -0.7 * a):
            score = student.cosine_similarity(a, b)
            number(score)
            holds(np.abs(score) <= 1.0, "a cosine lies outside its range")


@pytest.mark.aspect("shapes")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Dot product and lengths are one number each, and so is what you make of them.")
def test_one_number(student, rng):
    """Returns one number, not an array."""
    number(student.cosine_similarity(rng.normal(size=4), rng.normal(size=4)))
    number(student.cosine_similarity(np.zeros(2), rng.normal(size=2)))


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Which case does your code not notice: a longer, or b longer?")
def test_refuses_either_being_longer(student, rng):
    """Refuses unequal lengths, whichever vector is the longer one."""
    raises(student.cosine_similarity, rng.normal(size=5), rng.normal(size=3), errors=DELIBERATE)
    raises(student.cosine_similarity, rng.normal(size=4), rng.normal(size=6), errors=DELIBERATE)
    raises(student.cosine_similarity, rng.normal(size=3), rng.normal(size=1), errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("In which order do you look at the lengths and at zero vectors?")
def test_refuses_a_zero_vector_of_another_length(student, rng):
    """Refuses unequal lengths also when one vector is all zeros."""
    raises(student.cosine_similarity, np.zeros(2), rng.normal(size=3), errors=DELIBERATE)
    raises(student.cosine_similarity, rng.normal(size=6), np.zeros(5), errors=DELIBERATE)
    raises(student.cosine_similarity, np.zeros(4), rng.normal(size=2), errors=DELIBERATE)


@pytest.mark.points(0.5)
@pytest.mark.aspect("errors")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Equal shapes are not enough: a.ndim tells how many axes a has.")
def test_refuses_what_is_no_vector(student, rng):
    """Refuses matrices, rows, columns and arrays without axes."""
    raises(student.cosine_similarity, rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), errors=DELIBERATE)
    raises(student.cosine_similarity, rng.normal(size=(1, 4)), rng.normal(size=(1, 4)), errors=DELIBERATE)
    raises(student.cosine_similarity, rng.normal(size=5), rng.normal(size=(5, 1)), errors=DELIBERATE)
    raises(student.cosine_similarity, rng.normal(size=(1, 2)), rng.normal(size=2), errors=DELIBERATE)
    raises(student.cosine_similarity, np.array([[2.0]]), np.array([[3.0]]), errors=DELIBERATE)
    raises(student.cosine_similarity, np.array([2.0]), np.array([[3.0]]), errors=DELIBERATE)
    raises(student.cosine_similarity, np.array(2.0), np.array(3.0), errors=DELIBERATE)


@pytest.mark.aspect("input")
@pytest.mark.requires("two_vectors")
@pytest.mark.hint("Which line writes into a or b? Work on new arrays.")
def test_leaves_arrays_as_they_were(student, rng):
    """Leaves the arrays it is given as they were."""
    student.cosine_similarity(rng.normal(size=5), rng.normal(size=5))
    untouched(student)
