"""Which cells a notebook has, told from what was run in its kernel. Pure, and never Python's parser.

A cell stands where it was first run and counts by what it was last: so an answer that is fixed and run again stays
above the cells that use it, as it does on the page. Where the front end names its cells this is exact. Where it does
not, and for what was run before anybody listened, two inputs are one cell if they define the same names or are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Input = tuple[int, str]  # the number in the brackets beside a cell, and its text


def cells(inputs: Iterable[Input], names: Mapping[int, str]) -> list[Input]:
    """The last run of each cell, in the order of the first ones. `names` are the front end's own, by number."""
    found: list[Input] = []
    owners: list[str] = []
    place: dict[str, int] = {}
    for number, text in inputs:
        name, like = names.get(number, ""), _like(text)
        at = place.get(f"name {name}") if name else None
        if at is None and like in place and not (name and owners[place[like]]):
            at = place[like]
        if at is None:
            at = len(found)
            found.append((number, text))
            owners.append(name)
        found[at], owners[at] = (number, text), name or owners[at]
        place |= {like: at, f"name {name}": at} if name else {like: at}
    return found


def _like(text: str) -> str:
    """What the runs of one cell have in common: the names it defines, as far as they can be seen, else its text."""
    defined = re.findall(r"^[ \t]*(?:async +)?(?:def|class) +(\w+)", text, re.MULTILINE)
    return f"defines {' '.join(defined)}" if defined else f"text {text.strip()}"
