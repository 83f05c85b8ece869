"""Moodle's three ways in: gradebook CSV, gradebook XML, and the grading worksheet."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

from importers.delimited import Refused, decoded, even, rows

Grades = dict[tuple[str, str], tuple[str, str | None]]  # (student key, item) -> score, feedback


def fgetcsv(text: str) -> list[list[str]]:  # noqa: C901  (a state machine, best read whole)
    """PHP's reader: blanks before a quote are skipped, and a backslash keeps the next quote from closing the cell."""
    found, row, cell, position = [], [], "", 0
    while position < len(text):
        opened = re.compile(r'[ \t]*"').match(text, position)
        if opened and not cell:
            position = opened.end()
            while True:
                if position >= len(text):
                    raise Refused("an open quote")
                char = text[position]
                if char == "\\" and position + 1 < len(text):
                    cell, position = cell + text[position : position + 2], position + 2
                elif char == '"' and text[position + 1 : position + 2] == '"':
                    cell, position = cell + '"', position + 2
                elif char == '"':
                    position += 1
                    break
                else:
                    cell, position = cell + char, position + 1
        while position < len(text) and text[position] not in ",\n":
            cell, position = cell + text[position], position + 1
        row.append(cell)
        cell = ""
        if position >= len(text) or text[position] == "\n":
            found.append(row)
            row = []
        elif position + 1 == len(text):
            found.append([*row, ""])
        position += 1
    return found


def upload_csv(raw: bytes, users: set[str], columns: Mapping[str, str], key: str, most: float = 100) -> Grades:
    """`columns`: what the TA maps each heading to, "item" or ("item", "feedback") as "item!"."""
    text = re.sub(r"\r\n?", "\n", decoded(raw).removeprefix("\ufeff")).strip()
    found = even(fgetcsv(text))
    heads, *body = found
    if "Last downloaded from this course" in heads:
        raise Refused("an old export")
    at = heads.index(key)
    grades: Grades = {}
    for row in body:
        student = row[at]
        if student in ("", "0"):
            raise AssertionError("this row would go to the student of the row before")
        if student not in users:
            raise Refused(f"unknown user {student!r}")
        for head, text_ in zip(heads, row, strict=True):
            target = columns.get(head)
            if target and not target.endswith("!"):
                if text_.strip() not in ("", "-") and not re.fullmatch(r"\d+(\.\d+)?", text_.strip()):
                    raise Refused(f"no number: {text_!r}")
                if text_.strip() not in ("", "-") and float(text_) > most:
                    raise Refused("above the limit")
                grades[student, target] = (text_.strip(), grades.get((student, target), ("", None))[1])
            elif target:
                item = target[:-1]
                grades[student, item] = (grades.get((student, item), ("", None))[0], text_)
    return grades


def upload_xml(raw: bytes, users: set[str], items: set[str]) -> Grades:
    root = ET.fromstring(raw)
    if root.tag != "results":
        raise Refused("the root")
    grades: Grades = {}
    for result in root:
        assert result.tag == "result"
        item, student = result.findtext("assignment", ""), result.findtext("student", "")
        if item not in items or student not in users:
            raise Refused(f"unknown item or user: {item!r} {student!r}")
        score = result.find("score")
        if score is not None and score.text != "-" and not re.fullmatch(r"\d+(\.\d+)?", score.text or ""):
            raise Refused("a score that is no number")
        assert (student, item) not in grades
        grades[student, item] = ("" if score is None else score.text or "", result.findtext("feedback"))
    return grades


def upload_worksheet(raw: bytes, participants: set[str]) -> dict[str, tuple[str, str]]:
    found = rows(decoded(raw).removeprefix("\ufeff"))
    heads, *body = found
    if not {"Identifier", "Grade", "Last modified (grade)"} <= set(heads):
        raise Refused("not a grading worksheet")
    grades = {}
    for row in body:
        cells = dict(zip(heads, row, strict=True))
        number = re.search(r"(\d+)", cells["Identifier"])
        if number and number[1] in participants:
            grades[number[1]] = (cells["Grade"], cells.get("Feedback comments", ""))
    return grades
