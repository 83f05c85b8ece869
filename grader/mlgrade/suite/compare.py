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

RTOL = 1e-6
_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}


class Mismatch(AssertionError):  # noqa: N818  (it is a verdict that authors raise, not an error)
    """The student's answer is wrong. The one exception of a check that costs its points."""

    def __init__(self, problem: str, detail: str = "") -> None:
        self.problem, self.detail = problem, detail
        super().__init__(f"{problem}: {detail}" if detail else problem)


# -- values ---------------------------------------------------------------------------------------------------


def close(got: Any, expected: Any, *, rtol: float = RTOL, atol: float = 0.0) -> None:
    """Compare numbers, arrays (a list of the right numbers will do) and dicts of them.

    The tolerance is relative to the expected entry, also for tiny ones; give `atol` where the right answer is a
    zero that rounding may miss. Shapes must be equal: nothing is broadcast. nan equals nan, inf equals inf.
    """
    _there(got)
    if isinstance(expected, dict):
        _close_dicts(got, expected, rtol, atol)
        return
    want = np.asarray(expected, dtype=float)
    have = _numbers(got, "a number" if want.ndim == 0 else "an array of numbers")
    if have.shape != want.shape:
        raise Mismatch("returned the wrong shape", f"shape {have.shape}, expected {want.shape}")
    if np.isfinite(want).all() and not np.isfinite(have).all():
        raise Mismatch("returned nan or inf where numbers should be", _difference(have, want, np.isfinite(have)))
    right = _near(have, want, rtol, atol)
    if not right.all():
        raise Mismatch("returned values that differ from the right ones", _difference(have, want, right))


def same(got: Any, expected: Any) -> None:
    """Compare words, whole numbers, truth values and lists of them; equality means equal and of a like type."""
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
    """A plain real number: int, float or a numpy scalar, or an array without axes."""
    _there(got)
    if isinstance(got, (bool, np.bool_)) or not isinstance(got, (int, float, np.number, np.ndarray)):
        raise Mismatch("returned something that is not a number", f"{_kind(got)}, expected a number")
    if np.ndim(got):
        raise Mismatch("returned an array where a number should be", f"shape {np.shape(got)}, expected one number")
    _numbers(got, "a number")


def array(got: Any, shape: tuple[int, ...], kind: str = "f") -> None:
    """A numpy array of this shape; `kind` holds the letters of the dtype kinds that will do."""
    _there(got)
    if not isinstance(got, (np.ndarray, np.generic)):
        raise Mismatch("returned something that is not an array", f"{_kind(got)}, expected an array")
    if np.shape(got) != shape:
        raise Mismatch("returned the wrong shape", f"shape {np.shape(got)}, expected {shape}")
    if got.dtype.kind not in kind:
        wanted = " or ".join(dict.fromkeys(_KINDS.get(letter, letter) for letter in kind))
        raise Mismatch("returned the wrong dtype", f"{got.dtype}, expected {wanted}")


def parts(got: Any, count: int) -> Sequence[Any]:
    """Several values in one answer: a tuple (or list) of `count`."""
    _there(got)
    if not isinstance(got, (tuple, list)) or len(got) != count:
        size = f" of {len(got)}" if isinstance(got, (tuple, list)) else ""
        raise Mismatch(f"did not return {count} values", f"{_kind(got)}{size}, expected a tuple of {count}")
    return got


def finite(got: Any, *, empty: bool = False) -> None:
    """Numbers, and no nan or inf among them. `empty=True` admits none at all."""
    _there(got)
    have = _numbers(got, "numbers")
    if not (have.size or empty):
        raise Mismatch("returned an empty array where values should be", f"shape {have.shape}")
    if not np.isfinite(have).all():
        raise Mismatch("returned nan or inf where numbers should be", show(got))


# -- properties -----------------------------------------------------------------------------------------------


def holds(truth: Any, problem: str, detail: str = "", *, empty: bool = False) -> None:
    """A property of the answer. `problem` says how it is broken, without any value: "rows do not sum to 1".

    It does not hold of nothing: without any entry to look at the check fails, unless `empty=True`. nan is not true.
    """
    if not (empty or np.size(truth)):
        raise Mismatch("left nothing to check where values should be", f"not to be seen: {problem}")
    if _has_nan(truth) or not bool(np.all(truth)):
        raise Mismatch(problem, detail)


def _has_nan(truth: Any) -> bool:
    entries = np.asarray(truth)
    return is_inexact(entries) and bool(np.isnan(entries).any())


def untouched(student: Any) -> None:
    """The last call changed none of its arguments."""
    if changed := student.last.changed:
        raise Mismatch("changed its input", f"argument {', '.join(changed)} is not what it was before the call")


def unshared(student: Any) -> None:
    """What the last call returned has no memory in common with its arguments."""
    if shares := student.last.shares:
        raise Mismatch(
            "returned memory that belongs to its input",
            f"writing into the result would change argument {', '.join(shares)}; make a new array",
        )


def raises(function: Any, *args: Any, errors: tuple[type[Exception], ...] = (ValueError,), **kwargs: Any) -> None:
    """The call ends in one of these errors. NotImplementedError is never one of them."""
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
