"""Covers: batches with fewer, as many and more rows than classes; one row, one class, each class as the
target; the mean over the batch; the shift that changes nothing; huge, very negative and mixed rows;
probabilities that vanish or would be clipped; ints and lists; wrong ids, too few and too many ids; input.
"""

import math

import numpy as np
import pytest

from mlgrade.suite.compare import close, raises, untouched


def losses(logits, targets):
    """Loss of each row by the definition, without any shift: right for the moderate scores used here."""
    return [math.log(math.fsum(math.exp(v) for v in z)) - z[t] for z, t in zip(logits, targets, strict=True)]


def mean_loss(logits, targets):
    return math.fsum(losses(np.asarray(logits, dtype=float).tolist(), targets)) / len(targets)


@pytest.mark.hint("You need one log-probability from each row. Print the shape of what you average.")
def test_more_rows_than_classes(student, rng):
    """Gives the right loss for a batch with more rows than classes."""
    z, t = 2 * rng.normal(size=(7, 4)), [0, 3, 3, 1, 2, 0, 3]
    close(student.cross_entropy(z, np.array(t)), mean_loss(z, t))


@pytest.mark.hint("Which axis lists the classes? The sum of the exponentials runs along that one.")
def test_more_classes_than_rows(student, rng):
    """Gives the right loss for a batch with more classes than rows."""
    z, t = 2 * rng.normal(size=(3, 8)), [6, 0, 7]
    close(student.cross_entropy(z, np.array(t)), mean_loss(z, t))


@pytest.mark.aspect("axis")
@pytest.mark.hint("When N equals C, a wrong axis raises no error. Check by hand which numbers are added.")
def test_as_many_rows_as_classes(student, rng):
    """Keeps rows and classes apart when there are as many of both."""
    z, t = 2 * rng.normal(size=(5, 5)), [4, 1, 1, 0, 2]
    close(student.cross_entropy(z, np.array(t)), mean_loss(z, t))


@pytest.mark.hint("Feed one row and go through its classes. Which of them gives a wrong loss?")
def test_each_class_in_turn(student, rng):
    """Reads the score of the right class, whichever class that is."""
    z = rng.normal(size=(1, 4))
    for t in range(4):
        close(student.cross_entropy(z, np.array([t])), mean_loss(z, [t]))


@pytest.mark.aspect("property")
@pytest.mark.hint("Same model, the same data twice: should the loss be another one?")
def test_batch_twice(student, rng):
    """Does not depend on how often the whole batch is repeated."""
    z, t = rng.normal(size=(4, 3)), [2, 0, 1, 1]
    close(student.cross_entropy(np.vstack([z, z, z]), np.array(t * 3)), mean_loss(z, t))


@pytest.mark.aspect("property")
@pytest.mark.hint("Only differences within a row count. Where does your code use a score by itself?")
def test_shift_of_each_row(student, rng):
    """Does not change when each row is shifted by a number of its own."""
    z, t = rng.normal(size=(3, 5)), [4, 0, 2]
    close(student.cross_entropy(z + np.array([[40.0], [-25.0], [7.0]]), np.array(t)), mean_loss(z, t))


@pytest.mark.aspect("input")
@pytest.mark.hint("np.asarray(logits, dtype=float) and np.asarray(targets) make arrays of lists.")
def test_whole_numbers(student):
    """Takes lists of whole numbers."""
    close(student.cross_entropy([[3, 1, 2, -4]], [2]), mean_loss([[3, 1, 2, -4]], [2]))


@pytest.mark.hint("With one class there is no wrong answer.")
@pytest.mark.requires("one_row")
def test_one_class(student):
    """Gives the right loss when there is only one class."""
    close(student.cross_entropy(np.array([[-3.5]]), np.array([0])), 0.0, atol=1e-9)


@pytest.mark.hint("Is your loss too high here? Are scores turned into probabilities twice, or cut off?")
@pytest.mark.requires("one_row")
def test_sure_and_right(student):
    """Gives the right loss when the model is sure and right."""
    close(student.cross_entropy(np.array([[600.0, 0.0, 1.0]]), np.array([0])), 0.0, atol=1e-9)


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Subtract the largest score of a row before exp, as in softmax.")
def test_huge_scores(student):
    """Stays right when scores are far above what exp can take."""
    close(student.cross_entropy(np.array([[2000.0, 2002.0, 2001.0]]), np.array([0])), mean_loss([[0.0, 2.0, 1.0]], [0]))


