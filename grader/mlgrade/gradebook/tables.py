"""Grades for other programs: CSV and JSON, streamed, one row for each student and concept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from mlgrade.gradebook.model import Grade
from mlgrade.tables import guard

SCHEMA = "mlgrade/grades/1"
COLUMNS = (
    "student",
    "concept",
    "state",
    "points",
    "possible",
    "raw",
    "late_seconds",
    "attempts",
    "attempt",
    "status",
    "reason",
    "extra",
    "penalty",
)


def plain(grade: Grade) -> dict[str, Any]:
    """A grade in the columns of the table. What is not known is None, never a zero."""
    seconds = {"late_seconds": grade.late.total_seconds()}
    return {name: seconds[name] if name in seconds else getattr(grade, name) for name in COLUMNS}


def as_csv(grades: Iterable[Grade]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8. A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    yield _line(COLUMNS)
    for grade in grades:
        yield _line(_cell(value) for value in plain(grade).values())


def as_json(grades: Iterable[Grade], course: str) -> Iterator[bytes]:
    """Yield the grades as JSON, a piece at a time."""
    yield b'{"schema": %s, "course": %s, "grades": [' % (_json(SCHEMA), _json(course))
    between = b"\n"
    for grade in grades:
        yield between + _json(plain(grade))
        between = b",\n"
    yield b"\n]}\n"


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guard(value)
    return "" if value is None else f"{value:.12g}"


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)
