"""Comparisons that say what is wrong, in the order in which it helps to know: there? a number or an array? shape?
dtype? finite? values? And properties, which hold or do not.

Each raises `Mismatch`. Its `problem` is a sentence without any input or value and may be shown for a hidden check;
its `detail` is shown for visible checks only.

None of these trusts the value: it came from the worker as plain data, but may be any plain data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlgrade.suite.values import SMALL, is_inexact, show

__all__ = [
    "DELIBERATE",
    "RTOL",
    "Mismatch",
    "array",
    "close",
    "finite",
    "holds",
    "number",
    "parts",
    "raises",
    "same",
    "unshared",
    "untouched",
]

RTOL = 1e-6
# Errors that somebody raises on purpose, for `raises` where the type does not matter. TypeError, AttributeError and
# IndexError are not among them: code without any check of its input ends in these by accident.
DELIBERATE = (ValueError, ArithmeticError, AssertionError, RuntimeError, KeyError)
_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}


class Mismatch(AssertionError):  # noqa: N818  (it is a verdict that authors raise, not an error)
    """The student's answer is wrong. The one exception of a check that costs its points.

    Parameters
    ----------
    problem : str
        A sentence without any input or value: students read it of hidden checks too.
    detail : str, optional
        What was returned and what was expected. Students read it of visible checks only.

    Examples
    --------
    >>> raise Mismatch("rows do not sum to 1", "row 2 sums to 0.9")
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: rows do not sum to 1: row 2 sums to 0.9
    """

    def __init__(self, problem: str, detail: str = "") -> None:
        self.problem, self.detail = problem, detail
        super().__init__(f"{problem}: {detail}" if detail else problem)


# -- values ---------------------------------------------------------------------------------------------------


def close(got: Any, expected: Any, *, rtol: float = RTOL, atol: float = 0.0) -> None:
    """Compare numbers, arrays and dicts of them.

    Parameters
    ----------
    got : object
        What the student's function returned. A list of the right numbers passes too, and so does an array with one
        entry where a number is expected: `number` demands a number, once for each function.
    expected : float, array_like of float, or dict of them
        The right answer. Shapes must be equal: nothing is broadcast. nan equals nan, inf equals inf.
    rtol : float, optional
        Tolerance relative to the expected entry, also to a tiny one.
    atol : float, optional
        Tolerance in the units of the entry. Give one where the right answer is a zero that rounding may miss.

    Raises
    ------
    Mismatch
        If the answer is None, of another kind or shape, not finite, or differs.

    Examples
    --------
    >>> close([0.5, 0.5], np.array([0.5, 0.5]))
    >>> close({"loss": 0.25}, {"loss": 0.2500001})
    >>> close([0.5, 0.6], [0.5, 0.5])
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: returned values that differ from the right ones: ...
    """
    _there(got)
    if isinstance(expected, dict):
        _close_dicts(got, expected, rtol, atol)
        return
    want = np.asarray(expected, dtype=float)
    have = _numbers(got, "a number" if want.ndim == 0 else "an array of numbers")
    if want.ndim == 0 and have.size == 1 and isinstance(got, np.ndarray):
        have = have.reshape(())  # array([0.5]) is no other value than 0.5; `number` demands a number
    if have.shape != want.shape:
        raise Mismatch("returned the wrong shape", f"shape {have.shape}, expected {want.shape}")
    if np.isfinite(want).all() and not np.isfinite(have).all():
        raise Mismatch("returned nan or inf where numbers should be", _difference(have, want, np.isfinite(have)))
    right = _near(have, want, rtol, atol)
    if not right.all():
        raise Mismatch("returned values that differ from the right ones", _difference(have, want, right))


def same(got: Any, expected: Any) -> None:
    """Compare words, whole numbers, truth values, and lists, tuples and dicts of them.

    Parameters
    ----------
    got : object
        What the student's function returned. A numpy scalar counts as the Python number that it holds.
    expected : object
        The right answer. Equal means of the same type too, at every depth: 1 is not True, a tuple is not a list.

    Raises
    ------
    Mismatch
        If the answer is None, of another type, or differs.

    Examples
    --------
    >>> same("vector", "vector")
    >>> same(np.int64(3), 3)
    >>> same(1, True)
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: returned the wrong kind of value: an int, expected a bool
    """
    _there(got)
    if isinstance(got, np.generic):
        got = got.item()
    if type(got) is not type(expected):
        raise Mismatch("returned the wrong kind of value", f"{_kind(got)}, expected {_kind(expected)}")
    if not _equal(got, expected):
        raise Mismatch("returned the wrong value", f"{show(got)}, expected {show(expected)}")


def _equal(a: Any, b: Any) -> bool:
    """Equal and of one type, all the way down: 1 is not True here, and an array is no list."""
    a = a.item() if isinstance(a, np.generic) else a
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return np.array_equal(a, b) if isinstance(a, np.ndarray) else bool(a == b)


def _close_dicts(got: Any, expected: dict[str, Any], rtol: float, atol: float) -> None:
    if not isinstance(got, dict):
        raise Mismatch("returned no dict", f"{_kind(got)}, expected a dict")
    if set(got) != set(expected):
        raise Mismatch(
            "returned a dict with other names",
            f"{show(sorted(map(str, got)))}, expected {show(sorted(expected))}",
        )
    for name, value in expected.items():
        try:
            close(got[name], value, rtol=rtol, atol=atol)
        except Mismatch as error:
            raise Mismatch(error.problem, f"entry {name!r}: {error.detail}") from None


def _near(have: np.ndarray[Any, Any], want: np.ndarray[Any, Any], rtol: float, atol: float) -> np.ndarray[Any, Any]:
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(have - want) <= atol + rtol * np.abs(want)  # False for nan: nothing passes by being nan
    finite = np.isfinite(want)
    same_special = (have == want) | (np.isnan(have) & np.isnan(want))
    result: np.ndarray[Any, Any] = np.where(finite, near, same_special)
    return result


def _numbers(got: Any, wanted: str) -> np.ndarray[Any, Any]:
    try:
        have = np.asarray(got)
    except (ValueError, TypeError, OverflowError):  # ragged lists
        raise Mismatch(
            f"returned something that is not {wanted}", f"{_kind(got)} with rows of unequal length"
        ) from None
    if have.dtype.kind not in "iuf":
        raise Mismatch(f"returned something that is not {wanted}", f"{_kind(got)}, expected {wanted}")
    return have.astype(float)


def _there(got: Any) -> None:
    if got is None:
        raise Mismatch("returned None: is a `return` missing?")


# -- kinds ----------------------------------------------------------------------------------------------------


def number(got: Any) -> None:
    """Demand one real number: an int, a float, a numpy scalar, or an array without axes.

    Parameters
    ----------
    got : object
        What the student's function returned.

    Raises
    ------
    Mismatch
        If it is something else. An array of shape (1,) and a bool are no numbers.

    Examples
    --------
    >>> number(np.float32(1.5))
    >>> number(np.array([1.5]))
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: returned an array where a number should be: shape (1,), expected one number
    """
    _there(got)
    if isinstance(got, (bool, np.bool_)) or not isinstance(got, (int, float, np.number, np.ndarray)):
        raise Mismatch("returned something that is not a number", f"{_kind(got)}, expected a number")
    if np.ndim(got):
        raise Mismatch("returned an array where a number should be", f"shape {np.shape(got)}, expected one number")
    _numbers(got, "a number")


def array(got: Any, shape: tuple[int, ...], kind: str = "f") -> None:
    """Demand a numpy array of one shape.

    Parameters
    ----------
    got : object
        What the student's function returned.
    shape : tuple of int
        The shape that it must have.
    kind : str, optional
        The letters of the dtype kinds that pass, as in `numpy.dtype.kind`: "f" float, "iu" integers, "b" bool.

    Raises
    ------
    Mismatch
        If it is no array, or one of another shape or dtype.

    Examples
    --------
    >>> array(np.zeros((2, 3)), (2, 3))
    >>> array([[0.0]], (1, 1))
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: returned something that is not an array: a list, expected an array
    """
    _there(got)
    if not isinstance(got, (np.ndarray, np.generic)):
        raise Mismatch("returned something that is not an array", f"{_kind(got)}, expected an array")
    if np.shape(got) != shape:
        raise Mismatch("returned the wrong shape", f"shape {np.shape(got)}, expected {shape}")
    if got.dtype.kind not in kind:
        wanted = " or ".join(dict.fromkeys(_KINDS.get(letter, letter) for letter in kind))
        raise Mismatch("returned the wrong dtype", f"{got.dtype}, expected {wanted}")


def parts(got: Any, count: int) -> Sequence[Any]:
    """Demand several values in one answer, and return them.

    Parameters
    ----------
    got : object
        What the student's function returned.
    count : int
        How many values there must be, in a tuple or a list.

    Returns
    -------
    sequence
        The values, to be compared one by one.

    Raises
    ------
    Mismatch
        If it is no tuple or list, or of another length.

    Examples
    --------
    >>> loss, slope = parts((0.5, 2.0), 2)
    >>> parts(0.5, 2)
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: did not return 2 values: a float, expected a tuple of 2
    """
    _there(got)
    if not isinstance(got, (tuple, list)) or len(got) != count:
        size = f" of {len(got)}" if isinstance(got, (tuple, list)) else ""
        raise Mismatch(f"did not return {count} values", f"{_kind(got)}{size}, expected a tuple of {count}")
    return got


def finite(got: Any, *, empty: bool = False) -> None:
    """Demand numbers, and no nan or inf among them.

    Parameters
    ----------
    got : object
        What the student's function returned: a number, an array, or lists of numbers.
    empty : bool, optional
        Whether an answer without any entry passes.

    Raises
    ------
    Mismatch
        If it is something else, not finite, or empty.

    Examples
    --------
    >>> finite([0.0, 1.0])
    >>> finite([])
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: returned an empty array where values should be: shape (0,)
    """
    _there(got)
    have = _numbers(got, "numbers")
    if not (have.size or empty):
        raise Mismatch("returned an empty array where values should be", f"shape {have.shape}")
    if not np.isfinite(have).all():
        raise Mismatch("returned nan or inf where numbers should be", show(got))


# -- properties -----------------------------------------------------------------------------------------------


def holds(truth: Any, problem: str, detail: str = "", *, empty: bool = False) -> None:
    """Demand a property of the answer.

    Parameters
    ----------
    truth : bool or array_like of bool
        Whether it holds, for each entry. nan is not true.
    problem : str
        How it is broken, without any input or value: "rows do not sum to 1".
    detail : str, optional
        More about it, for visible checks only.
    empty : bool, optional
        Whether the property holds of an answer without any entry.

    Raises
    ------
    Mismatch
        If it does not hold everywhere, or there is no entry to look at.

    Examples
    --------
    >>> p = np.array([0.25, 0.75])
    >>> holds(p > 0, "probabilities are not all positive")
    >>> holds(np.isclose(p.sum(), 2.0), "probabilities do not sum to 2")
    Traceback (most recent call last):
    mlgrade.suite.compare.Mismatch: probabilities do not sum to 2
    """
    if not (empty or np.size(truth)):
        raise Mismatch("left nothing to check where values should be", f"not to be seen: {problem}")
    if _has_nan(truth) or not bool(np.all(truth)):
        raise Mismatch(problem, detail)


def _has_nan(truth: Any) -> bool:
    entries = np.asarray(truth)
    return is_inexact(entries) and bool(np.isnan(entries).any())


def untouched(student: Any) -> None:
    """Demand that the last call changed none of its arguments.

    Parameters
    ----------
    student : Student
        The fixture of the check, after a call.

    Raises
    ------
    Mismatch
        If an argument is another than before the call.
    """
    if changed := student.last.changed:
        raise Mismatch("changed its input", f"argument {', '.join(changed)} is not what it was before the call")


def unshared(student: Any) -> None:
    """Demand that the last call returned a new array, without memory of its arguments.

    Parameters
    ----------
    student : Student
        The fixture of the check, after a call.

    Raises
    ------
    Mismatch
        If writing into the result would change an argument.
    """
    if shares := student.last.shares:
        raise Mismatch(
            "returned memory that belongs to its input",
            f"writing into the result would change argument {', '.join(shares)}; make a new array",
        )


def raises(function: Any, *args: Any, errors: tuple[type[Exception], ...] = (ValueError,), **kwargs: Any) -> None:
    """Demand that a call ends in an error.

    Parameters
    ----------
    function : StudentFunction
        A function of the student, not called yet: `student.norm`.
    *args, **kwargs
        What to call it with.
    errors : tuple of exception types, optional
        The built-in errors that pass, and what is derived from them. NotImplementedError never passes.

    Raises
    ------
    Mismatch
        If the call returns, or raises something else.

    Examples
    --------
    In a suite, where `student` is the fixture::

        def test_an_order_below_one(student):
            '''Refuses an order below 1.'''
            raises(student.norm, np.array([1.0, 2.0]), ord=0.5)
    """
    wanted = " or ".join(error.__name__ for error in errors)
    raised = function.fault(*args, **kwargs)
    if raised is None:
        raise Mismatch(f"did not raise {wanted}", "it returned a value instead")
    if "NotImplementedError" in raised.bases or not {error.__name__ for error in errors} & set(raised.bases):
        raise Mismatch(f"raised something other than {wanted}", f"it raised {raised.type}: {raised.message}")


# -- texts ----------------------------------------------------------------------------------------------------


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {_KINDS.get(value.dtype.kind, 'objects')}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _difference(have: np.ndarray[Any, Any], want: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> str:
    if have.ndim == 0:
        return f"got {show(have)}, expected {show(want)}"
    wrong = np.argwhere(~right)
    first = tuple(int(i) for i in wrong[0])
    where = ", ".join(map(str, first))
    pair = f"got {show(have[first])}, expected {show(want[first])}"
    lines = [f"{len(wrong)} of {have.size} entries differ; the first is [{where}]: {pair}"]
    if have.size <= SMALL:
        lines += [f"got      {show(have)}", f"expected {show(want)}"]
    return "\n".join([*lines, *_largest(have, want)])


def _largest(have: np.ndarray[Any, Any], want: np.ndarray[Any, Any]) -> list[str]:
    with np.errstate(all="ignore"):
        off = np.abs(have - want)
        relative = off / np.abs(want)
    if not np.isfinite(off).any():
        return []
    worst = np.nanmax(np.where(np.isfinite(off), off, np.nan))
    ratio = relative[np.isfinite(relative)]
    return [f"largest error {worst:.3g}" + (f", {ratio.max():.3g} relative" if ratio.size else "")]
