"""Write Blackboard's work-offline file: headings byte for byte as in the download, every cell in quotes."""

from __future__ import annotations

import re
from typing import BinaryIO

from mlgrade import tables
from mlgrade.gradebook.columns import Column, Person
from mlgrade.lms.exports import fill, fresh
from mlgrade.lms.exports.items import Id, Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.tables import Table, guard, joined_lines

ITEM = re.compile(r"(.*?)(?: \[Total Pts: (up to )?([\d.,]+)(?: [^\]]*)?\])? ?\|(\d+)\Z", re.DOTALL)
NOT_TO_UPLOAD = ("Last Access", "Availability")
HEAD = ["Last Name", "First Name", "Username", "Student ID"]


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="blackboard")
    if export.template is None:
        fresh.write(_sheet(export, summary), export, to, summary)
    else:
        table = fill.read(export, codecs=("utf-8", "utf-16-le", "utf-16-be"))
        fill.fill(table, _layout(table), export, to, summary)
    summary.asks = "Blackboard will list the columns that change, and ask to submit them"
    return summary


def _sheet(export: Export, summary: Summary) -> fresh.Sheet:
    for column in export.columns:
        if not column.key:
            summary.warn(
                f"{column.title}: becomes a new column: of text and out of 0 in Blackboard Original, out of 100 in "
                "Ultra, whatever it is out of here; make it there first and give a download with --template"
            )
    return fresh.Sheet(
        head=[[*HEAD, *map(_heading, export.columns)]],
        identity=_identity,
        key=lambda person: person.login,
        no_key="has no username, and Blackboard finds students by nothing else",
        holds=lambda column: bool(column.key),
        line=fresh.all_quoted,
    )


def _identity(person: Person) -> list[str]:
    last = person.last_name or person.name or person.student
    return [guard(joined_lines(last)), guard(joined_lines(person.first_name)), person.login, person.sis_id]


def _heading(column: Column) -> str:
    title = guard(joined_lines(column.title))
    return f"{title} [Total Pts: {tables.digits(column.points)} Score] |{column.key}" if column.key else title


def _layout(table: Table) -> fill.TemplateLayout:
    first, _ = fill.header(table)
    heads = first.texts
    if "Username" not in heads:
        raise table.fault(1, "not a gradebook download of Blackboard (Last Name, First Name, Username, ...)")
    at = {
        field: heads.index(head) for field, head in (("login", "Username"), ("sis_id", "Student ID")) if head in heads
    }
    names = [heads.index(head) for head in ("First Name", "Last Name") if head in heads]
    found = {index: item for index, head in enumerate(heads) if (item := ITEM.match(head))}
    calculated = [index for index, item in found.items() if item[2]]
    return fill.TemplateLayout(
        slots=[slot for index, item in found.items() if (slot := _slot(index, item))],
        ids=lambda texts: [Id(field, text) for field, index in at.items() if (text := texts[index].strip())],
        name=lambda texts: " ".join(texts[index] for index in names) or texts[at["login"]],
        outsider=lambda texts: texts[at["login"]].endswith("_previewuser"),
        locked=lambda texts: "" if texts[at["login"]].strip() else "has no username in the download",
        keep=lambda index, _: heads[index] not in NOT_TO_UPLOAD and index not in calculated,
    )


def _slot(index: int, item: re.Match[str]) -> Slot | None:
    """Return a column for scores; None for one that Blackboard calculates."""
    if item[2]:
        return None
    return Slot(index=index, heading=item[0], title=item[1], id=item[4], points=tables.parse(item[3] or ""))


FORMAT = Format(name="blackboard", title="Blackboard gradebook upload", suffix=".csv", write=write, template=Use.MAY)
