"""A workbook of the plain table: numbers are numbers, everything else is text, and nothing is a formula."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import import_module
from typing import IO, Any, BinaryIO

from mlgrade.errors import UsageError
from mlgrade.lms.exports import packing, plain
from mlgrade.lms.exports.model import Export, Format, Summary

MOST_CHARS = 32_767  # what a cell of a workbook holds
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
PART = 1 << 16


def write(export: Export, to: BinaryIO) -> Summary:
    summary = Summary(format="xlsx")
    with tempfile.TemporaryFile() as file:
        _workbook(export, file, summary)
        file.seek(0)
        with zipfile.ZipFile(file) as made, packing.archive(to) as package:
            for name in made.namelist():
                packing.add(package, name, _parts(made, name))
    return summary


def _workbook(export: Export, file: IO[bytes], summary: Summary) -> None:
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise UsageError('xlsx: needs openpyxl; install it with: pip install "mlgrade[staff]"') from None
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("grades")
    sheet.append([_text(sheet, text) for text in plain.head(export)])
    for one in export.rows:
        cells = [cell for pair in plain.scores(one, export, summary) for cell in _pair(sheet, *pair)]
        sheet.append([*(_text(sheet, text) for text in plain.identity(one)), *cells])
    book.save(file)


def _pair(sheet: Any, score: str, status: str) -> tuple[Any, Any]:
    return (float(score) if score else None), _text(sheet, status)


def _text(sheet: Any, text: str) -> Any:
    cell = import_module("openpyxl.cell").WriteOnlyCell(sheet, value=UNWRITABLE.sub("\ufffd", text)[:MOST_CHARS])
    cell.data_type = "s"  # also where it begins like a formula
    return cell


def _parts(made: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The contents of one file, without the time at which the workbook was made."""
    if name == "docProps/core.xml":
        yield re.sub(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", b"1980-01-01T00:00:00Z", made.read(name))
        return
    with made.open(name) as file:
        while part := file.read(PART):
            yield part


FORMAT = Format(name="xlsx", title="workbook", suffix=".xlsx", write=write)
