"""Write the tables of mlgrade itself, with everything that is known: CSV, JSON and a workbook."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

import msgspec

from mlgrade import tables
from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms.exports.cells import label, value
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.tables import guard, joined_lines, row

SCHEMA = "mlgrade/grades/1"
MOST_CHARS = 32_767  # what a cell of a workbook holds
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in the XML of a workbook
IDENTITY = ("student", "name", "email", "login", "sis_id", "lms_id", "section")


def write_csv(export: Export, to: BinaryIO) -> Summary:
    """Write a row for each student, and two columns for each item: its score and its status."""
    summary = Summary(format="csv")
    to.write(row(_head(export)).encode())
    for one in export.rows:
        cells = [text for pair in _scores(one, export, summary) for text in pair]
        to.write(row([*_identity(one), *cells]).encode())
    return summary


def write_json(export: Export, to: BinaryIO) -> Summary:
    """Write one JSON document, with a line for each student."""
    summary = Summary(format="json")
    columns = json.dumps(msgspec.to_builtins(export.columns), ensure_ascii=False)
    to.write(f'{{"schema": "{SCHEMA}",\n"columns": {columns},\n"students": ['.encode())
    for number, one in enumerate(export.rows):
        to.write(b",\n" if number else b"\n")
        to.write(json.dumps(_student(one, export, summary), ensure_ascii=False).encode())
    to.write(b"\n]}\n")
    return summary


def _head(export: Export) -> list[str]:
    titles = [guard(joined_lines(column.title)) for column in export.columns]
    return [*IDENTITY, *(text for title in titles for text in (title, f"{title} (status)"))]


def _identity(one: Row) -> list[str]:
    return [guard(joined_lines(str(getattr(one.person, field)))) for field in IDENTITY]


def _scores(one: Row, export: Export, summary: Summary) -> Iterator[tuple[str, str]]:
    """Yield score and status of each column. A score is written in full, not rounded."""
    for column in export.columns:
        cell = one.cells.get(column.id)
        if cell is None:
            yield "", ""
            continue
        score = _count(cell, column, one, summary)
        yield ("" if score is None else tables.digits(score)), _status(cell)


def _status(cell: Cell) -> str:
    mark = Mark.BROKEN if cell.mark is Mark.GRADED and value(cell) is None else cell.mark
    return f"{mark}, late" if cell.late else str(mark)


def _count(cell: Cell, column: Column, one: Row, summary: Summary) -> float | None:
    """Count a score in the summary and return it; None where there is none."""
    place = f"{label(one.person)}, {column.title}"
    if cell.mark in {Mark.EXCUSED, Mark.MISSING}:
        return None
    if cell.score is None or value(cell) is None:
        summary.broken.add(place)
        return None
    summary.new += 1
    if cell.score > column.points:
        summary.above.add(f"{place}: {cell.score:g} of {column.points:g}")
    return float(cell.score)


def _student(one: Row, export: Export, summary: Summary) -> dict[str, Any]:
    person: dict[str, Any] = msgspec.to_builtins(one.person)
    cells = {}
    for column in export.columns:
        if cell := one.cells.get(column.id):
            plain = msgspec.to_builtins(cell)
            cells[column.id] = {**plain, "score": _count(cell, column, one, summary)}
    return {**person, "cells": cells}


def write_xlsx(export: Export, to: BinaryIO) -> Summary:
    """Write a workbook of the same table: numbers are numbers, everything else is text, and nothing is a formula."""
    try:
        openpyxl = import_module("openpyxl")
    except ImportError:
        raise UsageError('xlsx: needs openpyxl; install it with: pip install "mlgrade[staff]"') from None
    summary = Summary(format="xlsx")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("grades")
    sheet.append([_text(sheet, text) for text in _head(export)])
    for one in export.rows:
        cells = [_text(sheet, text) for text in _identity(one)]
        for score, status in _scores(one, export, summary):
            cells += [float(score) if score else None, _text(sheet, status)]
        sheet.append(cells)
    book.save(to)
    return summary


def _text(sheet: Any, text: str) -> Any:
    cell = import_module("openpyxl.cell").WriteOnlyCell(sheet, value=UNWRITABLE.sub("\ufffd", text)[:MOST_CHARS])
    cell.data_type = "s"  # also where it begins like a formula
    return cell


CSV = Format(name="csv", title="plain CSV", suffix=".csv", write=write_csv)
JSON = Format(name="json", title=f"JSON ({SCHEMA})", suffix=".json", write=write_json)
XLSX = Format(name="xlsx", title="workbook", suffix=".xlsx", write=write_xlsx)
