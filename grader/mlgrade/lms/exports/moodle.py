"""Write Moodle's imports: the gradebook from CSV or XML, and the offline grading worksheet.

CSV: one unknown key, locked grade or bad number stops the whole import; a blank removes a score, and a row without a
key takes the student of the row before. So only rows with a score are written, each with a key that is there once.
XML: one result for each grade, found by the ID numbers of item and student.
Worksheet: the downloaded sheet with grade and feedback filled, and nothing else changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Column, Row
from mlgrade.lms.exports import fill, fresh
from mlgrade.lms.exports.cells import Words, label, say
from mlgrade.lms.exports.fill import Texts
from mlgrade.lms.exports.items import Id, Slot
from mlgrade.lms.exports.model import Export, Format, Summary, Use
from mlgrade.tables import Table, guard, joined_lines
from mlgrade.text import one_line

KEYS = {"email": "Email address", "sis_id": "ID number", "login": "Username"}
CSV_SETTINGS = {
    "key": "what Moodle finds a student by, without a template: email (default), sis_id (ID number), login (username)",
    "feedback": "yes: also a column of feedback for each item, without a template; it replaces what Moodle has",
}
NAMES = ("First name", "Last name", "Surname")  # not sent: nothing is found by them, and a backslash may break the row
IDENTITY = (*NAMES, *KEYS.values(), "Institution", "Department")
MODULE = re.compile(r"[A-Z][\w ]*: ")  # "Assignment: ", before the name of an activity
OTHERS = re.compile(r"Feedback: |.*\((Feedback|Percentage|Letter)\)\Z|Last downloaded from this course\Z")


def write_csv(export: Export, to: BinaryIO) -> Summary:
    """Write the CSV import of the gradebook."""
    summary = Summary(format="moodle-csv")
    if export.template is None:
        fresh.write(_sheet(export, summary), export, to, summary)
    else:
        table = fill.read(export)
        fill.fill(table, _csv_layout(table, summary), export, to, summary)
    return summary


def comment(text: str) -> str:
    """Format feedback so that Moodle reads it whole: there a backslash before a quote keeps the cell open."""
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
    """Return a key, or "" for 0, which Moodle takes for none."""
    return "" if key.strip() == "0" else key


def _heads(column: Column, *, feedback: bool) -> list[str]:
    title = guard(joined_lines(column.title))
    return [title, f"Feedback: {title}"] if feedback else [title]


def _csv_layout(table: Table, summary: Summary) -> fill.TemplateLayout:
    first, _ = fill.header(table)
    heads = first.texts
    keys = {field: heads.index(heading) for field, heading in KEYS.items() if heading in heads}
    if not keys:
        raise table.fault(1, "not a grade export of Moodle in English (First name, Last name, Email address, ...)")
    names = [heads.index(head) for head in NAMES if head in heads]
    key, at = next((KEYS[field], at) for field, at in keys.items())
    summary.asks = f'Moodle will ask what each column is: map from "{key}", then each heading to its item'
    summary.warn("Moodle's file does not say what its items are out of: see that their maximum is that of our columns")
    return fill.TemplateLayout(
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
    """Return the items: columns that Moodle marks as (Real), or all other columns where it marks none."""
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
    """Return a setting that has only some values; the first one is the default."""
    given = export.settings.get(setting, next(iter(known)))
    if given not in known:
        raise UsageError(f'{name}: {setting} is one of {", ".join(known)} (got "{given}")')
    return given


CSV = Format(
    name="moodle-csv",
    title="Moodle gradebook CSV",
    suffix=".csv",
    write=write_csv,
    template=Use.MAY,
    settings=CSV_SETTINGS,
)


# -- XML --------------------------------------------------------------------------------------------------------

# XML 1.0 has no way to write these, not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML_WORDS = Words(comment=True)
XML_SETTINGS = {"batch": "the name of the batch in the file (default: mlgrade)"}


def write_xml(export: Export, to: BinaryIO) -> Summary:
    """Write the XML import of the gradebook."""
    summary = Summary(format="moodle-xml", asks="Moodle will ask nothing; its first error stops the whole import")
    _check_xml(export)
    batch = quoteattr(_clean(export.settings.get("batch", "mlgrade")))
    to.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<results batch={batch}>\n'.encode())
    numbers: set[str] = set()
    for row in export.rows:
        if reason := _refused(row.person.sis_id, numbers):
            summary.left_out.add(f"{label(row.person)}: {reason}")
        else:
            numbers.add(row.person.sis_id)
            to.writelines(text.encode() for text in _results(row, export, summary))
    to.write(b"</results>\n")
    return summary


def _check_xml(export: Export) -> None:
    if unnamed := [column.title for column in export.columns if not column.key.strip()]:
        shown = one_line(unnamed[0])
        raise UsageError(
            f'moodle-xml: "{shown}" has no ID number; give the grade item one in Moodle and say it with --item'
        )
    keys = [column.key for column in export.columns]
    if double := next((key for key in keys if keys.count(key) > 1), None):
        raise UsageError(f'moodle-xml: two columns have the ID number "{one_line(double)}"')
    if odd := next((key for key in keys if UNWRITABLE.search(key)), None):
        raise UsageError(f'moodle-xml: the ID number "{one_line(odd)}" has a character that XML cannot hold')


def _refused(number: str, taken: set[str]) -> str:
    if not number.strip():
        return "has no ID number, and this format knows no other key"
    if UNWRITABLE.search(number):
        return "has an ID number with a character that XML cannot hold"
    return "" if number not in taken else "another student has the same ID number"


def _results(row: Row, export: Export, summary: Summary) -> list[str]:
    results = []
    for column in export.columns:
        cell = row.cells.get(column.id)
        text = say(cell, column, None, XML_WORDS, summary, label(row.person))
        if cell is not None and (text or (text is not None and export.clear)):
            results.append(_result(column, row, text or "-", cell.comment))
            summary.new += bool(text)
    return results


def _result(column: Column, row: Row, score: str, comment: str) -> str:
    feedback = f"<feedback>{_escaped(comment)}</feedback>" if comment else ""
    return (
        f"<result><assignment>{_escaped(column.key)}</assignment><student>{_escaped(row.person.sis_id)}</student>"
        f"<score>{score}</score>{feedback}</result>\n"
    )


def _escaped(text: str) -> str:
    return escape(_clean(text), {"\r": "&#13;"})


def _clean(text: str) -> str:
    return UNWRITABLE.sub("\ufffd", text)


XML = Format(name="moodle-xml", title="Moodle gradebook XML", suffix=".xml", write=write_xml, settings=XML_SETTINGS)


# -- worksheet --------------------------------------------------------------------------------------------------

WORKSHEET_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
WORKSHEET_IDS = {"ID number": "sis_id", "Email address": "email"}


def write_worksheet(export: Export, to: BinaryIO) -> Summary:
    """Fill a grading worksheet."""
    summary = Summary(format="moodle-worksheet")
    table = fill.read(export)
    fill.fill(table, _worksheet_layout(table, export), export, to, summary)
    summary.asks = "Moodle will list the changed grades, and ask about grades that were given later than the download"
    return summary


def _worksheet_layout(table: Table, export: Export) -> fill.TemplateLayout:
    first, _ = fill.header(table)
    at = {head: index for index, head in reversed(list(enumerate(first.texts)))}
    if missing := [head for head in WORKSHEET_NEEDED if head not in at]:
        raise table.fault(1, f"not a grading worksheet of Moodle in English: {missing[0]} is missing in its header")
    slot = Slot(
        index=at["Grade"],
        heading="Grade",
        title=export.columns[0].title if len(export.columns) == 1 else "Grade",  # a sheet is of one assignment
        points_at=at.get("Maximum Grade"),
        comment_at=at.get("Feedback comments"),
    )
    return fill.TemplateLayout(
        slots=[slot],
        ids=lambda texts: _ids(texts, at),
        name=lambda texts: texts[at.get("Full name", at["Identifier"])],
        locked=lambda texts: _locked(texts, at),
        comment=comment,
    )


def _ids(texts: Texts, at: dict[str, int]) -> list[Id]:
    ids = [Id(field, text) for head, field in WORKSHEET_IDS.items() if head in at and (text := texts[at[head]].strip())]
    number = re.search(r"(\d+)\s*\Z", texts[at["Identifier"]])
    return [*ids, Id("lms_id", number[1])] if number else ids


def _locked(texts: Texts, at: dict[str, int]) -> str:
    changeable = texts[at["Grade can be changed"]] if "Grade can be changed" in at else ""
    return "Moodle says that the grade cannot be changed" if changeable.strip().lower() == "no" else ""


WORKSHEET = Format(
    name="moodle-worksheet", title="Moodle grading worksheet", suffix=".csv", write=write_worksheet, template=Use.MUST
)
