"""Grades as the rows that an LMS takes: a column for each concept, each unit, or all of it. Pure, a student at a time.

A unit is the sum of its concepts, and the total that of all concepts:
- an excused concept is in neither number; what is left is scaled up to the points of the unit;
- a missing concept is a zero if something of the unit was handed in; if nothing was, the unit is missing;
- a concept that is broken on our side makes the unit broken: no score, until it is graded again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import msgspec

from mlgrade import tables
from mlgrade.course import Concept, Course, Unit
from mlgrade.errors import UsageError, closest
from mlgrade.gradebook import policy
from mlgrade.gradebook.columns import Cell, Column, Mark, Person, Row
from mlgrade.gradebook.model import Grade, GradeState, StudentGrades, StudentHistory
from mlgrade.gradebook.policy import ON_TIME, span
from mlgrade.results import Status
from mlgrade.text import one_line


class By(StrEnum):
    """What a column stands for."""

    CONCEPT = "concept"
    UNIT = "unit"
    TOTAL = "total"


class Group(NamedTuple):
    """A column, the concepts in it, and the targets of the decisions that are about them."""

    column: Column
    concepts: Sequence[str]
    targets: Collection[str]


def part(course: Course, units: Collection[str] = (), concepts: Collection[str] = ()) -> Course:
    """The course with nothing in it but what any of these names; all of it if nothing is named."""
    known = {unit.id: unit for unit in course.units}
    for name in units:
        if name not in known:
            near = closest(name, known) or f"; there are {', '.join(known)}"
            raise UsageError(f'no unit "{one_line(name)}"{near}')
    wanted = {course.concept(name).id for name in concepts}
    wanted |= {concept.id for name in units for concept in known[name].concepts}
    if not wanted:
        return course
    narrowed = [
        msgspec.structs.replace(unit, concepts=[one for one in unit.concepts if one.id in wanted])
        for unit in course.units
    ]
    return msgspec.structs.replace(course, units=[unit for unit in narrowed if unit.concepts])


# -- columns ----------------------------------------------------------------------------------------------------


def groups(course: Course, by: By) -> list[Group]:
    """The columns in the order of the course, each with what is in it."""
    if by is By.TOTAL:
        return [_group("total", "Total", course.units, course.concepts)]
    if by is By.UNIT:
        return [_group(f"unit:{unit.id}", unit.title, [unit], unit.concepts) for unit in course.units]
    pairs = ((unit, concept) for unit in course.units for concept in unit.concepts)
    return [_group(f"concept:{concept.id}", concept.title, [unit], [concept]) for unit, concept in pairs]


def named(groups: Sequence[Group], name: str) -> str:
    """The id of the column that a person means by `softmax` or `concept:softmax`."""
    spellings = {spelling: id_ for id_ in _ids(groups) for spelling in (id_, id_.partition(":")[2])}
    if name not in spellings or not name:
        near = closest(name, filter(None, spellings)) or f"; there are {', '.join(_ids(groups))}"
        raise UsageError(f'no column "{one_line(name)}"{near}')
    return spellings[name]


def keyed(groups: Sequence[Group], keys: Mapping[str, str]) -> list[Group]:
    """The same columns with what the LMS finds its items by, given by the id of a column."""
    return [
        group._replace(column=msgspec.structs.replace(group.column, key=keys.get(group.column.id, "")))
        for group in groups
    ]


def _ids(groups: Iterable[Group]) -> list[str]:
    return [group.column.id for group in groups]


def _group(id_: str, title: str, units: Sequence[Unit], concepts: Sequence[Concept]) -> Group:
    due = units[0].due if len(units) == 1 else None
    points = float(sum((_exact(concept.points) for concept in concepts), tables.ZERO))
    column = Column(id=id_, title=title, points=points, due="" if due is None else due.date().isoformat())
    ids = [concept.id for concept in concepts]
    return Group(column, ids, {"", *(f"unit:{unit.id}" for unit in units), *(f"concept:{id_}" for id_ in ids)})


# -- rows -------------------------------------------------------------------------------------------------------


def rows(groups: Sequence[Group], students: Iterable[StudentGrades], *, comments: bool = False) -> Iterator[Row]:
    """Make one row for each student."""
    for history, grades in students:
        by_concept = {grade.concept: grade for grade in grades}
        cells = {
            group.column.id: _cell(group, [by_concept[concept] for concept in group.concepts], history, comments)
            for group in groups
        }
        yield Row(person=history.person or Person(student=history.student), cells=cells)


def _cell(group: Group, grades: Sequence[Grade], history: StudentHistory, comments: bool) -> Cell:
    counted = [grade for grade in grades if grade.state is not GradeState.EXCUSED]
    mark = _mark(counted)
    at = _last_change(group, history)
    if mark is not Mark.GRADED:
        return Cell(mark=mark, at=at)
    return Cell(
        mark=mark,
        score=_score(counted, group.column.points),
        late=any(grade.late > ON_TIME for grade in counted if grade.state is GradeState.GRADED),
        comment=". ".join(_said(grade, history) for grade in grades) if comments else "",
        at=at,
    )


def _mark(counted: Sequence[Grade]) -> Mark:
    states = {grade.state for grade in counted}
    if not states:
        return Mark.EXCUSED
    if GradeState.BROKEN in states:
        return Mark.BROKEN
    return Mark.GRADED if GradeState.GRADED in states else Mark.MISSING


def _score(counted: Sequence[Grade], whole: float) -> float:
    """The sum, exactly; where something is excused, the same share of the whole, rounded down as every grade is."""
    if len(counted) == 1 and counted[0].possible == whole:  # as in every column of one concept
        return counted[0].points or 0.0
    earned = sum((_exact(grade.points or 0.0) for grade in counted), tables.ZERO)
    possible = sum((_exact(grade.possible) for grade in counted), tables.ZERO)
    return float(earned) if possible == _exact(whole) else policy.points(float(earned / possible), whole)


@lru_cache(maxsize=4096)  # the scores of a class repeat, and exact fractions are slow
def _exact(points: float) -> Fraction:
    """Points as they print, so that a sum of decimals is that decimal."""
    return Fraction(repr(float(points)))


def _last_change(group: Group, history: StudentHistory) -> str:
    """When something last happened that the grade may come from; some LMSs ignore a score that is not newer."""
    times = [one.graded_at for one in history.attempts if one.concept in group.concepts]
    times += [one.at for one in history.decisions if one.target in group.targets]
    latest: datetime | None = max(times, default=None)
    return "" if latest is None else latest.astimezone(UTC).isoformat()


def _said(grade: Grade, history: StudentHistory) -> str:
    """A concept in words for its student. Reasons of staff are not among them."""
    if grade.state is not GradeState.GRADED:
        return f"{grade.concept} {grade.state}"
    attempt = next((one for one in history.attempts if one.id == grade.attempt), None)
    lost = grade.late > ON_TIME and grade.raw not in (None, grade.points)
    remarks = (
        f"{grade.concept} {tables.digits(grade.points or 0.0)}/{tables.digits(grade.possible)}",
        f"{span(grade.late)} late" if grade.late > ON_TIME else "",
        f"{tables.digits(grade.raw or 0.0)} before that" if lost else "",
        str(grade.status).replace("_", " ") if grade.status not in (None, Status.GRADED) else "",
        f"diagnosed: {', '.join(attempt.diagnoses).replace('_', ' ')}" if attempt and attempt.diagnoses else "",
    )
    return "; ".join(filter(None, remarks))
