"""Match a template with the gradebook: its items with our columns, and its rows with our students.

An item is matched by `--map`, else by the LMS's id that staff gave a column, else by the exact title or heading. A row
is matched by ids. Nothing is guessed by similarity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import msgspec

from mlgrade import tables
from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Column, Person, Row
from mlgrade.lms.exports.model import Export, Summary
from mlgrade.text import one_line

_IDS = ("lms_id", "sis_id", "login", "email")


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a template for scores. `points` is the maximum in the LMS, where its file has it."""

    index: int
    heading: str
    title: str
    short: str = ""  # a title without what the LMS puts before it ("Assignment: ")
    id: str = ""
    points: Fraction | None = None
    points_at: int | None = None  # a cell of each row that holds the points instead
    comment_at: int | None = None

    def named(self, name: str) -> bool:
        """Return whether `--map` may call it so."""
        return name in {self.heading, self.title, self.short, self.id} - {""}


class FilledItem(msgspec.Struct, frozen=True):
    """A place in a template with the column that fills it."""

    slot: Slot
    column: Column


def match(slots: Sequence[Slot], export: Export, file: str, summary: Summary) -> list[FilledItem]:
    """Match the columns of an export with the items of a template. Raise UsageError if none fits."""
    mapped = dict(_mapped(slots, export, file))
    taken = [slot.index for slot in mapped.values()]
    items = []
    for column in export.columns:
        free = [slot for slot in slots if slot.index not in taken]
        slot = mapped.get(column.id) or _found(column, free, summary)
        if slot is None:
            summary.unmatched.append(one_line(column.title))
        else:
            items.append(FilledItem(slot, column))
            taken.append(slot.index)
    if not items:
        raise UsageError(_none(slots, export, file))
    _warn(items, summary)
    return items


def _mapped(slots: Sequence[Slot], export: Export, file: str) -> list[tuple[str, Slot]]:
    ids = [column.id for column in export.columns]
    found = []
    for name, column in export.map.items():
        if column not in ids:
            raise UsageError(f'--map: no column "{one_line(column)}"{closest(column, ids)}; there are {_list(ids)}')
        fitting = [slot for slot in slots if slot.named(name)]
        if len(fitting) != 1:
            titles = [slot.title for slot in slots]
            fault = "no item" if not fitting else "more than one item"
            raise UsageError(f'--map: {file} has {fault} "{one_line(name)}"{closest(name, titles)}; {_have(titles)}')
        found.append((column, fitting[0]))
    if len(dict(found)) < len(found) or len({slot.index for _, slot in found}) < len(found):
        raise UsageError("--map: an item or a column is named twice")
    return found


def _found(column: Column, slots: Sequence[Slot], summary: Summary) -> Slot | None:
    by_key = [slot for slot in slots if column.key and slot.id == column.key]
    by_title = [slot for slot in slots if column.title in {slot.title, slot.heading}]
    fitting = by_key or by_title or [slot for slot in slots if slot.short == column.title]
    if len(fitting) > 1:
        summary.warn(f'{column.title}: {len(fitting)} items have this title; say which with --map "ID={column.id}"')
        return None
    return fitting[0] if fitting else None


def _warn(items: Sequence[FilledItem], summary: Summary) -> None:
    for slot, column in ((item.slot, item.column) for item in items):
        if column.key == slot.id != "" and column.title != slot.title:
            summary.warn(f'{column.title}: the LMS calls it "{slot.title}" now')
        if slot.points is not None and slot.points == 0:
            summary.warn(f"{slot.title}: is out of 0 in the LMS; scores are written in our points")
        elif slot.points is not None and slot.points != Fraction(repr(float(column.points))):
            ours, theirs = tables.digits(column.points), tables.two_decimals(slot.points).text
            summary.warn(f"{slot.title}: out of {theirs} in the LMS and {ours} here; scores are scaled to {theirs}")


def _none(slots: Sequence[Slot], export: Export, file: str) -> str:
    wanted = _list([column.title for column in export.columns])
    return f'{file}: no item is called {wanted}; {_have([slot.title for slot in slots])}. Use --map "ITEM=COLUMN"'


def _have(titles: Sequence[str]) -> str:
    return f"it has {_list(titles)}" if titles else "it has no item to fill: is it the right export?"


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{one_line(name)}"' for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


# -- rows -------------------------------------------------------------------------------------------------------


class Id(NamedTuple):
    """An id in a row of a template, with the field of `Person` that it is compared with."""

    field: str
    text: str


class RowMatch(NamedTuple):
    """The row that was found, or why none can be taken."""

    row: Row | None
    problem: str = ""


class RowIndex:
    """Find the rows of an export by the ids of their people. An id that two people share finds no row."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = list(rows)
        self._found: set[int] = set()
        self._numbers: dict[Id, int | None] = {}
        for number, row in enumerate(self._rows):
            for one in _ids(row.person):
                self._numbers[one] = None if one in self._numbers else number

    def find(self, ids: Sequence[Id]) -> RowMatch:
        """Return the one row that these ids belong to. Ids of different people are a problem."""
        tables = {self._numbers[one] for one in ids if one in self._numbers}
        if None in tables:
            return RowMatch(None, "two students of the gradebook share an id of this row")
        if len(tables) > 1:
            return RowMatch(None, "its ids belong to different students of the gradebook")
        if (number := next(iter(tables), None)) is None:
            return RowMatch(None)
        if number in self._found:
            return RowMatch(None, "the student of an earlier row again")
        self._found.add(number)
        return RowMatch(self._rows[number])

    def unfound(self) -> Iterator[Row]:
        """Yield the rows that were not found."""
        return (row for number, row in enumerate(self._rows) if number not in self._found)


def _ids(person: Person) -> list[Id]:
    return [Id(field, text) for field in _IDS if (text := getattr(person, field).strip())]
