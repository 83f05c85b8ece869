"""Plan what would change in Canvas: grades and what Canvas holds go in, a plan comes out.

Only differences are planned. A blank is never sent: a score in Canvas stays until another one replaces it. A check that
the grader itself failed has no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from mlgrade import tables
from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Cell, Column, Mark, Person, Row
from mlgrade.lms.canvas_api.model import (
    CanvasAssignment,
    CanvasStudent,
    GradeChange,
    HeldGrade,
    PushPlan,
    PushPreview,
    Sending,
)
from mlgrade.lms.exports.cells import label, maximum, value
from mlgrade.text import one_line

Id = tuple[str, str]


class StudentIndex:
    """Find the student of a person by Canvas's own id, the SIS id or the login, never by name."""

    def __init__(self, students: Sequence[CanvasStudent]) -> None:
        self._students = {student.id: student for student in students}
        self._owners: dict[Id, set[int]] = {}
        for student in self._students.values():
            ids = [("lms_id", str(student.id)), ("sis_id", student.sis_user_id), ("login", student.login_id)]
            for field, text in ids:
                if text:
                    self._owners.setdefault((field, text), set()).add(student.id)
        self._taken: dict[int, str] = {}

    def find(self, person: Person, preview: PushPreview) -> CanvasStudent | None:
        """Return the student that the ids belong to, or None. Ids of different students are a problem."""
        ids = [(field, text) for field in ("lms_id", "sis_id", "login") if (text := getattr(person, field).strip())]
        found = set().union(*(self._owners.get(one, set()) for one in ids))
        if problem := self._problem(ids, found):
            preview.left_out.add(f"{label(person)} {problem}")
            return None
        [number] = found
        self._taken[number] = label(person)
        return self._students[number]

    def _problem(self, ids: list[Id], found: set[int]) -> str:
        if not ids:
            return "has no id that Canvas knows; read the roster from Canvas's export"
        if not found:
            return "is not a student of the course in Canvas"
        if len(found) > 1:
            return "has ids of different students in Canvas"
        [number] = found
        return f"is the same student in Canvas as {self._taken[number]}" if number in self._taken else ""

    def unfound(self) -> Iterator[CanvasStudent]:
        """Yield the students that were not found."""
        return (student for number, student in self._students.items() if number not in self._taken)


Pairs = Sequence[tuple[Column, CanvasAssignment]]
HeldBy = Mapping[int, Mapping[int, HeldGrade]]  # assignment -> student -> what Canvas holds


# -- which column is which assignment --------------------------------------------------------------------------


def pairs(columns: Sequence[Column], assignments: Sequence[CanvasAssignment], items: Mapping[str, str]) -> Pairs:
    """Match columns by `items` (column id -> assignment id), else by the id of the column, else by the exact title."""
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


def _check(items: Mapping[str, str], columns: Sequence[Column], by_id: Mapping[str, CanvasAssignment]) -> None:
    ids = [column.id for column in columns]
    for column, number in items.items():
        if column not in ids:
            raise UsageError(f'--item: no column "{one_line(column)}"{closest(column, ids)}; there are {_quoted(ids)}')
        if number not in by_id:
            raise UsageError(f'--item: no assignment "{one_line(number)}"; {_have(list(by_id.values()))}')


def _assignment(
    column: Column, by_id: Mapping[str, CanvasAssignment], items: Mapping[str, str]
) -> CanvasAssignment | None:
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
    columns: Sequence[Column], matched: Pairs, rows: Iterable[Row], students: Sequence[CanvasStudent], held: HeldBy
) -> PushPlan:
    """Compare grades with what Canvas holds."""
    preview, people = PushPreview(), StudentIndex(students)
    preview.unmatched = [column.title for column in columns if column not in [one for one, _ in matched]]
    open_pairs = _open(matched, preview)
    changes: dict[int, list[GradeChange]] = {assignment.id: [] for _, assignment in open_pairs}
    for row in rows:
        student = people.find(row.person, preview)
        if student is None:
            continue
        for column, assignment in open_pairs:
            cell, holds = row.cells.get(column.id), held[assignment.id].get(student.id)
            place = f"{label(row.person)}, {column.title}"
            if cell and (change := _change(cell, column, assignment, holds, student.id, place, preview)):
                changes[assignment.id].append(change)
    for student in people.unfound():
        preview.without.add(student.name or str(student.id))
    return PushPlan([Sending(assignment, changes[assignment.id]) for _, assignment in open_pairs], preview)


