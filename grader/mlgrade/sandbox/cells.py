"""A notebook's cells as Jupyter runs them: what of a cell is Python, and what stands in for what only Jupyter has.

A cell that parses is Python, whatever it looks like. Of any other one, the lines that only IPython understands become
`pass`, so that every line keeps its number. What such a line would have done is not done.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
_OF_PYTHON = {"time", "capture", "prun", "check"}  # cell magics that run the rest of the cell as it stands


def texts(source: bytes, firsts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Each cell of a joined notebook as it was written, with its first line."""
    rows = source.decode("utf-8", "replace").split("\n")
    for first, following in pairwise([*firsts, len(rows) + 1]):
        yield first, "\n".join(rows[first - 1 : following - 1])


def python(source: bytes, firsts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Each cell with its first line, as Python that has its lines where they are in the whole."""
    for first, text in texts(source, firsts):
        yield first, "\n" * (first - 1) + (text if _parses(text) else without_magics(text))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# -- what only IPython understands ----------------------------------------------------------------------------

_MAGIC = re.compile(r"%%?[A-Za-z_]|!(?!=)|\?{1,2} *[%A-Za-z_]|(?:pip|conda|mamba) +install\b")
_ASSIGNED = re.compile(r"[\w.,\[\] ]+= *(?:%[A-Za-z_]|!(?!=))")
_HELP = re.compile(r"%{0,2}[A-Za-z_*][\w.*\[\]]*\?{1,2} *;? *(?:#.*)?$")
_TOKEN = re.compile(
    r'"""|\'\'\'|"(?:\\.|[^"\\])*(?:"|\\?$)|\'(?:\\.|[^\'\\])*(?:\'|\\?$)'  # strings, closed or not
    r"|#.*|[(\[{]|[)\]}]|\\$"
)
_CLOSED = {quote: re.compile(rf"(?:\\.|[^\\])*?{quote}") for quote in ('"""', "'''")}


def without_magics(text: str) -> str:
    """The same number of lines without magics, shell commands and questions. Reads it by eye, and parses nothing."""
    rows = _dedented(text.split("\n"))
    head = re.match(r"\s*%%(\w+)", text)
    if head and head[1] not in _OF_PYTHON:
        return "\n" * (len(rows) - 1)
    return "\n".join(_plain(rows))


def _plain(rows: Sequence[str]) -> Iterator[str]:
    reader, ours = _CellReader(), True
    before = ""
    for row in rows:
        continued = not ours and before.endswith("\\")
        ours = not continued and not (reader.at_statement and _is_magic(row.strip()))
        if ours:
            reader.read(row)
        before = row
        indent = row[: len(row) - len(row.lstrip())]
        yield row if ours else "" if continued else f"{indent}pass"


def _is_magic(row: str) -> bool:
    return any(kind.match(row) for kind in (_MAGIC, _ASSIGNED, _HELP))


def _dedented(rows: Sequence[str]) -> list[str]:
    """A cell may be indented as a whole, as it was where it was copied from."""
    first = next((row for row in rows if row.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [row.removeprefix(indent) for row in rows]


class _CellReader:
    """Knows of each line whether a statement begins there: not inside brackets, a string, or after a backslash."""

    def __init__(self) -> None:
        self._quote, self._depth, self._continued = "", 0, False

    @property
    def at_statement(self) -> bool:
        return not (self._quote or self._depth or self._continued)

    def read(self, row: str) -> None:
        self._continued, at = False, 0
        while found := (_CLOSED[self._quote].match(row, at) if self._quote else _TOKEN.search(row, at)):
            at = found.end()
            self._see(found[0])

    def _see(self, part: str) -> None:
        if self._quote:
            self._quote = ""
        elif part in _CLOSED:
            self._quote = part
        elif part in "([{":
            self._depth += 1
        elif part in ")]}":
            self._depth = max(0, self._depth - 1)
        else:
            self._continued = part.endswith("\\") and not part.startswith("#")


# -- what only Jupyter has ------------------------------------------------------------------------------------


def furnish() -> dict[str, ModuleType]:
    """Give a notebook the names that Jupyter has without an import, and return modules that it may import besides."""
    vars(builtins).update(display=_display, get_ipython=_Shell)
    return _checking()


def _display(*values: object, **_: object) -> None:
    for value in values:
        print(repr(value))  # noqa: T201  (what it is for)


class _Shell:
    """Takes every request of `get_ipython().something(...)`, and does nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return _nothing


def _nothing(*_: Any, **__: Any) -> None:
    """A check inside of a check, or a request to a shell that is not there."""


def _checking() -> dict[str, ModuleType]:
    """A cell that checks the notebook is no answer, and no mistake either."""
    package, notebook = ModuleType("mlgrade"), ModuleType("mlgrade.notebook")
    vars(notebook).update(check=_nothing)
    vars(package).update(notebook=notebook, check=_nothing)
    return {"mlgrade": package, "mlgrade.notebook": notebook}
