"""Values and calls as a student can read them, and copy them."""

from __future__ import annotations

import copy
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
