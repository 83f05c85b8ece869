"""Name a simple relation between an answer and the right one, where no misconception fits.

A relation is named if it holds in every call, makes a difference in enough of them, and is the only one that holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlgrade.results import Diagnosis
from mlgrade.suite.values import alike

Array = NDArray[Any]
MOST_ENTRIES = 100_000  # of an array that is looked at
LEAST_ENTRIES = 3  # that must be wrong: two numbers are twice two others by chance

WHICH_LOG = "Which logarithm does the docstring ask for: natural, or to the base 2?"
WHICH_ANGLE = "Degrees or radians: which does the docstring ask for?"
FACTORS = {
    2.0: ("twice the right one", "Is there a 2 that should be divided out?"),
    0.5: ("half the right one", "Is there a factor 1/2 that the docstring does not have?"),
    math.log(2): ("log 2 times the right one", WHICH_LOG),
    1 / math.log(2): ("1 / log 2 times the right one", WHICH_LOG),
    math.pi / 180: ("pi / 180 times the right one", WHICH_ANGLE),
    180 / math.pi: ("180 / pi times the right one", WHICH_ANGLE),
}
TIMES_N = "n times the right one, with n the length of the input", "Is it a sum that should be a mean?"
OVER_N = "the right one divided by n, the length of the input", "Is it a mean that should be a sum?"


class Answer(NamedTuple):
    """What one call returned, and what to compare it with."""

    got: Any
    right: Any
    swapped: Any  # what the right function returns with its first two arguments swapped
    rows: int  # the length of the first array of the call


def of(answers: Sequence[Answer], function: str = "") -> list[Diagnosis]:
    """Return the one relation that holds between all answers and the right ones, or nothing."""
    wrong = [one for one in answers if not alike(one.got, one.right)]
    if sum(_size(one.right) for one in wrong) < LEAST_ENTRIES or any(_size(one.right) > MOST_ENTRIES for one in wrong):
        return []
    held = [(name, title, hint) for name, title, hint, holds in RELATIONS if all(map(_safely(holds), answers))]
    held += _factors(answers, wrong)
    exact = [one for one in held if one[0] != "not_normalised"]  # which holds of every multiple, too
    if len(exact or held) != 1:
        return []
    [(name, title, hint)] = exact or held
    return [Diagnosis(misconception=name, function=function, title=title, hint=hint)]


def _wrong_sign(one: Answer) -> bool:
    return alike(one.got, _times(one.right, -1.0))


def _transposed(one: Answer) -> bool:
    return alike(one.got, _array(one.right, 2).T)


def _reversed(one: Answer) -> bool:
    return alike(one.got, _array(one.right, 1)[::-1])


def _late(one: Answer) -> bool:
    got, right = _array(one.got, 1), _array(one.right, 1)
    return len(got) == len(right) and (len(right) < LEAST_ENTRIES or alike(got[1:], right[:-1]))


def _early(one: Answer) -> bool:
    got, right = _array(one.got, 1), _array(one.right, 1)
    return len(got) == len(right) and (len(right) < LEAST_ENTRIES or alike(got[:-1], right[1:]))


def _not_normalised(one: Answer) -> bool:
    """Where each row of the right answer sums to one, and each row of the other is a multiple of it."""
    got, right = _numbers(one.got), _numbers(one.right)
    if not right.ndim or got.shape != right.shape or not np.allclose(right.sum(axis=-1), 1.0):
        return False
    return alike(got / got.sum(axis=-1, keepdims=True), right)


def _arguments_swapped(one: Answer) -> bool:
    return one.swapped is not None and alike(one.got, one.swapped)


def _values_swapped(one: Answer) -> bool:
    return isinstance(one.right, tuple) and len(one.right) == 2 and alike(one.got, one.right[::-1])


WHERE_FIRST = "At which index does the first value belong?"
WHICH_ORDER = "In which order does the docstring name them?"
PROPORTIONS = "the values do not sum to 1, but have the right proportions"
RELATIONS: Sequence[tuple[str, str, str, Callable[[Answer], bool]]] = (
    ("wrong_sign", "every value has the wrong sign", "Which of the two is subtracted from which?", _wrong_sign),
    ("transposed", "rows and columns are swapped", "Print the shape of your result. Which axis is which?", _transposed),
    ("reversed", "the order is reversed", "Compare your first entry with the last one.", _reversed),
    ("one_late", "every value stands one place too late", WHERE_FIRST, _late),
    ("one_early", "every value stands one place too early", WHERE_FIRST, _early),
    ("not_normalised", PROPORTIONS, "What should they be divided by?", _not_normalised),
    ("arguments_swapped", "the first two arguments are swapped", WHICH_ORDER, _arguments_swapped),
    ("values_swapped", "the two returned values are swapped", WHICH_ORDER, _values_swapped),
)


def _factors(answers: Sequence[Answer], wrong: Sequence[Answer]) -> Iterator[tuple[str, str, str]]:
    """A factor that all values share: a constant, or the length of the input."""
    factor = _ratio(wrong[0])
    if factor is None:
        return
    if all(map(_safely(lambda one: alike(one.got, _times(one.right, factor))), answers)):
        if not math.isclose(factor, -1.0, rel_tol=1e-6):
            known = next((words for value, words in FACTORS.items() if math.isclose(value, factor, rel_tol=1e-6)), None)
            title, hint = known or (f"{factor:.4g} times the right one", "Which factor is missing, or too much?")
            yield "constant_factor", f"every value is {title}", hint
        return
    if all(map(_safely(lambda one: alike(one.got, _times(one.right, one.rows))), answers)):
        yield "times_n", f"every value is {TIMES_N[0]}", TIMES_N[1]
    if all(map(_safely(lambda one: alike(one.got, _times(one.right, 1.0 / one.rows))), answers)):
        yield "over_n", f"every value is {OVER_N[0]}", OVER_N[1]


def _ratio(one: Answer) -> float | None:
    """By which factor an answer is larger than the right one, seen at its largest entry."""
    try:
        got, right = _numbers(one.got), _numbers(one.right)
    except ValueError:
        return None
    if got.shape != right.shape or not right.any():
        return None
    at = np.unravel_index(np.argmax(np.abs(right)), right.shape)
    ratio = float(got[at] / right[at])
    return ratio if math.isfinite(ratio) and ratio else None


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, tuple):
        return tuple(_times(part, factor) for part in value)
    return _numbers(value) * factor


def _numbers(value: Any) -> Array:
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise ValueError("not finite numbers")
    return array.astype(float)


def _array(value: Any, axes: int) -> Array:
    array = _numbers(value)
    if array.ndim != axes or isinstance(value, tuple):  # the parts of a tuple are different things
        raise ValueError(f"not an array with {axes} axes")
    return array


def _size(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(map(_size, value))
    try:
        return int(np.size(value))
    except ValueError:
        return 0


def _safely(holds: Callable[[Answer], bool]) -> Callable[[Answer], bool]:
    """Any plain data may have been returned: what cannot be calculated with is in no relation."""

    def checked(one: Answer) -> bool:
        try:
            with np.errstate(all="ignore"):
                return bool(holds(one))
        except (ValueError, TypeError, ZeroDivisionError, OverflowError):
            return False

    return checked
