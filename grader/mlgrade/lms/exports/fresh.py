"""A file without a template: from the roster, in the form that an LMS takes for new columns. One row at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

import msgspec

from mlgrade.gradebook.columns import Column, Person, Row
from mlgrade.lms.exports.cells import BLANK, Words, label, say
from mlgrade.lms.exports.model import Export, Summary
from mlgrade.lms.exports.shelf import Once
from mlgrade.tables.delimited import quoted, row


def csv_line(cells: Sequence[str]) -> str:
    return row(cells)


def all_quoted(cells: Sequence[str]) -> str:
    return ",".join(map(quoted, cells)) + "\n"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is what the LMS finds a student by: "" leaves them out, and so does one that came before.

    `holds` says whether the LMS may hold scores in a column already: there a blank could clear one.
    """

    head: Sequence[Sequence[str]]
    identity: Callable[[Person], list[str]]
    key: Callable[[Person], str]
    no_key: str  # the reason that is given then
    holds: Callable[[Column], bool]
    words: Words = Words()
    tail: Sequence[str] = ()
    line: Callable[[Sequence[str]], str] = csv_line
    comment: Callable[[str], str] | None = None  # a column for comments beside each score
    blank_rows: bool = True  # whether a student without any score gets a row


def write(sheet: Sheet, export: Export, to: BinaryIO, summary: Summary) -> None:
    to.writelines(sheet.line(cells).encode() for cells in sheet.head)
    with Once() as keys:
        for one in export.rows:
            if reason := _refused(sheet, one.person, keys):
                summary.left_out.add(f"{label(one.person)}: {reason}")
            elif (scores := _scores(sheet, export, one, summary)) is not None:
                identity = sheet.identity(one.person)
                summary.warn_of_formulas(identity, label(one.person))
                to.write(sheet.line([*identity, *scores, *sheet.tail]).encode())


def _refused(sheet: Sheet, person: Person, keys: Once) -> str:
    key = sheet.key(person)
    if not key.strip():
        return sheet.no_key
    return "" if keys.new(key) else "another student has the same id"


def _scores(sheet: Sheet, export: Export, one: Row, summary: Summary) -> list[str] | None:
    """The cells after the identity; None where the row is better left out."""
    who = label(one.person)
    words = msgspec.structs.replace(sheet.words, comment=sheet.comment is not None)
    texts = [say(one.cells.get(column.id), column, None, words, summary, who) for column in export.columns]
    scores = sum(text not in {None, BLANK} for text in texts)
    if not scores and not sheet.blank_rows:
        return None
    if scores and (reason := _risk(sheet, export, texts)):
        summary.left_out.add(f"{who}: {reason}")
        return None
    if not scores and _risk(sheet, export, texts):
        return None
    summary.new += scores
    return _with_comments(sheet, export.columns, one, texts)


def _risk(sheet: Sheet, export: Export, texts: Sequence[str | None]) -> str:
    """A score that the LMS may hold, and that a blank of this row would clear."""
    for column, text in zip(export.columns, texts, strict=True):
        if sheet.holds(column) and (text is None or (text == BLANK and not export.clear)):
            way_out = "give --template" + ("" if text is None else ", or --clear if it holds none")
            return f'a blank under "{column.title}" could clear a score in the LMS; {way_out}'
    return ""


def _with_comments(sheet: Sheet, columns: Sequence[Column], one: Row, texts: Sequence[str | None]) -> list[str]:
    cells: list[str] = []
    for column, text in zip(columns, texts, strict=True):
        cells.append(text or BLANK)
        if sheet.comment is not None:
            cell = one.cells.get(column.id)
            cells.append(sheet.comment(cell.comment) if cell is not None else BLANK)
    return cells
