"""Moodle's gradebook import from CSV.

One unknown key, locked grade or bad number stops the whole import; a blank removes a score, and a row without a key
takes the student of the row before. So only rows with a score are written, each with a key that is there once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Column
from mlgrade.lms.exports import fill, fresh
from mlgrade.lms.exports.items import Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.lms.exports.shelf import Id
from mlgrade.tables.delimited import Table, guard, joined_lines

KEYS = {"email": "Email address", "sis_id": "ID number", "login": "Username"}
SETTINGS = {
    "key": "what Moodle finds a student by, without a template: email (default), sis_id (ID number), login (username)",
    "feedback": "yes: also a column of feedback for each item, without a template; it replaces what Moodle has",
}
NAMES = ("First name", "Last name", "Surname")  # not sent: nothing is found by them, and a backslash may break the row
IDENTITY = (*NAMES, *KEYS.values(), "Institution", "Department")
MODULE = re.compile(r"[A-Z][\w ]*: ")  # "Assignment: ", before the name of an activity
OTHERS = re.compile(r"Feedback: |.*\((Feedback|Percentage|Letter)\)\Z|Last downloaded from this course\Z")


def write(export: Export, to: BinaryIO) -> Summary:
    summary = Summary(format="moodle-csv")
    if export.template is None:
        fresh.write(_sheet(export, summary), export, to, summary)
    else:
        table = fill.read(export)
        fill.fill(table, _layout(table, summary), export, to, summary)
    return summary


def comment(text: str) -> str:
    """Feedback that Moodle's reader keeps whole: there a backslash before a quote keeps the cell open."""
    plain = re.sub(r"\r\n?", "\n", text)
    return guard(re.sub(r'\\(?="|\Z)', r"\\ ", plain))


def _sheet(export: Export, summary: Summary) -> fresh.Sheet:
    key = one_of("moodle-csv", export, "key", KEYS)
    feedback = export.settings.get("feedback") == "yes"
    summary.asks = f'Moodle will ask what each column is: map from "{KEYS[key]}", then each heading to its item'
    for column in export.columns:
        summary.warn(
            f"{column.title}: make the item in Moodle first, out of {column.points:g}: a new one is out of 100"
        )
    titles = [head for column in export.columns for head in _heads(column, feedback=feedback)]
    return fresh.Sheet(
        head=[[KEYS[key], *titles]],
        identity=lambda person: [getattr(person, key)],
        key=lambda person: _real(getattr(person, key)),
        no_key=f"has no {KEYS[key]}, and Moodle needs one",
        holds=lambda column: True,  # noqa: ARG005  (which item it will be is known at the upload only)
        comment=comment if feedback else None,
        blank_rows=False,
    )


def _real(key: str) -> str:
    """Moodle takes a key of 0 for none at all."""
    return "" if key.strip() == "0" else key


def _heads(column: Column, *, feedback: bool) -> list[str]:
    title = guard(joined_lines(column.title))
    return [title, f"Feedback: {title}"] if feedback else [title]


def _layout(table: Table, summary: Summary) -> fill.Layout:
    first, _ = fill.header(table)
    heads = first.texts
    keys = {field: heads.index(heading) for field, heading in KEYS.items() if heading in heads}
    if not keys:
        raise table.fault(1, "not a grade export of Moodle in English (First name, Last name, Email address, ...)")
    names = [heads.index(head) for head in NAMES if head in heads]
    key, at = next((KEYS[field], at) for field, at in keys.items())
    summary.asks = f'Moodle will ask what each column is: map from "{key}", then each heading to its item'
    summary.warn("Moodle's file does not say what its items are out of: see that their maximum is that of our columns")
    return fill.Layout(
        slots=_slots(heads),
        ids=lambda texts: [Id(field, text) for field, index in keys.items() if (text := texts[index].strip())],
        name=lambda texts: " ".join(texts[index] for index in names) or texts[at],
        locked=lambda texts: "" if _real(texts[at]).strip() else f"has no {key} in the template",
        keep=lambda index, filled: index in keys.values() or index in filled,
        only_filled=True,
        blank="-",
        comment=comment,
    )


def _slots(heads: Sequence[str]) -> list[Slot]:
    """The items: columns of points, which Moodle marks as (Real), or all the rest where it marks none."""
    real = [index for index, head in enumerate(heads) if head.endswith(" (Real)")]
    rest = [index for index, head in enumerate(heads) if head not in IDENTITY and not OTHERS.match(head)]
    return [_slot(index, heads) for index in real or rest]


def _slot(index: int, heads: Sequence[str]) -> Slot:
    heading = heads[index]
    title = heading.removesuffix(" (Real)")
    feedback = next(
        (heads.index(head) for head in (f"{title} (Feedback)", f"Feedback: {title}") if head in heads), None
    )
    return Slot(index=index, heading=heading, title=title, short=MODULE.sub("", title, count=1), comment_at=feedback)


def one_of(name: str, export: Export, setting: str, known: dict[str, str]) -> str:
    given = export.settings.get(setting, next(iter(known)))
    if given not in known:
        raise UsageError(f'{name}: {setting} is one of {", ".join(known)} (got "{given}")')
    return given


FORMAT = Format(
    name="moodle-csv",
    title="Moodle gradebook CSV",
    suffix=".csv",
    write=write,
    template=Use.MAY,
    settings=SETTINGS,
)
