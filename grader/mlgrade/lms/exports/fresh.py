"""Write a file without a template: from the roster, in the form that an LMS accepts for new columns."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, cast

import msgspec

from mlgrade.gradebook.columns import Column, Person, Row
from mlgrade.lms.exports.cells import BLANK, Words, label, say
from mlgrade.lms.exports.model import Export, Summary
from mlgrade.tables import quoted, row

# Write zip archives that are equal byte for byte when their contents are.

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold
UNIX = 3


class _Forward:
    """A stream without `seek`, so that a file and a pipe get the same bytes."""

    def __init__(self, to: BinaryIO) -> None:
        self._to = to

    def write(self, data: bytes) -> int:
        return self._to.write(data)

    def flush(self) -> None:
        self._to.flush()


def archive(to: BinaryIO) -> zipfile.ZipFile:
    """Open an archive for writing."""
    return zipfile.ZipFile(cast("BinaryIO", _Forward(to)), "w", zipfile.ZIP_DEFLATED)


def add(package: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> None:
    """Add one file, part by part, without time and system."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = 0o644 << 16
    with package.open(info, "w", force_zip64=True) as file:
        file.writelines(parts)


# -- fresh ---------------------------------------------------------------------------------------------------------


def all_quoted(cells: Sequence[str]) -> str:
    """Format a CSV line with every cell in quotes."""
    return ",".join(map(quoted, cells)) + "\n"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """How a file of one format is made.

    The LMS finds a student by `key`; one with the key "" or that of an earlier student is left out. `holds` says
    whether the LMS may hold scores in a column already, where a blank could clear one.
    """

    head: Sequence[Sequence[str]]
    identity: Callable[[Person], list[str]]
    key: Callable[[Person], str]
    no_key: str  # the reason that is given for the key ""
    holds: Callable[[Column], bool]
    words: Words = Words()
    tail: Sequence[str] = ()
    line: Callable[[Sequence[str]], str] = row
    comment: Callable[[str], str] | None = None  # adds a column for comments after each score
    blank_rows: bool = True  # whether a student without any score gets a row


def write(sheet: Sheet, export: Export, to: BinaryIO, summary: Summary) -> None:
    """Write the file, one row at a time."""
    to.writelines(sheet.line(cells).encode() for cells in sheet.head)
    keys: set[str] = set()
    for one in export.rows:
        key = sheet.key(one.person)
        if not key.strip() or key in keys:
            reason = "another student has the same id" if key.strip() else sheet.no_key
            summary.left_out.add(f"{label(one.person)}: {reason}")
            continue
        keys.add(key)
        if (scores := _scores(sheet, export, one, summary)) is not None:
            identity = sheet.identity(one.person)
            summary.warn_of_formulas(identity, label(one.person))
            to.write(sheet.line([*identity, *scores, *sheet.tail]).encode())


def _scores(sheet: Sheet, export: Export, one: Row, summary: Summary) -> list[str] | None:
    """Return the cells after the identity; None where the row is left out."""
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
    """Say which blank of this row could clear a score in the LMS. Return "" if none could."""
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
