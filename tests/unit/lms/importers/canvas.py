"""Canvas's gradebook upload, rule by rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from importers.delimited import Refused, decoded, rows


@dataclass(frozen=True)
class User:
    id: str
    sis_id: str = ""
    login: str = ""
    name: str = ""


@dataclass(frozen=True)
class Assignment:
    id: str
    title: str
    points: float


@dataclass
class Upload:
    new: dict[str, str] = field(default_factory=dict)  # title -> points, asked for before anything is made
    grades: dict[tuple[str, str], str] = field(default_factory=dict)  # (user, assignment id or new title)
    removed: set[tuple[str, str]] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)  # whom the page asks about


def upload(
    raw: bytes, users: Sequence[User], assignments: Sequence[Assignment], held: Mapping[tuple[str, str], str]
) -> Upload:
    text = decoded(raw)
    if text.startswith(('\ufeff"', "\ufeffLastName")):
        raise Refused("a mark before a quote, or before LastName")
    text = text.removeprefix("\ufeff")
    if len(set(re.findall(r"\r\n|\n|\r", re.sub(r'"(?:[^"]|"")*"', "", text)))) > 1:
        raise Refused("mixed line ends")
    found = rows(text, separator(text))
    found = [[number(cell) for cell in row] for row in found if any(cell.strip() for cell in row)]
    header, *body = found
    start = after_identity(header)
    result = Upload()
    columns = columns_of(header, start, body, assignments, result)
    for row in body:
        if "Points Possible" in row[0] or all(
            not c.strip() or re.match("Muted|Manual Posting", c.strip()) for c in row
        ):
            continue
        student(row, header, start, columns, users, held, result)
    return result


def separator(text: str) -> str:
    first = re.split(r"\r\n|\n|\r", text)[:3]
    counts = {}
    for candidate in ";,":
        try:
            widths = [len(rows(line, candidate)[0]) for line in first if line]
        except Refused:
            continue
        if len(set(widths)) == 1:
            counts[candidate] = widths[0]
    if not counts:
        raise Refused("the separator cannot be told")
    return ";" if counts.get(";", 0) > counts.get(",", 0) else ","


def number(cell: str) -> str:
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    whole, mark, rest = re.fullmatch(r"(.*?)(?:([.,])([^.,]*))?", cell).groups()
    return re.sub("[.,]", "", whole) + ("." + rest if mark else "")


def after_identity(header: list[str]) -> int:
    """Where the columns after Section begin."""
    split = header[0] == "LastName"
    lead = header[1:] if split else header
    if len(lead) < 4 or "ID" not in lead[1] or not ("Student" in lead[0] or split):
        raise Refused("The CSV header row is invalid.")
    at = 2
    if lead[at] == "SIS User ID":
        at += 1
    if lead[at] != "SIS Login ID":
        raise Refused("The CSV header row is invalid.")
    at += 1
    for optional in ("Integration ID", "Root Account"):
        at += lead[at] == optional
    if "Section" not in lead[at]:
        raise Refused("The CSV header row is invalid.")
    return at + 1 + split


def columns_of(header, start, body, assignments, result):
    points = next((row for row in body if "Points Possible" in row[0]), [""] * len(header))
    columns: dict[int, str] = {}
    for index in range(start, len(header)):
        heading = header[index]
        if re.search(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)", heading):
            continue
        if index < len(points) and re.search("read only", points[index]):
            continue
        named = re.fullmatch(r"(.*)\s\((\d+)\)", heading, re.DOTALL)
        known = next((one for one in assignments if (named and one.id == named[2]) or one.title == heading), None)
        target = known.id if known else (named[1] if named else heading)
        if target in columns.values():
            continue
        if known is None:
            result.new[target] = points[index]
        columns[index] = target
    return columns


def student(row, header, start, columns, users, held, result):
    cells = dict(zip(header[:start], row[:start], strict=True))
    whole = re.match(r"\d+", cells["ID"])
    sis, login = (plain(cells.get(name, "")) for name in ("SIS User ID", "SIS Login ID"))
    user = (
        next((one for one in users if whole and one.id == whole[0]), None)
        or next((one for one in users if sis and one.sis_id == sis), None)
        or next((one for one in users if login and one.login == login), None)
    )
    if user is None:
        result.unknown.append(row[0])
        return
    for index, target in columns.items():
        new, old = row[index].strip(), held.get((user.id, target), "")
        if equal(new, old):
            continue
        if new in ("", "-"):
            result.removed.add((user.id, target))
        else:
            result.grades[user.id, target] = "EX" if new.upper() == "EX" else new


def plain(cell: str) -> str:
    return cell[2:-1] if cell.startswith('="') else cell


def equal(new: str, old: str) -> bool:
    try:
        return round(float(new), 2) == round(float(old), 2)
    except ValueError:
        return new == old


def exported(
    users: Sequence[User], assignments: Sequence[Assignment], held: Mapping[tuple[str, str], str]
) -> list[list[str]]:
    """The rows of Canvas's own export."""
    head = [
        "Student",
        "ID",
        "SIS User ID",
        "SIS Login ID",
        "Section",
        *(f"{one.title} ({one.id})" for one in assignments),
        "Current Score",
    ]
    posting = ["", "", "", "", "", *("Manual Posting" for _ in assignments), ""]
    points = ["    Points Possible", "", "", "", "", *(f"{one.points:.2f}" for one in assignments), "(read only)"]
    body = [
        [
            one.name,
            one.id,
            one.sis_id,
            one.login,
            "A",
            *(held.get((one.id, each.id), "") for each in assignments),
            "88.1",
        ]
        for one in users
    ]
    test = ["Student, Test", "999", "", "f00ba4", "A", *("" for _ in assignments), ""]
    return [head, posting, points, *body, test]
