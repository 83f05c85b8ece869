"""Write the gradebook CSV of Canvas.

Its importer finds an assignment by the number at the end of a heading and a student by ID. A blank removes a score.
There is a word for excused, but none for late or missing.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import msgspec

from mlgrade import tables
from mlgrade.gradebook.columns import Column, Person
from mlgrade.lms.exports import fill, fresh
from mlgrade.lms.exports.cells import Words
from mlgrade.lms.exports.fill import Texts
from mlgrade.lms.exports.items import Id, Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.lms.rosters.sources import is_canvas_extra, protected
from mlgrade.tables import Table, guard, joined_lines

WORDS = Words(excused="EX")
ITEM = re.compile(r"(.*)\s\((\d+)\)\Z", re.DOTALL)
SWALLOWED = re.compile(r"(Current|Final)\s+(Score|Points|Grade)|Override (Score|Grade|Status)")
REWRITTEN = re.compile(r"-?[0-9.,]+%?\Z")  # cells that the importer takes for numbers, ids as well
IDENTITY = {
    "ID": "lms_id",
    "SIS User ID": "sis_id",
    "SIS Login ID": "login",
}


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="canvas")
    if export.template is None:
        fresh.write(_sheet(export, summary), export, to, summary)
    else:
        table = _without_mark(fill.read(export), summary)
        fill.fill(table, _layout(table, summary), export, to, summary)
        summary.asks = "Canvas will ask nothing"
    return summary


# -- without a template: new assignments ----------------------------------------------------------------------


def _sheet(export: Export, summary: Summary) -> fresh.Sheet:
    for column in export.columns:
        _warn(column, summary)
    new = [column for column in export.columns if not column.key]
    asks = f"Canvas will ask whether to make {len(new)} new assignment{'s' * (len(new) != 1)}"
    summary.asks = asks if new else "Canvas will ask nothing"
    points = ["    Points Possible", "", "", "", "", *(tables.digits(column.points) for column in export.columns)]
    return fresh.Sheet(
        head=[["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *map(_heading, export.columns)], points],
        identity=lambda person: _identity(person, summary),
        key=lambda person: person.lms_id or person.sis_id or person.login,
        no_key="has no id that Canvas knows; read the roster from Canvas's export",
        holds=lambda column: bool(column.key),
        words=WORDS,
    )


def _heading(column: Column) -> str:
    title = guard(joined_lines(column.title).strip())
    return f"{title} ({column.key})" if column.key else title


def _identity(person: Person, summary: Summary) -> list[str]:
    name = f"{person.last_name}, {person.first_name}" if person.first_name and person.last_name else person.name
    ids = [person.lms_id, person.sis_id, person.login]
    if not person.lms_id and REWRITTEN.match(person.sis_id) and not person.sis_id.strip("-").isdigit():
        summary.warn(f"{person.name}: Canvas reads the id {person.sis_id} as a number and will not find it")
    return [guard(joined_lines(name or person.student)), *ids, guard(joined_lines(person.section))]


def _warn(column: Column, summary: Summary) -> None:
    heading = _heading(column)
    if SWALLOWED.search(heading):
        summary.warn(f'"{heading}": Canvas drops a column whose heading reads like a total; give it another title')
    if not column.key and ITEM.match(heading):
        summary.warn(f'"{heading}": Canvas reads the number in brackets as the id of an assignment')
    if REWRITTEN.match(heading) and not heading.isdigit():
        summary.warn(f'"{heading}": Canvas rewrites a heading that reads like a number')


# -- with Canvas's own export ---------------------------------------------------------------------------------


def _without_mark(table: Table, summary: Summary) -> Table:
    """Drop a byte order mark where Canvas's importer trips over it: before a quote, and before LastName."""
    if not table.source.mark or table.source.text.startswith("Student"):
        return table
    summary.warn("the byte order mark is left out: Canvas cannot read this header with it")
    return msgspec.structs.replace(table, source=msgspec.structs.replace(table.source, mark=""))


def _layout(table: Table, summary: Summary) -> fill.TemplateLayout:
    first, records = fill.header(table)
    heads = first.texts
    lower = [head.strip().lower() for head in heads]
    at = {field: heads.index(heading) for heading, field in IDENTITY.items() if heading in heads}
    section = next((index for index, head in enumerate(heads) if "Section" in head), None)
    if not lower[0].endswith(("student", "lastname")) or "lms_id" not in at or section is None:
        raise table.fault(1, "not the header of a Canvas gradebook (Student, ID, SIS Login ID, Section, ...)")
    points = next((record.texts for record in records if "Points Possible" in record.texts[0]), [])
    for head in heads[section + 1 :]:
        if ITEM.match(head) and SWALLOWED.search(head):
            summary.warn(f'"{head}": Canvas drops this column at the upload, because it reads like a total')
    return fill.TemplateLayout(
        slots=[slot for index in range(section + 1, len(heads)) if (slot := _slot(index, heads[index], points))],
        ids=lambda texts: [Id(field, text) for field, index in at.items() if (text := protected(texts[index]).strip())],
        name=lambda texts: texts[0],
        text=protected,
        no_student=lambda texts: is_canvas_extra(dict(zip(lower, texts, strict=True))),
        outsider=lambda texts: _is_test(texts, lower, at),
        words=WORDS,
    )


def _slot(index: int, heading: str, points: Texts) -> Slot | None:
    """Return an assignment; None for totals, custom columns and other columns that are read only."""
    held = points[index] if index < len(points) else ""
    found = ITEM.match(heading)
    if found is None or re.search("read only", held) or SWALLOWED.search(heading):
        return None
    return Slot(index=index, heading=heading, title=found[1], id=found[2], points=tables.parse(held))


def _is_test(texts: Texts, lower: list[str], at: dict[str, int]) -> bool:
    apart = lower[0].endswith("lastname") and texts[:2] == ["Student", "Test"]
    together = texts[0].strip() == "Student, Test"
    return (apart or together) and not ("sis_id" in at and texts[at["sis_id"]].strip())


FORMAT = Format(name="canvas", title="Canvas gradebook CSV", suffix=".csv", write=write, template=Use.MAY)
