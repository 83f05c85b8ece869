"""Write Brightspace's grade import: keys, points and the indicator at the end of each line, and nothing else."""

from __future__ import annotations

import re
from typing import BinaryIO

from mlgrade import tables
from mlgrade.gradebook.columns import Column, Person
from mlgrade.lms.exports import fill, fresh
from mlgrade.lms.exports.items import Id, Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.tables import Table, guard, joined_lines

ITEM = re.compile(r"(.*) Points Grade(?: <([^>]*)>)?\s*\Z", re.DOTALL)
POINTS = re.compile(r"MaxPoints:([\d.,]+)")
FORBIDDEN = re.compile(r'[/"*<>+=|,%]')  # in the name of an item
KEYS = {"OrgDefinedId": "sis_id", "Username": "login"}
LAST = ("End-of-Line Indicator", "#")


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="brightspace")
    if export.template is None:
        fresh.write(_sheet(export, summary), export, to, summary)
        summary.asks = "Brightspace will ask whether to make the items that it does not know"
    else:
        table = fill.read(export)
        fill.fill(table, _layout(table), export, to, summary)
        summary.asks = "Brightspace will show a preview of the grades and ask to import them"
    if summary.above:
        summary.warn('Brightspace cuts scores above the maximum, unless the item has "can exceed"')
    return summary


def _sheet(export: Export, summary: Summary) -> fresh.Sheet:
    titles = [_heading(column, summary) for column in export.columns]
    return fresh.Sheet(
        head=[[*KEYS, *titles, LAST[0]]],
        identity=_identity,
        key=lambda person: person.sis_id or person.login,
        no_key="has neither an OrgDefinedId nor a username",
        holds=lambda column: True,  # noqa: ARG005  (an item of this name may be there)
        tail=[LAST[1]],
        blank_rows=False,
    )


def _identity(person: Person) -> list[str]:
    return [f"#{text}" if text else "" for text in (person.sis_id, person.login)]


def _heading(column: Column, summary: Summary) -> str:
    name = " ".join(FORBIDDEN.sub(" ", joined_lines(column.title)).split())
    if name != column.title:
        summary.warn(
            f'{column.title}: is called "{name}" in the file, since Brightspace forbids some characters in names'
        )
    return f"{guard(name)} Points Grade <Numeric MaxPoints:{tables.digits(column.points)}>"


def _layout(table: Table) -> fill.TemplateLayout:
    first, _ = fill.header(table)
    heads = [head.strip() for head in first.texts]
    at = {field: heads.index(head) for head, field in KEYS.items() if head in heads}
    if not at:
        raise table.fault(1, "not a grade export of Brightspace (OrgDefinedId, Username, ... Points Grade ...)")
    names = [heads.index(head) for head in ("First Name", "Last Name") if head in heads] or list(at.values())
    needed = {*at.values(), *(index for index, head in enumerate(heads) if head == LAST[0])}
    return fill.TemplateLayout(
        slots=[slot for index, head in enumerate(first.texts) if (slot := _slot(index, head))],
        ids=lambda texts: [
            Id(field, text) for field, index in at.items() if (text := texts[index].strip().removeprefix("#"))
        ],
        name=lambda texts: " ".join(texts[index] for index in names),
        keep=lambda index, filled: index in needed or index in filled,
        tail=("", "") if LAST[0] in heads else LAST,
    )


def _slot(index: int, heading: str) -> Slot | None:
    found = ITEM.match(heading)
    if found is None or not (found[2] or "Numeric").startswith(("Numeric", "Pass")):
        return None  # what Brightspace calculates, and what takes no points
    points = POINTS.search(found[2] or "")
    return Slot(index=index, heading=heading, title=found[1], points=tables.parse(points[1]) if points else None)


FORMAT = Format(name="brightspace", title="Brightspace grade import", suffix=".csv", write=write, template=Use.MAY)
