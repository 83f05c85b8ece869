"""Many short texts looked for at once in a long one, and texts squeezed to what no re-formatting changes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T", str, bytes)
V = TypeVar("V")
STEP, WINDOW = 8, 12
SHORTEST = STEP + WINDOW - 1  # of what can be looked for: one window of it begins at each step of the long text
_LOOSE = re.compile(r"[^!-~]|[\\'\"]")


class Index(Generic[T, V]):
    """Knows some texts by the windows at their beginning, and steps through a long text by whole steps."""

    def __init__(self, known: Mapping[T, V]) -> None:
        self._windows: dict[T, list[tuple[T, int]]] = {}
        self.known: dict[T, V] = {text: value for text, value in known.items() if len(text) >= SHORTEST}
        for text in self.known:
            for offset in range(STEP):
                self._windows.setdefault(text[offset : offset + WINDOW], []).append((text, offset))

    def find(self, within: T) -> Iterator[tuple[int, T, V]]:
        for at in range(0, len(within), STEP):
            for text, offset in self._windows.get(within[at : at + WINDOW], ()):
                if within.startswith(text, at - offset) and at >= offset:
                    yield at - offset, text, self.known[text]


class Squeezed(NamedTuple):
    """A text without blanks, quotes, backslashes and all that is not ASCII, and where its lines begin."""

    text: str
    starts: list[int]

    def line(self, at: int) -> int:
        return bisect_right(self.starts, at)


def squeeze(text: str) -> Squeezed:
    parts, starts, at = list[str](), list[int](), 0
    for line in text.split("\n"):
        parts.append(_LOOSE.sub("", line))
        starts.append(at)
        at += len(parts[-1])
    return Squeezed("".join(parts), starts)
