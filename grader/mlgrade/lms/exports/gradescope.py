"""Write Gradescope's results.json: the file itself for one student, or a zip with a folder for each of several."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from mlgrade import tables
from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms.exports import fresh
from mlgrade.lms.exports.cells import label, value
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.lms.exports.moodle import one_of
from mlgrade.lms.rosters.model import check

VISIBILITY = {name: name for name in ("visible", "after_due_date", "after_published", "hidden")}
SETTINGS = {"visibility": "when students see a test: visible (default), after_due_date, after_published, hidden"}


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="gradescope", asks="Gradescope will ask nothing")
    visibility = one_of("gradescope", export, "visibility", VISIBILITY)
    results = _results(export, visibility, summary)
    first, second = next(results, None), next(results, None)
    if first is None:
        summary.warn("there is no submission to write")
    elif second is None:
        to.write(first[1])
    else:
        with fresh.archive(to) as package:
            for student, raw in itertools.chain([first, second], results):
                fresh.add(package, f"{student}/results/results.json", [raw])
    return summary


def _results(export: Export, visibility: str, summary: Summary) -> Iterator[tuple[str, bytes]]:
    for row in export.rows:
        who = label(row.person)
        tests = [_test(*pair, visibility) for pair in _cells(export, row) if pair[1].mark is not Mark.EXCUSED]
        if faults := [column.title for column, cell in _cells(export, row) if _broken(cell)]:
            summary.broken.add(f"{who}, {', '.join(faults)}: no result at all, since its total would be wrong")
        elif any(cell.mark is Mark.GRADED for _, cell in _cells(export, row)):
            try:
                check(row.person.student)
            except UsageError as error:
                summary.left_out.add(f'{who}: the key "{row.person.student}" {error}')
                continue
            _count(export, row, summary)
            yield row.person.student, _json(export, row, tests)
        else:
            summary.cannot_say("missing or excused (no result at all)", who)


def _cells(export: Export, row: Row) -> list[tuple[Column, Cell]]:
    return [(column, cell) for column in export.columns if (cell := row.cells.get(column.id))]


def _broken(cell: Cell) -> bool:
    return cell.mark is Mark.BROKEN or (cell.mark is Mark.GRADED and value(cell) is None)


def _test(column: Column, cell: Cell, visibility: str) -> dict[str, Any]:
    score = float(value(cell) or tables.ZERO)
    output = "Not submitted." if cell.mark is Mark.MISSING else cell.comment
    test = {
        "name": column.title,
        "score": score,
        "max_score": column.points,
        "status": "passed" if score >= column.points else "failed",
        "tags": [column.id],
        "visibility": visibility,
    }
    return {**test, "output": output, "output_format": "text"} if output else test


def _count(export: Export, row: Row, summary: Summary) -> None:
    for column, cell in _cells(export, row):
        place = f"{label(row.person)}, {column.title}"
        if cell.late:
            summary.cannot_say("late", place)
        if cell.mark is Mark.EXCUSED:
            summary.cannot_say("excused (the test is left out)", place)
        elif cell.mark is Mark.MISSING:
            summary.cannot_say("missing (a test of 0 that says so)", place)
        else:
            summary.new += 1
            if (cell.score or 0) > column.points:
                summary.above.add(f"{place}: {cell.score} of {column.points:g}")


def _json(export: Export, row: Row, tests: list[dict[str, Any]]) -> bytes:
    shares = {
        column.id: float(value(cell) or 0) / column.points
        for column, cell in _cells(export, row)
        if cell.mark is Mark.GRADED
    }
    document = {"tests": tests, "extra_data": {"student": row.person.student, "shares": shares}}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


FORMAT = Format(name="gradescope", title="Gradescope results.json", suffix=".json", write=write, settings=SETTINGS)
