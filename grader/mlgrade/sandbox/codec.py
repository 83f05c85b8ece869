"""The codec of values: plain data to nodes and raw bytes, and back. Never pickle, no attribute by name.

A value is encoded as a node: None, bool, int, float and str stand for themselves; a list led by a tag is
`["l", *items]` list, `["t", *items]` tuple, `["d", k, v, ...]` dict, `["c", re, im]` complex,
`["a", dtype, shape]` array, `["s", dtype]` numpy scalar, `["f", n]` the n-th callable of the call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlgrade.errors import ProtocolError
from mlgrade.sandbox.protocol import Node, UnsendableError

DEPTH = 32
DTYPES = {kind: np.dtype(kind) for kind in (
    "|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16",
)}  # fmt: skip
MOST_TEXT = 4 * 1024 * 1024  # characters of the longest text times the number of items beside it
MOST_EMPTY = 1024 * 1024  # entries that an empty array would have if its axes of length 0 had length 1
MOST_KEYS = 5_000  # of a dict that are not strings: numbers can be chosen to collide, and n of them cost n * n steps


class Unfolded:
    """Bound what a suite's next step makes of plain data.

    numpy gives every text of a list the room of the longest. A callback may repeat a list by the thousand: `most`
    bounds the items of all lists together.
    """

    def __init__(self, error: type[Exception], most: int | None = None) -> None:
        self._error, self._most, self._longest, self._items = error, most, 0, 1

    def text(self, text: str) -> str:
        """Count a text, and return it."""
        self._longest = max(self._longest, len(text))
        self._check()
        return text

    def items(self, count: int) -> None:
        """Count items."""
        self._items += count
        if self._most is not None and self._items > self._most:
            raise self._error(f"lists of more than {self._most} items")
        self._check()

    def _check(self) -> None:
        if self._longest * self._items > MOST_TEXT:
            raise self._error("a list with a text in it that is far too long")


class Writer:
    """Turns values into nodes; collects the raw bytes of arrays in `blob` and the callables in `callables`."""

    def __init__(self, most: int, *, callables: bool = False, items: int | None = None) -> None:
        self.blob = bytearray()
        self.callables: list[Callable[..., Any]] = []
        self._most = most
        self._allow_callables = callables
        self._unfolded = Unfolded(UnsendableError, items)

    def node(self, value: object, depth: int = DEPTH) -> Node:
        """Encode a value. Raises TypeError for what cannot cross."""
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is float:
            return value
        if isinstance(value, np.ndarray):
            return self._array(value)
        if depth == 0:
            raise UnsendableError("a value nested too deeply")
        return self._compound(value, depth - 1)

    def _compound(self, value: object, depth: int) -> Node:
        if isinstance(value, np.generic):
            return self._scalar(value)
        if isinstance(value, str):
            return self._unfolded.text(_text(value))
        if isinstance(value, int):
            return _whole(int.__pos__(value))  # the value itself, whatever a subclass of a student's says it is
        if isinstance(value, float):
            return float.__pos__(value)
        if isinstance(value, complex):
            return ["c", value.real, value.imag]
        if isinstance(value, (list, tuple)):
            tag = "l" if isinstance(value, list) else "t"
            self._unfolded.items(len(value))
            return [tag, *(self.node(item, depth) for item in value)]
        if isinstance(value, dict):
            if sum(not isinstance(key, str) for key in value) > MOST_KEYS:
                raise UnsendableError(f"a dict of more than {MOST_KEYS} keys that are not strings")
            return ["d", *(part for pair in value.items() for part in self._pair(*pair, depth))]
        return self._callable(value)

    def _pair(self, key: object, value: object, depth: int) -> tuple[Node, Node]:
        if isinstance(key, np.generic):
            key = key.item()  # labels from np.unique
        if not isinstance(key, (str, int, float, type(None))):
            raise UnsendableError(f"a dict with a key that is {_describe(key)}")
        return self.node(key, depth), self.node(value, depth)

    def _callable(self, value: object) -> Node:
        if self._allow_callables and callable(value):
            self.callables.append(value)
            return ["f", len(self.callables) - 1]
        raise UnsendableError(_describe(value))

    def _array(self, value: np.ndarray[Any, Any]) -> Node:
        plain = np.asarray(value)
        self._raw(plain)
        return ["a", self._dtype(plain), list(plain.shape)]

    def _scalar(self, value: np.generic) -> Node:
        plain = np.asarray(value)
        if plain.dtype.kind == "U":
            return self._unfolded.text(_text(str(value)))
        self._raw(plain)
        return ["s", self._dtype(plain)]

    def _dtype(self, array: np.ndarray[Any, Any]) -> str:
        if array.dtype.kind not in "biufc":
            raise UnsendableError(f"an array of dtype {str(array.dtype)[:60]}")
        kind: str = array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str
        return kind

    def _raw(self, array: np.ndarray[Any, Any]) -> None:
        kind = self._dtype(array)
        if kind not in DTYPES:
            raise UnsendableError(f"an array of dtype {array.dtype}")
        if len(self.blob) + array.nbytes > self._most or not _is_modest(array.shape):
            raise UnsendableError(f"an array of shape {array.shape}, which is too large")
        self.blob += array.astype(DTYPES[kind], copy=False).tobytes()


def _text(value: str) -> str:
    text = str.__str__(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnsendableError("a text with half a character in it") from None
    return text


def _whole(value: int) -> int:
    if not -(2**63) <= value < 2**64:
        raise UnsendableError("a whole number of more than 64 bits")
    return value


_SHOWN = {"generator": "a generator", "function": "a function", "set": "a set", "type": "a class"}


def _describe(value: object) -> str:
    name = type(value).__name__[:60]
    return _SHOWN.get(name, f'an object of type "{name}"')


class Reader:
    """Turns nodes back into values. Each array is a fresh, writable copy of its part of the blob."""

    def __init__(
        self, blob: bytes, callable_at: Callable[[int], Any] | None = None, *, items: int | None = None, at: int = 0
    ) -> None:
        self._blob = blob
        self._at = at
        self._callable_at = callable_at
        self._unfolded = Unfolded(ProtocolError, items)

    def value(self, node: Node, depth: int = DEPTH) -> Any:
        """Decode a node. Raises ProtocolError for anything that a Writer would not write."""
        if isinstance(node, str):
            return self._unfolded.text(node)
        if not isinstance(node, list):
            return _scalar(node)
        if depth == 0 or not node:
            raise ProtocolError("a value that is empty or nested too deeply")
        tag, *rest = node
        read = _READERS.get(tag) if isinstance(tag, str) else None
        if read is None:
            raise ProtocolError("a value of unknown kind")
        return read(self, rest, depth - 1)

    def done(self) -> None:
        """Raise ProtocolError if bytes are left over."""
        if self._at != len(self._blob):
            raise ProtocolError("bytes that no array accounts for")

    def _list(self, rest: list[Node], depth: int) -> list[Any]:
        self._unfolded.items(len(rest))
        return [self.value(item, depth) for item in rest]

    def _tuple(self, rest: list[Node], depth: int) -> tuple[Any, ...]:
        return tuple(self._list(rest, depth))

    def _dict(self, rest: list[Node], depth: int) -> dict[Any, Any]:
        keys = rest[::2]
        if len(rest) % 2 or any(isinstance(key, list) for key in keys):
            raise ProtocolError("a dict that is none")
        if len(keys) > MOST_KEYS and sum(not isinstance(key, str) for key in keys) > MOST_KEYS:
            raise ProtocolError("a dict of too many keys that are not strings")
        values = self._list(rest, depth)
        return dict(zip(values[::2], values[1::2], strict=True))

    def _complex(self, rest: list[Node], _depth: int) -> complex:
        if len(rest) != 2 or not all(type(part) is float for part in rest):
            raise ProtocolError("a complex number that is none")
        return complex(*rest)

    def _array(self, rest: list[Node], _depth: int) -> Any:
        if len(rest) != 2:
            raise ProtocolError("an array without a shape")
        dtype, shape = _dtype(rest[0]), _shape(rest[1])
        flat = self._numbers(dtype, math.prod(shape))
        try:
            return flat.reshape(shape)
        except ValueError:
            raise ProtocolError("an array of impossible shape") from None

    def _generic(self, rest: list[Node], _depth: int) -> Any:
        if len(rest) != 1:
            raise ProtocolError("a number without a dtype")
        return self._numbers(_dtype(rest[0]), 1)[0]

    def _function(self, rest: list[Node], _depth: int) -> Any:
        if self._callable_at is None or len(rest) != 1 or type(rest[0]) is not int:
            raise ProtocolError("a function where none can be")
        return self._callable_at(rest[0])

    def _numbers(self, dtype: np.dtype[Any], count: int) -> np.ndarray[Any, Any]:
        end = self._at + dtype.itemsize * count
        if end > len(self._blob):
            raise ProtocolError("an array larger than its bytes")
        raw, self._at = self._blob[self._at : end], end
        if dtype.kind == "b":  # a byte that is neither 0 nor 1 would make a bool that is neither True nor False
            return np.asarray(np.frombuffer(raw, np.uint8) != 0)
        return np.frombuffer(raw, dtype).copy()


_READERS: dict[str, Callable[[Reader, list[Node], int], Any]] = {
    "l": Reader._list,  # noqa: SLF001  (a table of the class's own methods)
    "t": Reader._tuple,  # noqa: SLF001
    "d": Reader._dict,  # noqa: SLF001
    "c": Reader._complex,  # noqa: SLF001
    "a": Reader._array,  # noqa: SLF001
    "s": Reader._generic,  # noqa: SLF001
    "f": Reader._function,  # noqa: SLF001
}


def _scalar(node: Node) -> Any:
    if node is None or isinstance(node, (bool, int, float)):
        return node
    raise ProtocolError(f"a value of type {type(node).__name__}")


def _dtype(node: Node) -> np.dtype[Any]:
    if not isinstance(node, str) or node not in DTYPES:
        raise ProtocolError("an array of a dtype that is not on the list")
    return DTYPES[node]


def _shape(node: Node) -> tuple[int, ...]:
    if not isinstance(node, list) or len(node) > 16:
        raise ProtocolError("an array without a shape")
    if not all(type(size) is int and 0 <= size < 2**31 for size in node) or not _is_modest(node):
        raise ProtocolError("an array of impossible shape")
    return tuple(node)


def _is_modest(shape: Sequence[int]) -> bool:
    """Whether an empty array stays small when a suite sums over its axis of length 0, or joins something to it."""
    return 0 not in shape or math.prod(max(1, size) for size in shape) <= MOST_EMPTY
