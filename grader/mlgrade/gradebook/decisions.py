"""Validate decisions of staff, and find those in effect."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from mlgrade.course import Course, Unit
from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.model import Decision, DecisionKind
from mlgrade.text import one_line

# What a decision may say in this course: a target that exists, a date that helps, points that there are. Pure.

COURSE = "course"  # the whole course, as people write it; "" in a decision
_LAST_YEAR = 9000  # far from where adding a grace time would leave the calendar


def find_target(course: Course, name: str) -> str:
    """The target of a decision that a person means by `softmax`, `unit:attention` or `course`."""
    known = list(_targets(course))
    meant = [full for short, full in known if name in (short, full)]
    if len(meant) == 1:
        return meant[0].removeprefix(f"{COURSE}:")
    if meant:
        raise UsageError(f'"{one_line(name)}" is the name of two things; write {" or ".join(meant)}')
    near = closest(name, [spelling for pair in known for spelling in pair])
    raise UsageError(f'no concept or unit "{one_line(name)}"{near or f"; `{COURSE}` means all of it"}')


def new_due_date(course: Course, target: str, text: str) -> datetime:
    """A new due date, which is later than the one it replaces."""
    when = _when(text)
    due = min((due for _, due in _dues(course, target)), default=None)
    if due is None:
        raise UsageError(f"{target_words(target)} has no due date; there is nothing to extend")
    if when <= due:
        raise UsageError(f"{text} is not after the due date {due.isoformat(sep=' ')} of {target_words(target)}")
    return when


def later_dates(course: Course, target: str, days: int) -> list[tuple[str, datetime]]:
    """The due dates of a target moved by whole days; of the course, one for each unit."""
    moved = [(one, due + timedelta(days=days)) for one, due in _dues(course, target)]
    if not moved:
        raise UsageError(f"{target_words(target)} has no due date; there is nothing to extend")
    return moved


def check_points(course: Course, concept: str, value: float) -> float:
    """Check the points of a decision. Raise UsageError for more than the concept has."""
    possible = course.concept(concept).points
    if not 0 <= value <= possible:  # also refuses nan
        raise UsageError(f"{concept}: from 0 to {possible:g} points (got {value:g})")
    return value


def target_words(target: str) -> str:
    """Return the target of a decision in words."""
    return target or "the course"


def _when(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        when = None
    if when is None or when.tzinfo is None or not 1970 < when.year < _LAST_YEAR:
        raise UsageError(f'"{one_line(text[:60])}": not a date with time and time zone, such as 2027-02-20T23:59+01:00')
    return when.astimezone(UTC)


def _dues(course: Course, target: str) -> list[tuple[str, datetime]]:
    units = [unit for unit in course.units if not target or target in _within(unit)]
    return [(target or f"unit:{unit.id}", unit.due) for unit in units if unit.due is not None]


def _within(unit: Unit) -> list[str]:
    return [f"unit:{unit.id}", *(f"concept:{concept.id}" for concept in unit.concepts)]


def _targets(course: Course) -> Iterator[tuple[str, str]]:
    """Short names, and full ones that are never the name of two things."""
    yield COURSE, f"{COURSE}:"
    yield from ((unit.id, f"unit:{unit.id}") for unit in course.units)
    yield from ((concept.id, f"concept:{concept.id}") for concept in course.concepts)


# -- rulings -------------------------------------------------------------------------------------------------------

# What staff decided, as far as it stands: the last word on each kind and target, the nearest target first. Pure.

InEffect = Mapping[tuple[DecisionKind, str], Decision]


class EffectiveDecisions(NamedTuple):
    """What holds for one student and one concept."""

    excuse: Decision | None = None
    extension: Decision | None = None
    override: Decision | None = None
    minimum: Decision | None = None
    manual: Decision | None = None
    extra: Decision | None = None
    penalty: Decision | None = None


NO_DECISIONS = EffectiveDecisions()


def in_effect(decisions: Iterable[Decision]) -> InEffect:
    """The decisions of one student that stand. What is revoked leaves nothing, not the one before it."""
    last: dict[tuple[DecisionKind, str], Decision] = {}
    for decision in sorted(decisions, key=lambda one: one.id):
        last[decision.kind, decision.target] = decision
    return {key: decision for key, decision in last.items() if not decision.revoked}


def effective(decided: InEffect, concept: str, unit: str) -> EffectiveDecisions:
    """Return the decisions that hold for a concept of a unit."""
    if not decided:
        return NO_DECISIONS
    targets = (f"concept:{concept}", f"unit:{unit}", "")

    def nearest(kind: DecisionKind) -> Decision | None:
        return next((decided[kind, target] for target in targets if (kind, target) in decided), None)

    return EffectiveDecisions(
        excuse=nearest(DecisionKind.EXCUSE),
        extension=nearest(DecisionKind.EXTEND),
        override=nearest(DecisionKind.OVERRIDE),
        minimum=nearest(DecisionKind.MINIMUM),
        manual=decided.get((DecisionKind.MANUAL, targets[0])),  # these are points of one concept, and of nothing wider
        extra=decided.get((DecisionKind.EXTRA, targets[0])),
        penalty=decided.get((DecisionKind.PENALTY, targets[0])),
    )


# -- sheet ---------------------------------------------------------------------------------------------------------

# Excuses and extensions of many students from one CSV file: every problem at once, each with its line.
#
# Columns `student`, `target`, `reason`, and `until` with a date or the word `excuse`, in any order.

MOST_BYTES = 16 * 1024 * 1024
_NEEDED, _COLUMNS = {"student", "target", "reason"}, {"student", "target", "reason", "until"}
Row = Mapping[str, str]


def read_sheet(path: Path) -> bytes:
    """Read a sheet of decisions. Raise UsageError if it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path}: more than {MOST_BYTES // 1024 // 1024} MiB; split the file")
    return data


def parse_sheet(
    data: bytes, file: str, course: Course, known: Callable[[str], str], kind: DecisionKind, by: str, at: datetime
) -> list[Decision]:
    """The decisions of a file, all of them fine. `kind` is what a row without a word in `until` means."""
    problems: list[str] = []
    decisions: dict[tuple[DecisionKind, str, str], Decision] = {}
    for number, header, cells in _rows(data, file):
        try:
            one = _decision(_row(header, cells), course, known, kind, by, at)
        except UsageError as error:
            problems.append(f"{file}:{number}: {error}")
            continue
        if decisions.setdefault((one.kind, one.student, one.target), one) is not one:
            twice = f"{one_line(one.student)} and {target_words(one.target)} for the second time"
            problems.append(f"{file}:{number}: {twice}")
    if problems:
        raise UsageError("\n".join([*problems, f"{file}: nothing was written; fix the file and run this again"]))
    return list(decisions.values())


def _decision(
    row: Row, course: Course, known: Callable[[str], str], kind: DecisionKind, by: str, at: datetime
) -> Decision:
    student, target = known(row["student"]), find_target(course, row["target"])
    if not row["reason"]:
        raise UsageError("no reason; say why, for whoever asks later")
    until = row.get("until", "")
    if until == str(DecisionKind.EXCUSE) or (not until and kind is DecisionKind.EXCUSE):
        return Decision(student=student, target=target, kind=DecisionKind.EXCUSE, reason=row["reason"], by=by, at=at)
    when = new_due_date(course, target, until)
    return Decision(
        student=student, target=target, kind=DecisionKind.EXTEND, reason=row["reason"], by=by, at=at, until=when
    )


def _rows(data: bytes, file: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """The rows that are not empty, each with the line on which it starts and the header."""
    reader = csv.reader(io.StringIO(_text(data, file), newline=""), delimiter=_separator(data), strict=True)
    try:
        header = _header(next(reader, []), file)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, header, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{file}:{reader.line_num}: not CSV: {error}") from None


def _row(header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise UsageError(f"{len(cells)} cells under {len(header)} headings; quote cells that hold commas")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _header(cells: list[str], file: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if unknown := [name for name in names if name not in _COLUMNS]:
        near = closest(unknown[0], _COLUMNS)
        raise UsageError(
            f'{file}:1: no column "{one_line(unknown[0])}"{near or "; there are " + ", ".join(sorted(_COLUMNS))}'
        )
    if missing := sorted(_NEEDED - set(names)):
        raise UsageError(f"{file}:1: no column {' and no column '.join(missing)}")
    if len(set(names)) < len(names):
        raise UsageError(f"{file}:1: a column stands there twice")
    return names


def _separator(data: bytes) -> str:
    """A comma, or what Excel writes in half of Europe."""
    first = data.partition(b"\n")[0]
    return ";" if first.count(b";") > first.count(b",") else ","


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f'{file}: not UTF-8 (byte {error.start}); save it as "CSV UTF-8"') from None
