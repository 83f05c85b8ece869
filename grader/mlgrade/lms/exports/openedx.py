"""Fill Open edX bulk grades: only cells under `new_override-...` have an effect, and a blank changes nothing."""

from __future__ import annotations

import re
from typing import BinaryIO

from mlgrade.lms.exports import fill
from mlgrade.lms.exports.items import Id, Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.tables import Table

ITEM = re.compile(r"new_override-([0-9a-f]{8})\Z")
NEEDED = ("user_id", "course_id")
IDS = {"user_id": "lms_id", "username": "login", "student_key": "sis_id"}


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="openedx", asks="Open edX will ask nothing; it reports the rows that it refused")
    table = fill.read(export)
    fill.fill(table, _layout(table), export, to, summary)
    summary.warn("Open edX's file does not say what its subsections are out of: see that it is what our columns are")
    return summary


def _layout(table: Table) -> fill.TemplateLayout:
    first, records = fill.header(table)
    heads = first.texts
    if missing := [head for head in NEEDED if head not in heads]:
        raise table.fault(1, f"not a bulk grade file of Open edX: {missing[0]} is missing in its header")
    course = heads.index("course_id")
    at = {field: heads.index(head) for head, field in IDS.items() if head in heads}
    sample = next((record.texts for record in records if len(record.raw) == len(heads)), [""] * len(heads))
    _one_course(table, course)
    return fill.TemplateLayout(
        slots=[
            _slot(index, found[1], heads, sample) for index, head in enumerate(heads) if (found := ITEM.match(head))
        ],
        ids=lambda texts: [Id(field, text) for field, index in at.items() if (text := texts[index].strip())],
        name=lambda texts: texts[heads.index("username" if "username" in heads else "user_id")],
    )


def _slot(index: int, block: str, heads: list[str], sample: list[str]) -> Slot:
    """Return a subsection. Its title is in the rows, under `name-...`."""
    named = f"name-{block}"
    title = sample[heads.index(named)] if named in heads else block
    return Slot(index=index, heading=heads[index], title=title, id=block)


def _one_course(table: Table, course: int) -> None:
    _, records = fill.header(table)
    known = ""
    for record in records:
        here = record.texts[course] if course < len(record.raw) else ""
        if known and here and here != known:
            raise table.fault(record.line, f"is of the course {here}, and the rows above of {known}")
        known = known or here


FORMAT = Format(name="openedx", title="Open edX bulk grades", suffix=".csv", write=write, template=Use.MUST)
