"""Our own tables, for whoever reads them by program or by eye: CSV, JSON and a workbook. They say everything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms.exports.cells import label, value
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.tables import numbers
from mlgrade.tables.delimited import guard, joined_lines, row

SCHEMA = "mlgrade/grades/1"
IDENTITY = ("student", "name", "email", "login", "sis_id", "lms_id", "section")


def csv(export: Export, to: BinaryIO) -> Summary:
    """A row for each student, two columns for each item: its score and its status."""
    summary = Summary(format="csv")
    to.write(row(head(export)).encode())
    for one in export.rows:
        cells = [text for pair in scores(one, export, summary) for text in pair]
        to.write(row([*identity(one), *cells]).encode())
    return summary


def json_lines(export: Export, to: BinaryIO) -> Summary:
    """One JSON document, with a line for each student."""
    summary = Summary(format="json")
    columns = json.dumps(msgspec.to_builtins(export.columns), ensure_ascii=False)
    to.write(f'{{"schema": "{SCHEMA}",\n"columns": {columns},\n"students": ['.encode())
    for number, one in enumerate(export.rows):
        to.write(b",\n" if number else b"\n")
        to.write(json.dumps(_student(one, export, summary), ensure_ascii=False).encode())
    to.write(b"\n]}\n")
    return summary


def head(export: Export) -> list[str]:
    titles = [guard(joined_lines(column.title)) for column in export.columns]
    return [*IDENTITY, *(text for title in titles for text in (title, f"{title} (status)"))]


def identity(one: Row) -> list[str]:
    return [guard(joined_lines(str(getattr(one.person, field)))) for field in IDENTITY]


def scores(one: Row, export: Export, summary: Summary) -> Iterator[tuple[str, str]]:
    """Score and status of each column. A score is written in full, not rounded."""
    for column in export.columns:
        cell = one.cells.get(column.id)
        if cell is None:
            yield "", ""
            continue
        score = count(cell, column, one, summary)
        yield ("" if score is None else numbers.digits(score)), status(cell)


def status(cell: Cell) -> str:
    mark = Mark.BROKEN if cell.mark is Mark.GRADED and value(cell) is None else cell.mark
    return f"{mark}, late" if cell.late else str(mark)


def count(cell: Cell, column: Column, one: Row, summary: Summary) -> float | None:
    """The score, counted in the summary; None where there is none."""
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
            cells[column.id] = {**plain, "score": count(cell, column, one, summary)}
    return {**person, "cells": cells}


CSV = Format(name="csv", title="plain CSV", suffix=".csv", write=csv)
JSON = Format(name="json", title=f"JSON ({SCHEMA})", suffix=".json", write=json_lines)
