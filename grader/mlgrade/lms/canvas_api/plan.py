"""What would change in Canvas. Pure: grades and what Canvas holds in, a plan out.

Only what differs is planned, so an unchanged class plans nothing. A blank is never sent: a score that Canvas holds
stays until another takes its place. Broken is our own fault and has no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms.canvas_api.model import Assignment, Change, Held, Plan, Preview, Sending, Student
from mlgrade.lms.canvas_api.people import People
from mlgrade.lms.exports import cells
from mlgrade.tables import numbers
from mlgrade.text import one_line

Pairs = Sequence[tuple[Column, Assignment]]
HeldBy = Mapping[int, Mapping[int, Held]]  # assignment -> student -> what Canvas holds


# -- which column is which assignment --------------------------------------------------------------------------


def pairs(columns: Sequence[Column], assignments: Sequence[Assignment], items: Mapping[str, str]) -> Pairs:
    """By `items` (column id -> assignment id), else by the id that staff gave the column, else by the exact title."""
    by_id = {str(assignment.id): assignment for assignment in assignments}
    _check(items, columns, by_id)
    found = [(column, one) for column in columns if (one := _assignment(column, by_id, items))]
    for column, assignment in found:
        if others := [other.title for other, its in found if its.id == assignment.id and other.id != column.id]:
            raise UsageError(f"{_name(assignment)}: would get two columns, {_quoted([column.title, *others])}")
    if not found:
        titles = _quoted([column.title for column in columns])
        raise UsageError(f"no assignment is called {titles}; say which with --item COLUMN=ID; {_have(assignments)}")
    return found


def _check(items: Mapping[str, str], columns: Sequence[Column], by_id: Mapping[str, Assignment]) -> None:
    ids = [column.id for column in columns]
    for column, number in items.items():
        if column not in ids:
            raise UsageError(f'--item: no column "{one_line(column)}"{closest(column, ids)}; there are {_quoted(ids)}')
        if number not in by_id:
            raise UsageError(f'--item: no assignment "{one_line(number)}"; {_have(list(by_id.values()))}')


def _assignment(column: Column, by_id: Mapping[str, Assignment], items: Mapping[str, str]) -> Assignment | None:
    if number := items.get(column.id) or (column.key if column.key in by_id else ""):
        return by_id[number]
    called = [one for one in by_id.values() if one.title == column.title]
    if len(called) > 1:
        ids = ", ".join(str(one.id) for one in called)
        raise UsageError(f'{len(called)} assignments are called "{one_line(column.title)}" ({ids}); '
                         f"say which with --item {column.id}=ID")  # fmt: skip
    return called[0] if called else None


# -- what would change ------------------------------------------------------------------------------------------


def plan(
    columns: Sequence[Column], matched: Pairs, rows: Iterable[Row], students: Sequence[Student], held: HeldBy
) -> Plan:
    preview, people = Preview(), People(students)
    preview.unmatched = [column.title for column in columns if column not in [one for one, _ in matched]]
    open_pairs = _open(matched, preview)
    changes: dict[int, list[Change]] = {assignment.id: [] for _, assignment in open_pairs}
    for row in rows:
        student = people.find(row.person, preview)
        if student is None:
            continue
        for column, assignment in open_pairs:
            cell, holds = row.cells.get(column.id), held[assignment.id].get(student.id)
            place = f"{cells.label(row.person)}, {column.title}"
            if cell and (change := _change(cell, column, assignment, holds, student.id, place, preview)):
                changes[assignment.id].append(change)
    for student in people.unfound():
        preview.without.add(student.name or str(student.id))
    return Plan([Sending(assignment, changes[assignment.id]) for _, assignment in open_pairs], preview)


def _open(matched: Pairs, preview: Preview) -> Pairs:
    """Those that can take scores; the others are told, with the way out."""
    found = []
    for column, assignment in matched:
        if assignment.refusal:
            preview.refused.append(f"{_name(assignment)} {assignment.refusal}")
        else:
            found.append((column, assignment))
            _tell_points(column, assignment, preview)
    if not found:
        raise UsageError("\n".join(preview.refused))
    return found


def _change(
    cell: Cell, column: Column, assignment: Assignment, holds: Held | None, user: int, place: str, preview: Preview
) -> Change | None:
    if cell.mark is Mark.MISSING:
        _leave_alone(holds, place, preview)
        return None
    change = _wanted(cell, column, assignment, user, place, preview)
    if change is None or holds is None:
        (preview.broken if change is None else preview.unassigned).add(place)
        return None
    preview.docked += bool(holds.points_deducted)
    if change.made(holds):
        preview.same += 1
        return None
    _tell(change, holds, preview)
    return change


def _wanted(
    cell: Cell, column: Column, assignment: Assignment, user: int, place: str, preview: Preview
) -> Change | None:
    """The grade as Canvas should hold it; None for what has no score through a fault of ours."""
    if cell.mark is Mark.EXCUSED:
        return Change(user_id=user, who=place, score=None)
    exact = cells.value(cell)
    if exact is None:
        return None
    points = _scale(assignment)
    near = numbers.two_decimals(numbers.scaled(exact, column.points, points))
    preview.rounded += near.rounded
    if exact > Fraction(repr(float(column.points))):
        preview.above.add(f"{place}: {near.text} of {numbers.written(round(cells.maximum(column, points), 2))}")
    return Change(user_id=user, who=place, score=Fraction(near.text))


def _leave_alone(holds: Held | None, place: str, preview: Preview) -> None:
    if holds and (holds.value is not None or holds.excused):
        preview.left_alone.add(f"{place}: {holds}")
    else:
        preview.missing += 1


def _tell(change: Change, holds: Held, preview: Preview) -> None:
    if change.score is None:
        preview.excused.add(f"{change.who}: {holds} -> excused")
    elif holds.value is None and not holds.excused:
        preview.new += 1
    else:
        preview.changed.add(f"{change.who}: {holds} -> {change}")


def _scale(assignment: Assignment) -> Fraction | None:
    """What to scale to. An assignment out of nothing (0, or not said) gets our points as they are."""
    return assignment.points or None


def _tell_points(column: Column, assignment: Assignment, preview: Preview) -> None:
    ours, theirs = numbers.digits(column.points), _scale(assignment)
    if theirs is None:
        preview.notes.append(
            f"{_name(assignment)}: is out of 0 in Canvas; scores are sent in our points, out of {ours}"
        )
    elif theirs != Fraction(repr(float(column.points))):
        there = numbers.two_decimals(theirs).text
        preview.notes.append(f"{_name(assignment)}: out of {there} in Canvas and {ours} here; scaled to {there}")


# -- names ------------------------------------------------------------------------------------------------------


def _name(assignment: Assignment) -> str:
    return f'"{one_line(assignment.title)}" ({assignment.id})'


def _have(assignments: Sequence[Assignment]) -> str:
    shown = ", ".join(map(_name, assignments[:8])) + (
        f" and {len(assignments) - 8} more" if len(assignments) > 8 else ""
    )
    return f"the course has {shown}" if assignments else "the course has no assignment that this token can see"


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{one_line(name)}"' for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
