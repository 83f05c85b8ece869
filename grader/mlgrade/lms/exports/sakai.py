"""Write Sakai's gradebook import: `HW1 [10]` is an item with its points, `* HW1` the comments for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

from mlgrade import tables
from mlgrade.gradebook.columns import Column
from mlgrade.lms.exports import fill, fresh
from mlgrade.lms.exports.items import Id, Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.tables import Table, guard, joined_lines

ITEM = re.compile(r"(.*) \[([0-9]+(?:[.,][0-9][0-9]?)?)\] *\Z", re.DOTALL)


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="sakai")
    if export.template is None:
        fresh.write(_sheet(export), export, to, summary)
        summary.asks = "Sakai will ask whether to make the items that it does not know"
    else:
        table = fill.read(export)
        fill.fill(table, _layout(table), export, to, summary)
        summary.asks = "Sakai will show the changes and ask to import them"
    return summary


def _sheet(export: Export) -> fresh.Sheet:
    return fresh.Sheet(
        head=[["Student ID", "Name", *map(_heading, export.columns)]],
        identity=lambda person: [person.login, guard(joined_lines(person.name or person.student))],
        key=lambda person: person.login,
        no_key="has no login, and Sakai finds students by nothing else",
        holds=lambda column: True,  # noqa: ARG005  (an item of this name may be there)
        blank_rows=False,
    )


def _heading(column: Column) -> str:
    """Format a title, which must not begin like a comment or an ignored column."""
    title = guard(joined_lines(column.title).lstrip("*# "))
    return f"{title} [{tables.two_decimals(tables.exact(column.points) or tables.ZERO).text}]"


def _layout(table: Table) -> fill.TemplateLayout:
    first, _ = fill.header(table)
    heads = first.texts
    if len(heads) < 3 or heads[0].strip().lower() not in {"student id", "student"}:
        raise table.fault(1, "not a gradebook export of Sakai (Student ID, Name, items)")
    return fill.TemplateLayout(
        slots=[slot for index in range(2, len(heads)) if (slot := _slot(index, heads))],
        ids=lambda texts: [Id("login", texts[0].strip())] if texts[0].strip() else [],
        name=lambda texts: texts[1] or texts[0],
        locked=lambda texts: "" if texts[0].strip() else "has no id in the template",
        comment=guard,
    )


def _slot(index: int, heads: Sequence[str]) -> Slot | None:
    heading = heads[index]
    if heading.startswith(("#", "*")):
        return None
    found = ITEM.match(heading)
    title = found[1] if found else heading
    comments = f"* {title}"
    return Slot(
        index=index,
        heading=heading,
        title=title,
        points=tables.parse(found[2]) if found else None,
        comment_at=heads.index(comments) if comments in heads else None,
    )


FORMAT = Format(name="sakai", title="Sakai gradebook CSV", suffix=".csv", write=write, template=Use.MAY)
