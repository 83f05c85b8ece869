"""Which item of a template is which column of ours.

In this order: what `--map` says; the LMS's id that staff gave a column; the exact title, or the exact heading. An item
is never guessed by a likeness.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Column
from mlgrade.lms.exports.model import Export, Summary
from mlgrade.tables import numbers
from mlgrade.text import one_line


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a template for scores. `points` is what the LMS counts the item out of, where its file says so."""

    index: int
    heading: str
    title: str
    short: str = ""  # a title without what the LMS puts before it ("Assignment: ")
    id: str = ""
    points: Fraction | None = None
    points_at: int | None = None  # a cell of each row that holds the points instead
    comment_at: int | None = None

    def named(self, name: str) -> bool:
        return name in {self.heading, self.title, self.short, self.id} - {""}


class Item(msgspec.Struct, frozen=True):
    slot: Slot
    column: Column


def match(slots: Sequence[Slot], export: Export, file: str, summary: Summary) -> list[Item]:
    mapped = dict(_mapped(slots, export, file))
    taken = [slot.index for slot in mapped.values()]
    items = []
    for column in export.columns:
        free = [slot for slot in slots if slot.index not in taken]
        slot = mapped.get(column.id) or _found(column, free, summary)
        if slot is None:
            summary.unmatched.append(one_line(column.title))
        else:
            items.append(Item(slot, column))
            taken.append(slot.index)
    if not items:
        raise UsageError(_none(slots, export, file))
    _tell(items, summary)
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


def _tell(items: Sequence[Item], summary: Summary) -> None:
    for slot, column in ((item.slot, item.column) for item in items):
        if column.key == slot.id != "" and column.title != slot.title:
            summary.warn(f'{column.title}: the LMS calls it "{slot.title}" now')
        if slot.points is not None and slot.points == 0:
            summary.warn(f"{slot.title}: is out of 0 in the LMS; scores are written in our points")
        elif slot.points is not None and slot.points != Fraction(repr(float(column.points))):
            ours, theirs = numbers.digits(column.points), numbers.two_decimals(slot.points).text
            summary.warn(f"{slot.title}: out of {theirs} in the LMS and {ours} here; scores are scaled to {theirs}")


def _none(slots: Sequence[Slot], export: Export, file: str) -> str:
    wanted = _list([column.title for column in export.columns])
    return f'{file}: no item is called {wanted}; {_have([slot.title for slot in slots])}. Use --map "ITEM=COLUMN"'


def _have(titles: Sequence[str]) -> str:
    return f"it has {_list(titles)}" if titles else "it has no item to fill: is it the right export?"


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{one_line(name)}"' for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
