"""Fill the export of an LMS. Its cells, quotes, line ends and order stay unchanged; only scores are new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import msgspec

from mlgrade import tables
from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Mark, Row
from mlgrade.lms.exports.cells import BLANK, Words, label, say
from mlgrade.lms.exports.items import FilledItem, Id, RowIndex, RowMatch, Slot, match
from mlgrade.lms.exports.model import Export, Summary
from mlgrade.tables import Table, TableRecord, fit, open_table

Texts = Sequence[str]


class TemplateLayout(msgspec.Struct, frozen=True, kw_only=True):
    """How a template of one format is read."""

    slots: Sequence[Slot]
    ids: Callable[[Texts], list[Id]]  # the ids in a row
    name: Callable[[Texts], str]
    no_student: Callable[[Texts], bool] = lambda texts: False  # noqa: ARG005  (rows that are no student: they stay unchanged)
    outsider: Callable[[Texts], bool] = lambda texts: False  # noqa: ARG005  (the test student of the LMS: stays unchanged)
    locked: Callable[[Texts], str] = lambda texts: ""  # noqa: ARG005  (the reason why a row may not be changed)
    keep: Callable[[int, Sequence[int]], bool] = lambda index, filled: True  # noqa: ARG005  (columns that are written)
    only_filled: bool = False  # whether a row without a new score is left out
    tail: tuple[str, str] = ("", "")  # heading and cells of a last column that the LMS needs and the file does not have
    blank: str = BLANK  # how "no score" is written
    words: Words = Words()
    comment: Callable[[str], str] = str
    text: Callable[[str], str] = str  # the content of a cell, without what protects it from spreadsheets


def read(export: Export, codecs: Sequence[str] = ("utf-8",)) -> Table:
    """Read the template as a table. Raise UsageError for an encoding that the LMS does not accept."""
    assert export.template is not None  # noqa: S101  (checked by Format)
    table = open_table(export.template)
    if table.source.codec not in codecs:
        raise UsageError(f"{table.name}: is UTF-16, which the LMS does not take back; use the file as it came from it")
    return table


def header(table: Table) -> tuple[TableRecord, Iterator[TableRecord]]:
    """Return the first record and an iterator over the others."""
    records = table.records()
    first = next(records, None)
    if first is None or first.blank:
        raise UsageError(f"{table.name}: line 1: the header is missing")
    return first, records


def fill(table: Table, layout: TemplateLayout, export: Export, to: BinaryIO, summary: Summary) -> None:
    """Write the template with the scores of an export."""
    filling = _Filling(table, layout, export, summary)
    to.write(table.source.encode(table.source.mark))
    to.writelines(map(table.source.encode, filling.lines()))
    filling.finish()


class _Filling:
    def __init__(self, table: Table, layout: TemplateLayout, export: Export, summary: Summary) -> None:
        self._table, self._layout, self._summary, self._clear = table, layout, summary, export.clear
        self._items = items = match(layout.slots, export, table.name, summary)
        self._index = RowIndex(export.rows)
        self._filled = [
            index for item in items for index in (item.slot.index, item.slot.comment_at) if index is not None
        ]
        self._students = self._matched = 0

    def lines(self) -> Iterator[str]:
        first, records = header(self._table)
        heads, (heading, tail) = first.texts, self._layout.tail
        self._warn_of_formulas(heads, 1)
        yield self._line(first.raw, first.end, heading)
        for record in records:
            texts = record.texts
            if texts == heads:
                raise self._table.fault(record.line, "the header again; were two files joined?")
            if record.blank:
                yield "" if self._layout.only_filled else self._table.separator.join(record.raw) + record.end
            elif len(texts) != len(heads):
                raise self._table.fault(record.line, f"{len(texts)} cells under {len(heads)} headings")
            elif self._layout.no_student(texts):
                yield self._line(record.raw, record.end, tail)
            elif (filled := self._row(record, texts)) is not None:
                self._warn_of_formulas(texts, record.line)
                yield self._line(filled, record.end, tail)

    def _warn_of_formulas(self, texts: Texts, line: int) -> None:
        kept = [text for index, text in enumerate(texts) if self._layout.keep(index, self._filled)]
        self._summary.warn_of_formulas(map(self._layout.text, kept), f"{self._table.name}: line {line}")

    def finish(self) -> None:
        """Report who is not in the template. Raise UsageError if nobody is in it."""
        if self._students and not self._matched:
            raise UsageError(
                f"{self._table.name}: none of its {self._students} students is in the gradebook (compared by id, login "
                "and email): is it the export of another course?"
            )
        for row in self._index.unfound():
            if any(cell.mark is not Mark.MISSING for cell in row.cells.values()):
                self._summary.outside.add(label(row.person))

    def _row(self, record: TableRecord, texts: Texts) -> Sequence[str] | None:
        """Return the raw cells of a student's row; None where the row is left out."""
        untouched = None if self._layout.only_filled else record.raw
        if self._layout.outsider(texts):
            return untouched
        self._students += 1
        found = self._index.find(self._layout.ids(texts))
        self._matched += found.row is not None or bool(found.problem)
        row = self._taken(found, record.line, texts)
        if row is None:
            return untouched
        raw = list(record.raw)
        touched = [self._fill(raw, texts, row, item) for item in self._items]
        return raw if any(touched) else untouched

    def _taken(self, found: RowMatch, line: int, texts: Texts) -> Row | None:
        who = f"{self._layout.name(texts)} (line {line})"
        if why := found.problem or self._layout.locked(texts):
            self._summary.left_out.add(f"{who}: {why}")
            return None
        if found.row is None:
            self._summary.without.add(f"{who}: not in the gradebook")
        elif all(cell.mark is Mark.MISSING for cell in found.row.cells.values()):
            self._summary.without.add(who)
        return found.row

    def _fill(self, raw: list[str], texts: Texts, row: Row, item: FilledItem) -> bool:
        slot, cell, who = item.slot, row.cells.get(item.column.id), label(row.person)
        points = slot.points if slot.points_at is None else tables.parse(texts[slot.points_at])
        words = msgspec.structs.replace(self._layout.words, comment=slot.comment_at is not None)
        text = say(cell, item.column, points or None, words, self._summary, who)
        if text is None:
            return False
        new = self._settle(texts[slot.index], text, f"{who}, {item.column.title}")
        if new is not None:
            self._put(raw, slot.index, new)
        if cell is not None and cell.comment and slot.comment_at is not None:
            self._put(raw, slot.comment_at, self._layout.comment(cell.comment))
        return text != BLANK or new is not None

    def _settle(self, old: str, text: str, place: str) -> str | None:
        """Return what replaces the cell of the LMS; None where that stays."""
        held = "" if old.strip() == "-" else old.strip()
        if text == BLANK:
            if not held:
                return None
            (self._summary.cleared if self._clear else self._summary.left_alone).add(f"{place}: {held}")
            return self._layout.blank if self._clear else None
        if held and _equal(held, text):
            self._summary.same += 1
            return None
        if held:
            self._summary.changed.add(f"{place}: {held} -> {text}")
        else:
            self._summary.new += 1
        return text

    def _put(self, raw: list[str], index: int, text: str) -> None:
        raw[index] = fit(text, self._table.separator, like=raw[index])

    def _line(self, raw: Sequence[str], end: str, tail: str) -> str:
        kept = [cell for index, cell in enumerate(raw) if self._layout.keep(index, self._filled)]
        return self._table.separator.join([*kept, tail] if tail else kept) + end


def _equal(held: str, text: str) -> bool:
    """Return whether the LMS would see no change: it compares text, and numbers at two decimals."""
    old, new = tables.parse(held), tables.parse(text)
    if old is None or new is None:
        return held.casefold() == text.casefold()
    return tables.two_decimals(old).text == tables.two_decimals(new).text
