"""From a table to people: recognise it, take its students, give each a key, and say what is doubtful."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters import keys
from mlgrade.lms.rosters.model import Found, Key, Problem, Roster
from mlgrade.lms.rosters.sources import SOURCES, Cells, Source, recognise
from mlgrade.tables.delimited import Record, Table
from mlgrade.text import one_line

IDS = ("lms_id", "sis_id", "login", "email")
KINDS = {"lms_id": "LMS id", "sis_id": "student number", "login": "login", "email": "email"}


def roster(table: Table, key: Key = Key.AUTO) -> Roster:
    source, records = _recognised(table)
    if source.name == "nbgrader" and not _by_the_rules(table):
        table = msgspec.structs.replace(table, quotes=False)  # it writes a name with a quote as it is
        source, records = _recognised(table)
    problems: list[Problem] = []
    found = list(_people(table, source, records, problems))
    if source.name == "nbgrader":
        found = _once(found)  # its grades file has a row for each assignment
    students = list(_students(found, problems))
    problems += _equal_names(students)
    people = list(_keyed(_without_doubles(students, problems), key, problems))
    return Roster(format=source.name, people=people, problems=sorted(problems, key=lambda problem: problem.line))


def _recognised(table: Table) -> tuple[Source, Iterator[Record]]:
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


def _with(first: Record, others: Iterator[Record]) -> Iterator[Record]:
    yield first
    yield from others


def _people(table: Table, source: Source, records: Iterator[Record], problems: list[Problem]) -> Iterator[Found]:
    header = next(records)
    heads = [text.strip().lower() for text in header.texts]
    for record in records:
        texts = source.mend(record.texts, len(header.raw))
        if [text.strip().lower() for text in texts] == heads:
            raise table.fault(record.line, f"the header of line {header.line} again; were two files joined?")
        if len(texts) != len(heads):
            problems.append(_ragged(record.line, len(texts), len(heads)))
            continue
        cells = _cells(heads, texts)
        if not source.skips(cells):
            person = source.person(cells)
            yield Found(line=record.line, person=person, test=source.is_test(person))


def _cells(heads: Sequence[str], texts: Sequence[str]) -> Cells:
    """By heading. Of two equal headings the first counts."""
    return dict(zip(reversed(heads), reversed(texts), strict=True))


def _ragged(line: int, width: int, wanted: int) -> Problem:
    return Problem(line=line, text=f"{width} cells under {wanted} headings; left out", left_out=True)


def _once(found: Iterable[Found]) -> list[Found]:
    first: dict[Person, Found] = {}
    for one in found:
        first.setdefault(one.person, one)
    return list(first.values())


def _students(found: Iterable[Found], problems: list[Problem]) -> Iterator[Found]:
    for one in found:
        if one.test:
            text = f"{one_line(name(one.person))} looks like the LMS's test student; left out"
            problems.append(Problem(line=one.line, text=text))
        elif not any(getattr(one.person, field).strip() for field in ("student", *IDS)):
            problems.append(_left(one, f"{name(one.person)} has no id of any kind"))
        else:
            yield one


def _equal_names(found: Iterable[Found]) -> Iterator[Problem]:
    lines: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        if one.person.name.strip():
            lines[keys.folded(one.person.name.strip())].append(one)
    for group in lines.values():
        for one in group[1:]:
            text = f"{name(one.person)} has the name of line {group[0].line}; told apart by id"
            yield Problem(line=one.line, text=text)


def _without_doubles(found: Iterable[Found], problems: list[Problem]) -> Iterator[Found]:
    """Leave out a row with an id that an earlier row has."""
    seen: dict[tuple[str, str], int] = {}
    for one in found:
        ids = [(field, value) for field in IDS if (value := getattr(one.person, field).strip())]
        doubled = next((pair for pair in ids if pair in seen), None)
        if doubled:
            text = f"{name(one.person)} has the {KINDS[doubled[0]]} {doubled[1]} of line {seen[doubled]}"
            problems.append(_left(one, text))
            continue
        seen.update(dict.fromkeys(ids, one.line))
        yield one


def _keyed(found: Iterable[Found], key: Key, problems: list[Problem]) -> Iterator[Person]:
    seen: dict[str, int] = {}
    for one in found:
        student = keys.key_of(one.person, key)
        if why := _unfit(student, key, seen):
            problems.append(_left(one, f"{name(one.person)}: {why}"))
            continue
        seen[keys.folded(student)] = one.line
        yield msgspec.structs.replace(one.person, student=student)


def _unfit(student: str, key: Key, seen: dict[str, int]) -> str:
    if not student:
        return f"has no {KINDS.get(key, key)} to make a key of"
    if line := seen.get(keys.folded(student)):
        return f'the key "{student}" is that of line {line}; choose another with --key'
    return _refusal(keys.check, student)


def _refusal(check: Callable[[str], None], student: str) -> str:
    try:
        check(student)
    except UsageError as error:
        return f'the key "{student}" {error}'
    return ""


def name(person: Person) -> str:
    return person.name.strip() or person.login or person.email or person.sis_id or person.lms_id or "a row without name"


def _left(one: Found, text: str) -> Problem:
    return Problem(line=one.line, text=f"{one_line(text)}; left out", left_out=True)
