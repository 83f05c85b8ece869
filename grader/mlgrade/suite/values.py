"""Show values as a student reads them, and recognise unexpected ones."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np

SMALL = 24  # entries of an array that are written out
_UNCHANGING = {bool, int, float, complex, str, bytes, type(None)}


def show(value: Any) -> str:
    """Return a value as a student reads it."""
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.generic):
        return show(value.item())
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, (list, tuple)):
        return _sequence(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {show(item)}" for key, item in list(value.items())[:8]) + "}"
    if callable(value):
        return getattr(value, "__name__", "a function")
    return _cut(repr(value))


def show_call(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return a call as a student can repeat it."""
    parts = [show(value) for value in args] + [f"{name}={show(value)}" for name, value in kwargs.items()]
    return f"{function}({', '.join(parts)})"


def _array(value: np.ndarray[Any, Any]) -> str:
    if value.size > SMALL:
        return f"<array of shape {value.shape}, {value.dtype}>"
    return show(value.tolist()) if value.ndim else show(value.item())


def _sequence(value: list[Any] | tuple[Any, ...]) -> str:
    if len(value) > SMALL:
        return f"<{type(value).__name__} of {len(value)} items>"
    inside = ", ".join(map(show, value))
    if isinstance(value, list):
        return f"[{inside}]"
    return f"({inside},)" if len(value) == 1 else f"({inside})"


def _cut(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[:most] + "..."


def copied(value: Any) -> Any:
    """A deep copy; for the plain values and arrays that nearly all arguments are, without deepcopy's bookkeeping."""
    kind = type(value)
    if kind in _UNCHANGING:
        return value
    if kind is np.ndarray and not value.dtype.hasobject:
        return value.copy(order="K")
    if kind in (list, tuple):
        return kind(map(copied, value))
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    return copy.deepcopy(value)


# -- unexpected ----------------------------------------------------------------------------------------------------

# Answers that are nothing: an empty array or nan where the call gives no reason for it.
#
# A property check says little about them. `np.all(p > 0)` holds for an array without entries, and no comparison with
# nan is true, so that `not np.any(p < 0)` holds for nan. So a result that is empty or nan fails a check that would
# pass, unless an argument of that call is empty (for nan: has nan or inf in it), or the check is marked
# `@pytest.mark.may_return("empty")` or `("nan")`. inf is a value: the cross entropy of a certain mistake.

EMPTY, NAN = "empty", "nan"
KINDS = frozenset({EMPTY, NAN})
_INF, _ARRAY = "inf", "empty array"


def unexpected(value: Any, arguments: Iterable[Any], may_return: frozenset[str] = frozenset()) -> str:
    """Say what is wrong with a result that is empty or nan without a reason; otherwise nothing."""
    found: set[str] = set()
    _look(value, found)
    empty = _name(value, found) if EMPTY not in may_return else ""
    nan = NAN in found and NAN not in may_return
    if not (empty or nan):
        return ""
    given: set[str] = set()
    for one in arguments:
        _look(one, given)
    if empty and not given & {EMPTY, _ARRAY}:
        return f"returned {empty} where values should be"
    if nan and not given & {NAN, _INF}:
        return "returned nan where numbers should be"
    return ""


def _name(value: Any, found: set[str]) -> str:
    """What is empty: the result itself, or an array anywhere in it. An empty list inside a list is a value."""
    if isinstance(value, (list, tuple, dict, str)) and not value:
        return f"an empty {'text' if isinstance(value, str) else type(value).__name__}"
    return "an empty array" if _ARRAY in found else ""


def _look(value: Any, found: set[str]) -> None:
    """Note what is empty, nan or inf in a value and in all that it holds."""
    if isinstance(value, (list, tuple, dict)):
        if not value:
            found.add(EMPTY)
        for item in value.values() if isinstance(value, dict) else value:
            if type(item) is not float or item - item != 0:  # a long list of plain numbers is soon seen through
                _look(item, found)
    elif isinstance(value, str):
        found.update(() if value else (EMPTY,))
    elif isinstance(value, np.ndarray) and not value.size:
        found.add(_ARRAY)
    elif is_inexact(value) and not np.isfinite(value).all():
        found.update({NAN} if np.isnan(value).any() else ())
        found.update({_INF} if np.isinf(value).any() else ())


def is_inexact(value: Any) -> bool:
    """Whether nan can be in it."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "fc"
    return isinstance(value, (float, complex))


# -- likeness ----------------------------------------------------------------------------------------------------

# How far rounding may take two processes apart: for each entry, and beside the largest entry of its array. The second
# is as small as it may be, because entries beside a large one tell misconceptions apart, too. Between kernels of a BLAS
# it is about 1e-16 for each step that a calculation goes on with.
RTOL, ATOL = 1e-6, 1e-12


def alike(a: Any, b: Any) -> bool:
    """Whether two values are the same up to rounding. Kind of container and precision do not matter, shape does.

    An array is compared on its own scale: a small entry beside a huge one is what rounding left of the huge one, and
    differs between two processes that do the same. The parts of a tuple are different things, each on its own scale.
    """
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if a is None or b is None or isinstance(a, (str, dict)) or isinstance(b, (str, dict)):
        return type(a) is type(b) and bool(a == b)
    if (isinstance(a, tuple) and len(a) == _length(b) > 0) or (isinstance(b, tuple) and len(b) == _length(a) > 0):
        return all(map(alike, a, b))
    try:
        x, y = np.asarray(a), np.asarray(b)
    except ValueError:  # ragged: entry by entry
        return _sequences(a, b) and len(a) == len(b) and all(map(alike, a, b))
    if x.shape != y.shape:
        return False
    if x.dtype.kind in "iufcb" and y.dtype.kind in "iufcb":
        kind = complex if "c" in (x.dtype.kind, y.dtype.kind) else float
        return _near(x.astype(kind), y.astype(kind))
    if x.ndim == 0 or x.dtype.kind not in "OU":
        return x.dtype.kind == y.dtype.kind and bool(np.all(x == y))
    return all(map(alike, list(a), list(b)))


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim) else 0


def _near(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays of one shape are the same up to rounding."""
    sizes = np.abs(np.concatenate([x.ravel(), y.ravel()]))
    scale = float(sizes.max(initial=1.0, where=np.isfinite(sizes)))
    return bool(np.allclose(x, y, rtol=RTOL, atol=ATOL * scale, equal_nan=True))


def _sequences(a: Any, b: Any) -> bool:
    return isinstance(a, (list, tuple)) and isinstance(b, (list, tuple))
