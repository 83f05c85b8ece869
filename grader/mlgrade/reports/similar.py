"""Pairs of similar files on a terminal, passages side by side; or as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import chop_cells, set_cell_size
from rich.console import Console
from rich.text import Text

from mlgrade.reports.style import say
from mlgrade.similarity.model import Compared, Excerpt, Pair, Passage, Similarity
from mlgrade.tables import guard
from mlgrade.text import plural

COLUMNS = ("concept", "score", "shared", "of", "symbols", "left", "right", "left_file", "right_file")
BESIDE = 60  # columns of a terminal, from which two passages stand beside each other


def render(console: Console, found: Similarity, most: int) -> None:
    """Print the pairs of similar submissions."""
    say(console, found.about)
    for concept in found.concepts:
        console.print()
        say(console, Text(_heading(concept, found.at_least), style="bold"))
        pairs = [pair for pair in found.pairs if pair.concept == concept.concept]
        for pair in pairs[:most]:
            _pair(console, pair)
        if len(pairs) > most:
            say(console, f"... and {len(pairs) - most} more pairs (--most, --csv, --json)", indent=2)
    console.print()
    for note in found.notes:
        say(console, note, hang=2)
    say(console, Text(_sum(found), style="bold"))


def as_csv(found: Similarity) -> bytes:
    """RFC 4180 in UTF-8. A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    table.writerows([_cell(getattr(pair, column)) for column in COLUMNS] for pair in found.pairs)
    return text.getvalue().encode()


def beside(left: str, right: str, width: int) -> Iterator[str]:
    """Two texts next to each other; what is too long for its column goes on below itself."""
    column = (width - 3) // 2
    for one, other in zip_longest(left.split("\n"), right.split("\n"), fillvalue=""):
        pieces = (chop_cells(text, column) or [""] for text in (one, other))  # a blank line has no piece
        for here, there in zip_longest(*pieces, fillvalue=""):
            yield f"{set_cell_size(here, column)} | {there}".rstrip()


def _heading(one: Compared, at_least: int) -> str:
    listed = f"{one.listed} pair{'' if one.listed == 1 else 's'} with a score from {at_least}" if one.listed else "none"
    files = f"{one.files} file{'' if one.files == 1 else 's'}"
    return f"{one.concept}: {files}; {listed}; ordinary for this class is up to {one.ordinary}"


def _pair(console: Console, pair: Pair) -> None:
    console.print()
    what = f"{pair.shared} of {pair.of} particular fingerprints, {pair.symbols} symbols"
    say(console, f"{pair.score:>3}  {pair.left} and {pair.right}  ({what})", indent=2, hang=5)
    for passage in pair.passages:
        _passage(console, passage)


def _passage(console: Console, passage: Passage) -> None:
    heads = (_place(passage.left), _place(passage.right))
    if console.width < BESIDE:
        for head, excerpt in zip(heads, (passage.left, passage.right), strict=True):
            say(console, f"{head}\n{excerpt.text}", indent=4)
        return
    rows = beside(f"{heads[0]}\n{passage.left.text}", f"{heads[1]}\n{passage.right.text}", console.width - 5)
    for row in rows:
        console.print(f"    {row}", soft_wrap=True)


def _place(excerpt: Excerpt) -> str:
    lines = excerpt.last - excerpt.first + 1
    return f"{excerpt.place} ({plural(lines, 'line')})"


def _sum(found: Similarity) -> str:
    files, pairs = sum(one.files for one in found.concepts), len(found.pairs)
    return f"{files} files compared, {plural(pairs, 'pair')} to look at."


def _cell(value: str | int) -> str | int:
    return guard(value) if isinstance(value, str) else value
