"""Moodle's gradebook import from XML: one result for each grade, found by the ID numbers of item and student."""

from __future__ import annotations

import re
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Column, Row
from mlgrade.lms.exports.cells import Words, label, say
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.lms.exports.shelf import Once
from mlgrade.text import one_line

# XML 1.0 has no way to write these, not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WORDS = Words(comment=True)
SETTINGS = {"batch": "the name of the batch in the file (default: mlgrade)"}


def write(export: Export, to: BinaryIO) -> Summary:
    summary = Summary(format="moodle-xml", asks="Moodle will ask nothing; its first error stops the whole import")
    _check(export)
    batch = quoteattr(_clean(export.settings.get("batch", "mlgrade")))
    to.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<results batch={batch}>\n'.encode())
    with Once() as keys:
        for row in export.rows:
            if reason := _refused(row, keys):
                summary.left_out.add(f"{label(row.person)}: {reason}")
            else:
                to.writelines(text.encode() for text in _results(row, export, summary))
    to.write(b"</results>\n")
    return summary


def _check(export: Export) -> None:
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


def _refused(row: Row, keys: Once) -> str:
    number = row.person.sis_id
    if not number.strip():
        return "has no ID number, and this format knows no other key"
    if UNWRITABLE.search(number):
        return "has an ID number with a character that XML cannot hold"
    return "" if keys.new(number) else "another student has the same ID number"


def _results(row: Row, export: Export, summary: Summary) -> list[str]:
    results = []
    for column in export.columns:
        cell = row.cells.get(column.id)
        text = say(cell, column, None, WORDS, summary, label(row.person))
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


FORMAT = Format(name="moodle-xml", title="Moodle gradebook XML", suffix=".xml", write=write, settings=SETTINGS)
