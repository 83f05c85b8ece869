"""A OneRoster package: users.csv, and where it says so (1.1 and 1.2 differ) who of them is a student."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mlgrade.errors import UsageError
from mlgrade.lms.rosters.model import Key, Problem, Roster
from mlgrade.lms.rosters.reading import roster
from mlgrade.tables.decoding import MOST_BYTES
from mlgrade.tables.delimited import Table, table
from mlgrade.text import one_line


def read(path: Path, key: Key = Key.AUTO) -> Roster:
    """Read the package. Of its files only those with people are opened, each up to a bounded size."""
    shown = one_line(str(path))
    try:
        with zipfile.ZipFile(path) as package:
            found = roster(_member(package, "users.csv", shown), key)
            students = _students(package, shown)
    except zipfile.BadZipFile:
        raise UsageError(f"{shown}: the zip archive is damaged or cut off; download it again") from None
    return found if students is None else _only(found, students)


def _member(package: zipfile.ZipFile, name: str, shown: str) -> Table:
    place = f"{shown}: {name}"
    try:
        info = package.getinfo(name)
        if info.flag_bits & 0x1:
            raise UsageError(f"{place}: is encrypted")
        with package.open(info) as file:
            raw = file.read(MOST_BYTES + 1)
    except KeyError:
        raise UsageError(f"{shown}: a zip archive without users.csv at its top; a OneRoster package has one") from None
    except (OSError, EOFError, zlib.error, NotImplementedError, ValueError, RuntimeError, MemoryError) as error:
        raise UsageError(f"{place}: cannot be unpacked: {error}") from None
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{place}: larger than {MOST_BYTES // 1024 // 1024} MiB unpacked")
    return table(raw, place)


def _students(package: zipfile.ZipFile, shown: str) -> dict[str, str] | None:
    """Sourced ids of students, each with the class it was found in; None where the package does not say."""
    for name in ("enrollments.csv", "roles.csv"):
        if name in package.namelist():
            return dict(_of_students(_member(package, name, shown)))
    return None


def _of_students(table: Table) -> Iterator[tuple[str, str]]:
    records = (record.texts for record in table.records() if not record.blank)
    heads = next(records, [])
    for texts in records:
        cells = dict(zip(heads, texts, strict=False))
        if cells.get("role") == "student" and cells.get("status") != "tobedeleted":
            yield cells.get("userSourcedId", ""), cells.get("classSourcedId", "")


def _only(found: Roster, students: dict[str, str]) -> Roster:
    people = [
        msgspec.structs.replace(person, section=students[person.lms_id])
        for person in found.people
        if person.lms_id in students
    ]
    others = len(found.people) - len(people)
    note = [Problem(line=1, text=f"{others} users are not enrolled as students; left out")]
    return Roster(format="oneroster", people=people, problems=[*found.problems, *(note if others else [])])
