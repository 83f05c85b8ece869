"""Excuses and extensions of many students from one CSV file: every problem at once, each with its line.

Columns `student`, `target`, `reason`, and `until` with a date or the word `excuse`, in any order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from mlgrade.course import Course
from mlgrade.errors import UsageError, closest
from mlgrade.gradebook import deciding
from mlgrade.gradebook.model import Decision, DecisionKind
from mlgrade.text import one_line

MOST_BYTES = 16 * 1024 * 1024
_NEEDED, _COLUMNS = {"student", "target", "reason"}, {"student", "target", "reason", "until"}
Row = Mapping[str, str]


def read(path: Path) -> bytes:
    """Read a sheet of decisions. Raise UsageError if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path}: more than {MOST_BYTES // 1024 // 1024} MiB; split the file")
    return data


def parse(
    data: bytes, file: str, course: Course, known: Callable[[str], str], deed: DecisionKind, by: str, at: datetime
) -> list[Decision]:
    """The decisions of a file, all of them fine. `deed` is what a row without a word in `until` means."""
    problems: list[str] = []
    decisions: dict[tuple[DecisionKind, str, str], Decision] = {}
    for number, header, cells in _rows(data, file):
        try:
            one = _decision(_row(header, cells), course, known, deed, by, at)
        except UsageError as error:
            problems.append(f"{file}:{number}: {error}")
            continue
        if decisions.setdefault((one.deed, one.student, one.target), one) is not one:
            twice = f"{one_line(one.student)} and {deciding.shown(one.target)} for the second time"
            problems.append(f"{file}:{number}: {twice}")
    if problems:
        raise UsageError("\n".join([*problems, f"{file}: nothing was written; fix the file and run this again"]))
    return list(decisions.values())


def _decision(
    row: Row, course: Course, known: Callable[[str], str], deed: DecisionKind, by: str, at: datetime
) -> Decision:
    student, target = known(row["student"]), deciding.target(course, row["target"])
    if not row["reason"]:
        raise UsageError("no reason; say why, for whoever asks later")
    until = row.get("until", "")
    if until == str(DecisionKind.EXCUSE) or (not until and deed is DecisionKind.EXCUSE):
        return Decision(student=student, target=target, deed=DecisionKind.EXCUSE, reason=row["reason"], by=by, at=at)
    when = deciding.until(course, target, until)
    return Decision(
        student=student, target=target, deed=DecisionKind.EXTEND, reason=row["reason"], by=by, at=at, until=when
    )


def _rows(data: bytes, file: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """The rows that are not empty, each with the line on which it starts and the header."""
    reader = csv.reader(io.StringIO(_text(data, file), newline=""), delimiter=_separator(data), strict=True)
    try:
        header = _header(next(reader, []), file)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, header, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{file}:{reader.line_num}: not CSV: {error}") from None


def _row(header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise UsageError(f"{len(cells)} cells under {len(header)} headings; quote cells that hold commas")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _header(cells: list[str], file: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if unknown := [name for name in names if name not in _COLUMNS]:
        near = closest(unknown[0], _COLUMNS)
        raise UsageError(
            f'{file}:1: no column "{one_line(unknown[0])}"{near or "; there are " + ", ".join(sorted(_COLUMNS))}'
        )
    if missing := sorted(_NEEDED - set(names)):
        raise UsageError(f"{file}:1: no column {' and no column '.join(missing)}")
    if len(set(names)) < len(names):
        raise UsageError(f"{file}:1: a column stands there twice")
    return names


def _separator(data: bytes) -> str:
    """A comma, or what Excel writes in half of Europe."""
    first = data.partition(b"\n")[0]
    return ";" if first.count(b";") > first.count(b",") else ","


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f'{file}: not UTF-8 (byte {error.start}); save it as "CSV UTF-8"') from None
