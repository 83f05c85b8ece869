"""Moodle's offline grading worksheet: the downloaded sheet with Grade and feedback filled, and nothing else changed."""

from __future__ import annotations

import re
from typing import BinaryIO

from mlgrade.lms.exports import fill
from mlgrade.lms.exports.fill import Texts
from mlgrade.lms.exports.items import Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.lms.exports.moodle_csv import comment
from mlgrade.lms.exports.shelf import Id
from mlgrade.tables.delimited import Table

NEEDED = ("Identifier", "Grade", "Last modified (grade)")
IDS = {"ID number": "sis_id", "Email address": "email"}


def write(export: Export, to: BinaryIO) -> Summary:
    summary = Summary(format="moodle-worksheet")
    table = fill.read(export)
    fill.fill(table, _layout(table, export), export, to, summary)
    summary.asks = "Moodle will list the changed grades, and ask about grades that were given later than the download"
    return summary


def _layout(table: Table, export: Export) -> fill.Layout:
    first, _ = fill.header(table)
    at = {head: index for index, head in reversed(list(enumerate(first.texts)))}
    if missing := [head for head in NEEDED if head not in at]:
        raise table.fault(1, f"not a grading worksheet of Moodle in English: {missing[0]} is missing in its header")
    slot = Slot(
        index=at["Grade"],
        heading="Grade",
        title=export.columns[0].title if len(export.columns) == 1 else "Grade",  # a sheet is of one assignment
        points_at=at.get("Maximum Grade"),
        comment_at=at.get("Feedback comments"),
    )
    return fill.Layout(
        slots=[slot],
        ids=lambda texts: _ids(texts, at),
        name=lambda texts: texts[at.get("Full name", at["Identifier"])],
        locked=lambda texts: _locked(texts, at),
        comment=comment,
    )


def _ids(texts: Texts, at: dict[str, int]) -> list[Id]:
    ids = [Id(field, text) for head, field in IDS.items() if head in at and (text := texts[at[head]].strip())]
    number = re.search(r"(\d+)\s*\Z", texts[at["Identifier"]])
    return [*ids, Id("lms_id", number[1])] if number else ids


def _locked(texts: Texts, at: dict[str, int]) -> str:
    changeable = texts[at["Grade can be changed"]] if "Grade can be changed" in at else ""
    return "Moodle says that the grade cannot be changed" if changeable.strip().lower() == "no" else ""


FORMAT = Format(
    name="moodle-worksheet", title="Moodle grading worksheet", suffix=".csv", write=write, template=Use.MUST
)
