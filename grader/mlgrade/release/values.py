"""Numbers and arrays that are too odd to be in two places by chance."""

from __future__ import annotations

import ast
import math
import re
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

DIGITS = 6  # significant ones, from which a number is odd
LEAST = 24  # bytes of an array that are worth looking for
MOST = 64  # and as many as are looked at
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def key(value: float) -> str:
    """Numbers that agree in their first digits; the sign plays no part."""
    return f"{abs(value):.{DIGITS - 1}e}"


def numbers(text: str) -> Iterator[tuple[int, float, int]]:
    """Odd numbers of a text: where each is, what it is, and with how many digits it is written."""
    for found in _NUMBER.finditer(text):
        digits = len(found[0].lower().partition("e")[0].replace(".", "").strip("0"))
        if digits >= DIGITS and len(found[0]) <= 30:
            yield found.start(), float(found[0]), digits


def same(value: float, written: float, digits: int) -> bool:
    """Whether a number was written down with so many digits."""
    places = min(digits, 15) - 1
    return f"{abs(value):.{places}e}" == f"{written:.{places}e}"


def odd(value: object) -> bool:
    """Whether a number is nobody's but its author's: many digits, and no value of a formula that everybody knows."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    size = abs(float(value))
    return len(f"{size:.14e}".partition("e")[0].replace(".", "").rstrip("0")) >= DIGITS and key(size) not in _KNOWN


def _known() -> Iterator[float]:
    for n in range(1, 21):
        yield from (math.sqrt(n), 1 / math.sqrt(n), math.exp(n), math.exp(-n), math.log(n), math.log2(n), math.log10(n))
        yield from (n * math.pi, math.pi / n, 1 / (1 + math.exp(n)), 1 / (1 + math.exp(-n)), math.tanh(n), 2.0**n)
        yield from (n / m for m in range(1, 21))
    yield from (2.0**n for n in range(20, 65))
    yield from (2.0**n - 1 for n in range(8, 65))


_KNOWN = {key(value) for value in _known()}


def literal(node: ast.AST) -> Any:
    """What a list, tuple or dict of constants in a source holds, or None."""
    if not isinstance(node, (ast.List, ast.Tuple, ast.Dict)):
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def irregular(value: Any) -> bool:
    """Whether numbers are more than a row of equal steps, such as everybody writes down to try something."""
    flat = _flat(value)
    if flat is None or flat.size < 3:
        return False
    return np.unique(flat).size >= 3 and not np.allclose(flat, np.linspace(flat[0], flat[-1], flat.size))


def raw(value: Any) -> Iterator[bytes]:
    """The bytes that numbers have in memory, in .npy files and in pickles."""
    flat = _flat(value)
    if flat is None or not irregular(value):
        return
    kinds = ("<f8", "<f4", "<i8") if np.all(flat == np.round(flat)) and np.all(np.abs(flat) < 2**31) else ("<f8", "<f4")
    forms = [flat.astype(kind).tobytes() for kind in kinds]
    forms.append(b"".join(b"G" + struct.pack(">d", one) for one in flat[:16].tolist()))  # a pickled list of floats
    yield from (form[:MOST] for form in forms if len(form) >= LEAST)


def _flat(value: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    flat = array.astype(np.float64).ravel() if array.dtype.kind in "iuf" else np.empty(0)
    return flat if flat.size and np.all(np.isfinite(flat)) else None
