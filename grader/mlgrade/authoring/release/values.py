"""Numbers and arrays that are too odd to be in two places by chance."""

from __future__ import annotations

import ast
import math
import re
import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

DIGITS = 6  # significant ones, from which a number is odd
LEAST = 24  # bytes of an array that are worth looking for
MOST = 64  # and as many as are looked at
MOST_NUMBERS = 500_000  # of one text
_NUMBER = re.compile(r"(?<![\w.])(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d\d?)?(?!\w)")


def key(value: float) -> str:
    """Numbers that agree in their first digits; the sign plays no part."""
    return f"{abs(value):.{DIGITS - 1}e}"


class Said(NamedTuple):
    """A number as a text has it, without its sign: rounded, perhaps, by up to half of its last digit."""

    start: int
    number: float
    written: int  # digits
    half: float
    digits: int  # that say something: without zeros at the end

    def means(self, value: float) -> bool:
        return abs(self.number - abs(value)) <= self.half + 1e-14 * self.number


def numbers(text: str) -> list[Said]:
    found = islice(_NUMBER.finditer(text), MOST_NUMBERS)
    return [_said(one.start(), one[0].replace("_", "").lower()) for one in found]


def _said(start: int, text: str) -> Said:
    mantissa, _, exponent = text.partition("e")
    written = mantissa.replace(".", "").lstrip("0")
    half = 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return Said(start, float(text), len(written), half, len(written.rstrip("0")))


def odd(value: object) -> bool:
    """Whether a number is nobody's but its author's: many digits, and no value of a formula that everybody knows."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return False
    size = abs(float(value))
    return digits(size) >= DIGITS and key(size) not in _KNOWN


def digits(value: float) -> int:
    """How many it takes to write a number down."""
    return len(f"{value:.14e}".partition("e")[0].replace(".", "").rstrip("0"))


def _known() -> Iterator[float]:
    for n in range(1, 21):
        yield from (math.sqrt(n), 1 / math.sqrt(n), math.exp(n), math.exp(-n), math.log(n), math.log2(n), math.log10(n))
        yield from (n * math.pi, math.pi / n, 1 / (1 + math.exp(n)), 1 / (1 + math.exp(-n)), math.tanh(n), 2.0**n)
        yield from (n / m for m in range(1, 21))
    yield from (2.0**n for n in range(20, 65))
    yield from (2.0**n - 1 for n in range(8, 65))


_KNOWN = {key(value) for value in _known()}


def literal(node: ast.List | ast.Tuple) -> Any:
    """What a list or tuple of constants in a source holds, or None."""
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
    whole = np.all(flat == np.round(flat)) and np.all(np.abs(flat) < 2**31)
    kinds = ("<f8", ">f8", "<f4", *(("<i8",) if whole else ()))
    columns = np.asarray(value, dtype=float).ravel("F")
    forms = [one.astype(kind).tobytes() for one in (flat, columns) for kind in kinds]
    forms.append(b"".join(b"G" + struct.pack(">d", one) for one in flat[:16].tolist()))  # a pickled list of floats
    yield from (form[:MOST] for form in forms if len(form) >= LEAST)


def _flat(value: Any) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    flat = array.astype(np.float64).ravel() if array.dtype.kind in "iuf" else np.empty(0)
    return flat if flat.size and np.all(np.isfinite(flat)) else None
