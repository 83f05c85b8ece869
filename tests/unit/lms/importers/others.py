"""Blackboard, Brightspace, Sakai, Open edX and OneRoster."""

from __future__ import annotations

import csv
import io
import re
import zipfile

from importers.delimited import Refused, decoded, even, rows


def blackboard(raw: bytes, users: set[str], columns: set[str]) -> dict[tuple[str, str], str]:
    text = raw.decode("utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else decoded(raw).removeprefix("\ufeff")
    separator = "\t" if "\t" in text.split("\n")[0] else ","
    heads, *body = even(rows(text, separator))
    if "Username" not in heads:
        raise Refused("no Username")
    grades = {}
    for row in body:
        cells = dict(zip(heads, row, strict=True))
        for head in heads:
            column = re.search(r"\|(\d+)$", head)
            if column and column[1] in columns and cells["Username"] in users:
                if cells[head] and not re.fullmatch(r"-?\d+(\.\d+)?", cells[head]):
                    raise Refused(f"no number: {cells[head]!r}")
                grades[cells["Username"], column[1]] = cells[head]
    return grades


def brightspace(raw: bytes, users: set[str]) -> dict[tuple[str, str], tuple[str, float | None]]:
    """(id without its `#`, item) -> the points, and what they are out of."""
    heads, *body = even(rows(decoded(raw).removeprefix("\ufeff")))
    if heads[-1] != "End-of-Line Indicator" or heads[0] not in ("OrgDefinedId", "Username"):
        raise Refused("the fields")
    grades = {}
    for row in body:
        assert row[-1] == "#"
        cells = dict(zip(heads, row, strict=True))
        ids = [cells[name].removeprefix("#") for name in ("OrgDefinedId", "Username") if cells.get(name)]
        student = next((one for one in ids if one in users), None)
        if student is None:
            raise Refused(f"unknown: {ids}")
        for head in heads:
            item = re.fullmatch(r"(.*) Points Grade(?: <Numeric MaxPoints:([\d.]+)[^>]*>)?", head)
            if item is None:
                if head not in ("OrgDefinedId", "Username", "End-of-Line Indicator"):
                    raise Refused(f"not to be imported: {head}")
                continue
            if re.search(r'[/"*<>+=|,%]', item[1]):
                raise Refused("a character that names may not hold")
            if cells[head]:
                assert re.fullmatch(r"\d+(\.\d+)?", cells[head])
                grades[student, item[1]] = (cells[head], float(item[2]) if item[2] else None)
    return grades


def sakai(raw: bytes, users: set[str]) -> dict[tuple[str, str], str]:
    heads, *body = even(rows(decoded(raw).removeprefix("\ufeff")))
    grades = {}
    for row in body:
        for index, head in enumerate(heads[2:], 2):
            if head.startswith("#") or row[0] not in users:
                continue
            item = re.fullmatch(r"(.*) \[([0-9]+([.,][0-9][0-9]?)?)\] *", head)
            if not head.startswith("* ") and row[index]:
                grades[row[0], item[1] if item else head] = row[index]
    return grades


def openedx(raw: bytes, course: str) -> dict[tuple[str, str], str]:
    heads, *body = even(rows(decoded(raw)))
    grades: dict[tuple[str, str], str] = {}
    seen = set()
    for row in body:
        cells = dict(zip(heads, row, strict=True))
        if cells["course_id"] != course or cells["user_id"] in seen:
            raise Refused("another course, or a user twice")
        seen.add(cells["user_id"])
        for head in heads:
            if head.startswith("new_override-") and cells[head]:
                assert float(cells[head]) >= 0
                grades[cells["user_id"], head.removeprefix("new_override-")] = cells[head]
    return grades


REQUIRED = {
    "categories.csv": ["sourcedId", "title"],
    "lineItems.csv": [
        "sourcedId",
        "title",
        "assignDate",
        "dueDate",
        "classSourcedId",
        "categorySourcedId",
        "academicSessionSourcedId",
        "schoolSourcedId",
    ],
    "results.csv": ["sourcedId", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "scoreDate"],
}
HEADERS = {
    "manifest.csv": "propertyName,value",
    "categories.csv": "sourcedId,status,dateLastModified,title,weight",
    "lineItems.csv": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId",
    "results.csv": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing",
}


def oneroster(raw: bytes) -> dict[tuple[str, str], dict[str, str]]:
    """(student, line item) -> the result, after every check that a validator makes."""
    package = zipfile.ZipFile(io.BytesIO(raw))
    files = {}
    for name in package.namelist():
        text = package.read(name).decode("utf-8")
        assert text.split("\r\n", 1)[0] == HEADERS[name], name
        files[name] = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    manifest = {row["propertyName"]: row["value"] for row in files["manifest.csv"]}
    assert manifest["manifest.version"] == "1.0"
    assert manifest["oneroster.version"] == "1.2"
    assert sum(name.startswith("file.") for name in manifest) == 21
    assert {f"{name[5:]}.csv" for name, value in manifest.items() if value == "bulk"} == files.keys() - {"manifest.csv"}
    for name, fields in REQUIRED.items():
        ids = [row["sourcedId"] for row in files[name]]
        assert len(ids) == len(set(ids)), f"{name}: an id twice"
        for row in files[name]:
            assert all(row[field] for field in fields), (name, row)
            assert row["status"] == row["dateLastModified"] == ""
    items = {row["sourcedId"] for row in files["lineItems.csv"]}
    results = {}
    for row in files["results.csv"]:
        assert row["lineItemSourcedId"] in items
        assert row["scoreStatus"] in ("exempt", "fully graded", "not submitted")
        assert bool(row["score"]) == (row["scoreStatus"] == "fully graded")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["scoreDate"])
        results[row["studentSourcedId"], row["lineItemSourcedId"]] = row
    return results
