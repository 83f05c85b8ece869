"""Where in a student's file something is said to be: `exercises/softmax.py:4:24: expected ':'`."""

from __future__ import annotations

import re
from typing import NamedTuple


class SourcePlace(NamedTuple):
    """A line of a file, and a column where one is known; both from 1, or 0 for none."""

    line: int = 0
    column: int = 0


def find(text: str, file: str) -> SourcePlace:
    """The place that a message names: at the start of a line if there is one, because elsewhere it may be quoted."""
    for before in ("^", r"(?<=[\s(])"):
        if found := re.search(rf"{before}{re.escape(file)}:([1-9]\d{{0,6}})(?::(\d{{1,5}}))?: ", text, re.MULTILINE):
            return SourcePlace(int(found[1]), int(found[2] or 0))
    return SourcePlace()