def _open(matched: Pairs, preview: PushPreview) -> Pairs:
    """Return the pairs that can take scores. The others are listed in the preview."""
    found = []
    for column, assignment in matched:
        if assignment.refusal:
            preview.refused.append(f"{_name(assignment)} {assignment.refusal}")
        else:
            found.append((column, assignment))
            _note_points(column, assignment, preview)
    if not found:
        raise UsageError("\n".join(preview.refused))
    return found


def _change(
    cell: Cell,
    column: Column,
    assignment: CanvasAssignment,
    holds: HeldGrade | None,
    user: int,
    place: str,
    preview: PushPreview,
) -> GradeChange | None:
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
    _count(change, holds, preview)
    return change


def _wanted(
    cell: Cell, column: Column, assignment: CanvasAssignment, user: int, place: str, preview: PushPreview
) -> GradeChange | None:
    """Return the grade as Canvas should hold it; None where the grading itself failed."""
    if cell.mark is Mark.EXCUSED:
        return GradeChange(user_id=user, who=place, score=None)
    exact = value(cell)
    if exact is None:
        return None
    points = _scale(assignment)
    near = tables.two_decimals(tables.scaled(exact, column.points, points))
    preview.rounded += near.rounded
    if exact > Fraction(repr(float(column.points))):
        preview.above.add(f"{place}: {near.text} of {tables.written(round(maximum(column, points), 2))}")
    return GradeChange(user_id=user, who=place, score=Fraction(near.text))


def _leave_alone(holds: HeldGrade | None, place: str, preview: PushPreview) -> None:
    if holds and (holds.value is not None or holds.excused):
        preview.left_alone.add(f"{place}: {holds}")
    else:
        preview.missing += 1


def _count(change: GradeChange, holds: HeldGrade, preview: PushPreview) -> None:
    if change.score is None:
        preview.excused.add(f"{change.who}: {holds} -> excused")
    elif holds.value is None and not holds.excused:
        preview.new += 1
    else:
        preview.changed.add(f"{change.who}: {holds} -> {change}")


def _scale(assignment: CanvasAssignment) -> Fraction | None:
    """Return the maximum to scale to, or None for an assignment out of 0 or without a maximum."""
    return assignment.points or None


def _note_points(column: Column, assignment: CanvasAssignment, preview: PushPreview) -> None:
    ours, theirs = tables.digits(column.points), _scale(assignment)
    if theirs is None:
        preview.notes.append(
            f"{_name(assignment)}: is out of 0 in Canvas; scores are sent in our points, out of {ours}"
        )
    elif theirs != Fraction(repr(float(column.points))):
        there = tables.two_decimals(theirs).text
        preview.notes.append(f"{_name(assignment)}: out of {there} in Canvas and {ours} here; scaled to {there}")


# -- names ------------------------------------------------------------------------------------------------------


def _name(assignment: CanvasAssignment) -> str:
    return f'"{one_line(assignment.title)}" ({assignment.id})'


def _have(assignments: Sequence[CanvasAssignment]) -> str:
    shown = ", ".join(map(_name, assignments[:8])) + (
        f" and {len(assignments) - 8} more" if len(assignments) > 8 else ""
    )
    return f"the course has {shown}" if assignments else "the course has no assignment that this token can see"


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{one_line(name)}"' for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
