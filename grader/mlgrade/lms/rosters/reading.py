"""Read the people of a table or a OneRoster package: recognise it, give each a key, and report what is doubtful."""

from __future__ import annotations

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters.model import Key, Roster, RosterProblem, RosterRow, check, folded, key_of
from mlgrade.lms.rosters.sources import SOURCES, Cells, RosterSource, recognise
from mlgrade.tables import MOST_BYTES, Table, TableRecord, read_bytes, table
from mlgrade.text import one_line

IDS = ("lms_id", "sis_id", "login", "email")
KINDS = {"lms_id": "LMS id", "sis_id": "student number", "login": "login", "email": "email"}


def roster_of(table: Table, key: Key = Key.AUTO) -> Roster:
    """Read the people of a table."""
    source, records = _recognised(table)
    if source.name == "nbgrader" and not _by_the_rules(table):
        table = msgspec.structs.replace(table, quotes=False)  # it writes a name with a quote as it is
        source, records = _recognised(table)
    problems: list[RosterProblem] = []
    found = list(_people(table, source, records, problems))
    if source.name == "nbgrader":
        found = _once(found)  # its grades file has a row for each assignment
    students = list(_students(found, problems))
    problems += _equal_names(students)
    people = list(_keyed(_without_duplicates(students, problems), key, problems))
    return Roster(format=source.name, people=people, problems=sorted(problems, key=lambda problem: problem.line))


def _recognised(table: Table) -> tuple[RosterSource, Iterator[TableRecord]]:
    records = (record for record in table.records() if not record.blank)
    first = next(records, None)
    if first is None:
        raise UsageError(f"{table.name}: there is no row in it")
    if source := recognise(first.texts):
        return source, _with(first, records)
    second = next(records, None)
    if second is not None and (source := recognise(second.texts)):
        raise table.fault(first.line, f"is above the header, which is line {second.line}; delete what is above it")
    known = "; ".join(source.title for source in SOURCES)
    shown = ", ".join(first.texts[:6])[:200]
    raise table.fault(first.line, f"not a header that is known ({shown}). Known are: {known}")


def _by_the_rules(table: Table) -> bool:
    try:
        return all(record.raw for record in table.records())
    except UsageError:
        return False


def _with(first: TableRecord, others: Iterator[TableRecord]) -> Iterator[TableRecord]:
    yield first
    yield from others


def _people(
    table: Table, source: RosterSource, records: Iterator[TableRecord], problems: list[RosterProblem]
) -> Iterator[RosterRow]:
    header = next(records)
    heads = [text.strip().lower() for text in header.texts]
    for record in records:
        texts = source.fix_row(record.texts, len(header.raw))
        if [text.strip().lower() for text in texts] == heads:
            raise table.fault(record.line, f"the header of line {header.line} again; were two files joined?")
        if len(texts) != len(heads):
            problems.append(_ragged(record.line, len(texts), len(heads)))
            continue
        cells = _cells(heads, texts)
        if not source.skips(cells):
            person = source.person(cells)
            yield RosterRow(line=record.line, person=person, test=source.is_test(person))


def _cells(heads: Sequence[str], texts: Sequence[str]) -> Cells:
    """Return the cells by heading. Of two equal headings the first counts."""
    return dict(zip(reversed(heads), reversed(texts), strict=True))


def _ragged(line: int, width: int, wanted: int) -> RosterProblem:
    return RosterProblem(line=line, text=f"{width} cells under {wanted} headings; left out", left_out=True)


def _once(found: Iterable[RosterRow]) -> list[RosterRow]:
    first: dict[Person, RosterRow] = {}
    for one in found:
        first.setdefault(one.person, one)
    return list(first.values())


def _students(found: Iterable[RosterRow], problems: list[RosterProblem]) -> Iterator[RosterRow]:
    for one in found:
        if one.test:
            text = f"{one_line(_name(one.person))} looks like the LMS's test student; left out"
            problems.append(RosterProblem(line=one.line, text=text))
        elif not any(getattr(one.person, field).strip() for field in ("student", *IDS)):
            problems.append(_left(one, f"{_name(one.person)} has no id of any kind"))
        else:
            yield one


def _equal_names(found: Iterable[RosterRow]) -> Iterator[RosterProblem]:
    lines: dict[str, list[RosterRow]] = defaultdict(list)
    for one in found:
        if one.person.name.strip():
            lines[folded(one.person.name.strip())].append(one)
    for group in lines.values():
        for one in group[1:]:
            text = f"{_name(one.person)} has the name of line {group[0].line}; told apart by id"
            yield RosterProblem(line=one.line, text=text)


def _without_duplicates(found: Iterable[RosterRow], problems: list[RosterProblem]) -> Iterator[RosterRow]:
    """Leave out a row with an id that an earlier row has."""
    seen: dict[tuple[str, str], int] = {}
    for one in found:
        ids = [(field, value) for field in IDS if (value := getattr(one.person, field).strip())]
        doubled = next((pair for pair in ids if pair in seen), None)
        if doubled:
            text = f"{_name(one.person)} has the {KINDS[doubled[0]]} {doubled[1]} of line {seen[doubled]}"
            problems.append(_left(one, text))
            continue
        seen.update(dict.fromkeys(ids, one.line))
        yield one


def _keyed(found: Iterable[RosterRow], key: Key, problems: list[RosterProblem]) -> Iterator[Person]:
    seen: dict[str, int] = {}
    for one in found:
        student = key_of(one.person, key)
        if why := _unfit(student, key, seen):
            problems.append(_left(one, f"{_name(one.person)}: {why}"))
            continue
        seen[folded(student)] = one.line
        yield msgspec.structs.replace(one.person, student=student)


def _unfit(student: str, key: Key, seen: dict[str, int]) -> str:
    if not student:
        return f"has no {KINDS.get(key, key)} to make a key of"
    if line := seen.get(folded(student)):
        return f'the key "{student}" is that of line {line}; choose another with --key'
    try:
        check(student)
    except UsageError as error:
        return f'the key "{student}" {error}'
    return ""


def _name(person: Person) -> str:
    return person.name.strip() or person.login or person.email or person.sis_id or person.lms_id or "a row without name"


def _left(one: RosterRow, text: str) -> RosterProblem:
    return RosterProblem(line=one.line, text=f"{one_line(text)}; left out", left_out=True)


def read(path: Path, key: Key = Key.AUTO) -> Roster:
    """Read a roster of any known kind. `key` says what becomes the student's key; see `Key`."""
    raw = read_bytes(path)
    if raw.startswith(b"PK\x03\x04") and path.suffix.lower() == ".zip":
        return _package(path, key)
    return roster_of(table(raw, str(path)), key)


def _package(path: Path, key: Key) -> Roster:
    """Read a OneRoster package. Of its files only those with people are opened, each up to a bounded size."""
    shown = one_line(str(path))
    try:
        with zipfile.ZipFile(path) as package:
            found = roster_of(_member(package, "users.csv", shown), key)
            enrolled = _enrolled(package, shown)
    except zipfile.BadZipFile:
        raise UsageError(f"{shown}: the zip archive is damaged or cut off; download it again") from None
    return found if enrolled is None else _only(found, enrolled)


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


def _enrolled(package: zipfile.ZipFile, shown: str) -> dict[str, str] | None:
    """Return the sourced ids of students with their classes, or None where the package does not say (1.1, 1.2)."""
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
    note = [RosterProblem(line=1, text=f"{others} users are not enrolled as students; left out")]
    return Roster(format="oneroster", people=people, problems=[*found.problems, *(note if others else [])])