@pytest.mark.aspect("stability")
@pytest.mark.hint("If every exponential rounds to 0, so does their sum. Which shift makes one of them 1?")
def test_very_negative_scores(student):
    """Stays right when scores are so low that every exponential vanishes."""
    close(
        student.cross_entropy(np.array([[-2000.0, -2002.0, -2001.0]]), np.array([2])), mean_loss([[2.0, 0.0, 1.0]], [2])
    )


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("Whose maximum protects the lowest row? Each row needs its own.")
def test_rows_of_different_size(student):
    """Protects each row by itself when rows differ widely."""
    z, low = np.array([[1000.0, 1001.0], [0.0, 1.0], [-1000.0, -999.0]]), [[0.0, 1.0]] * 3
    close(student.cross_entropy(z, np.array([0, 1, 0])), mean_loss(low, [0, 1, 0]))


@pytest.mark.aspect("stability")
@pytest.mark.points(2)
@pytest.mark.hint("A probability that rounds to 0 has lost its logarithm. Never form the probability.")
def test_vanishing_probability(student):
    """Gives a finite loss for a mistake whose probability rounds to 0."""
    close(student.cross_entropy(np.array([[0.0, 0.0, 0.0, 5000.0]]), np.array([1])), 5000.0)
    close(student.cross_entropy(np.array([[-800.0, 0.0, 0.0, -900.0]]), np.array([0])), 800.0 + math.log(2))


@pytest.mark.aspect("stability")
@pytest.mark.hint("With clipped probabilities, two mistakes of different size are equally bad.")
def test_worse_and_worse(student):
    """Goes on growing for worse and worse mistakes."""
    for gap in (20.0, 40.0, 80.0, 720.0):
        close(student.cross_entropy(np.array([[0.0, gap]]), np.array([0])), gap + math.log1p(math.exp(-gap)))


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("one_row")
@pytest.mark.hint("Python counts negative indices from the end. Labels do not.")
def test_negative_id(student, rng):
    """Refuses negative ids."""
    z = rng.normal(size=(2, 4))
    for wrong in ([2, -1], [-3, 0]):
        raises(student.cross_entropy, z, np.array(wrong), errors=(ValueError, IndexError))


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("one_row")
@pytest.mark.hint("Classes are counted from 0. What is the last id that exists?")
def test_id_beyond_the_last(student, rng):
    """Refuses ids beyond the last class."""
    z = rng.normal(size=(5, 3))
    for wrong in ([0, 1, 2, 3, 0], [4, 0, 0, 1, 2]):
        raises(student.cross_entropy, z, np.array(wrong), errors=(ValueError, IndexError))


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("one_row")
@pytest.mark.hint("numpy stretches one index over all rows without a word. Compare the two lengths first.")
def test_one_id_for_many_rows(student, rng):
    """Refuses a single id for several rows."""
    raises(student.cross_entropy, rng.normal(size=(4, 3)), np.array([1]), errors=(ValueError, IndexError))


@pytest.mark.points(0.3)
@pytest.mark.aspect("errors")
@pytest.mark.requires("one_row")
@pytest.mark.hint("zip stops at the shorter list without a word. Compare the two lengths first.")
def test_unequal_lengths(student, rng):
    """Refuses more ids than rows, and fewer."""
    z = rng.normal(size=(3, 4))
    for wrong in ([0, 1, 2, 3], [2, 0]):
        raises(student.cross_entropy, z, np.array(wrong), errors=(ValueError, IndexError))
    raises(student.cross_entropy, z[:1], np.array([0, 3, 1]), errors=(ValueError, IndexError))


@pytest.mark.aspect("input")
@pytest.mark.requires("one_row")
@pytest.mark.hint("Does a line of yours write into logits or targets? Make new arrays.")
def test_leaves_both_arrays_as_they_were(student, rng):
    """Does not change the arrays it is given."""
    student.cross_entropy(3 * rng.normal(size=(1, 4)), np.array([1]))
    untouched(student)
