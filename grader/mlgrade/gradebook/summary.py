"""How a class is doing: each concept's grades, its common mistakes and its checks, counted while the class streams by.

What is held is counters and sums, for any number of students. The order of the students makes no difference.
"""

from __future__ import annotations

import bisect
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from mlgrade.course import Concept, Course, Unit
from mlgrade.errors import GradebookError
from mlgrade.gradebook import policy
from mlgrade.gradebook.items import Item, Items
from mlgrade.gradebook.model import Attempt, Grade, GradeState, StudentGrades
from mlgrade.gradebook.policy import ON_TIME
from mlgrade.results import Status
from mlgrade.suite.misconceptions import read_misconceptions

if TYPE_CHECKING:
    from mlgrade.gradebook.store import Gradebook

SCHEMA = "mlgrade/summary/1"
MOST_NAMES = 20
Titles = Callable[[str, int], Mapping[str, str]]  # of a concept, given its newest attempt that counts (0: none)


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A misconception, and how many students' counting attempts look like it."""

    name: str
    title: str
    students: int
    share: float  # of `ran`


class ConceptSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One concept over the class. Mean, median and complete are of who has a grade: missing is not a zero here."""

    concept: str
    title: str
    unit: str
    possible: float
    graded: int
    missing: int
    excused: int
    broken: int
    late: int
    mean: float | None
    median: float | None
    complete: int  # who got everything right, whatever lateness cost
    share_complete: float | None
    ran: int  # whose attempt that counts could be run: the students of mistakes and checks
    misconceptions: list[Mistake]  # the most common first
    checks: list[Item]  # in the order of the suite

    def hardest(self) -> list[Item]:
        """The checks that somebody fails, those that most fail first."""
        return sorted((one for one in self.checks if one.failed), key=_difficulty)

    def easiest(self) -> list[Item]:
        """The checks that everybody passes."""
        return [one for one in self.checks if one.students and not one.failed]

    def backwards(self) -> list[Item]:
        """The checks that fail the best, beyond chance."""
        return [one for one in self.checks if one.backwards]


class NotStarted(msgspec.Struct, frozen=True):
    """Who has handed in nothing of what was asked for, though something is expected of them."""

    count: int
    names: list[str]  # the first ones by name


class ClassSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How a class is doing: the schema `mlgrade/summary/1`."""

    schema: str = SCHEMA
    course: str
    students: int
    not_started: NotStarted
    concepts: list[ConceptSummary]

    def to_json(self) -> bytes:
        """Return the summary as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)


def of_gradebook(course: Course, book: Gradebook, names: int | None = MOST_NAMES) -> ClassSummary:
    """The class as it stands in a gradebook, without those who dropped the course."""
    students = policy.current(course, book.histories())
    return summarise(course, students, lambda concept, newest: titles(course, book, concept, newest), names)


def summarise(
    course: Course, students: Iterable[StudentGrades], titles: Titles = lambda *_: {}, names: int | None = MOST_NAMES
) -> ClassSummary:
    """Sum up the grades of a class. `names` bounds the list of who has not started (None: no bound)."""
    tallies = {concept.id: _Tally() for concept in course.concepts}
    count, waiting = 0, _Waiting(names)
    for history, grades in students:
        attempts = {attempt.id: attempt for attempt in history.attempts}
        for grade in grades:
            tallies[grade.concept].add(grade, attempts.get(grade.attempt))
        count += 1
        waiting.add(history.student, grades)
    return ClassSummary(
        course=f"{course.title} {course.version}",
        students=count,
        not_started=NotStarted(waiting.count, waiting.names),
        concepts=[
            tallies[concept.id].result(unit, concept, titles(concept.id, tallies[concept.id].newest))
            for unit in course.units
            for concept in unit.concepts
        ],
    )


def titles(course: Course, book: Gradebook, concept: str, newest: int) -> dict[str, str]:
    """What checks are called in the newest report, and misconceptions in the course's file. Nothing is executed."""
    wrong, solution = course.misconceptions(concept), course.solution(concept)
    there = wrong.is_file() and solution.is_file()  # a student's edition has neither
    known = read_misconceptions(wrong, solution.read_text(encoding="utf-8-sig")) if there else []
    try:
        report = msgspec.json.decode(book.report(newest) if newest else b"{}", type=_Report)
    except msgspec.MsgspecError as error:
        raise GradebookError(f"{book.place}: the report of attempt {newest} cannot be read: {error}") from None
    return {one.name: one.title for one in known} | {one.id: one.title for one in report.checks}


class _Titled(msgspec.Struct):
    id: str
    title: str


class _Report(msgspec.Struct):
    """As much of a ConceptReport as is needed, so that one of an older mlgrade can be read too."""

    checks: list[_Titled] = []


# -- counting ---------------------------------------------------------------------------------------------------


class _Tally:
    """One concept while the class streams by."""

    def __init__(self) -> None:
        self._states: Counter[GradeState] = Counter()
        self._cents: Counter[int] = Counter()  # points in hundredths: as finely as grades are rounded
        self._mistakes: Counter[str] = Counter()
        self._items = Items()
        self._late = self._complete = self._ran = self.newest = 0

    def add(self, grade: Grade, attempt: Attempt | None) -> None:
        self._states[grade.state] += 1
        self._late += grade.late > ON_TIME
        if grade.state is not GradeState.GRADED or grade.points is None:
            return
        self._cents[round(grade.points * 100)] += 1
        self._complete += (grade.points if grade.raw is None else grade.raw) >= grade.possible
        if attempt is not None and attempt.status is Status.GRADED:
            self._ran += 1
            for mistake in set(attempt.diagnoses):
                self._mistakes[mistake] += 1
            self._items.add(attempt.checks, attempt.outcomes)
            self.newest = max(self.newest, attempt.id)

    def result(self, unit: Unit, concept: Concept, titles: Mapping[str, str]) -> ConceptSummary:
        graded = self._cents.total()
        return ConceptSummary(
            concept=concept.id,
            title=concept.title,
            unit=unit.id,
            possible=concept.points,
            graded=graded,
            missing=self._states[GradeState.MISSING],
            excused=self._states[GradeState.EXCUSED],
            broken=self._states[GradeState.BROKEN],
            late=self._late,
            mean=sum(value * times for value, times in self._cents.items()) / (100 * graded) if graded else None,
            median=_median(self._cents) if graded else None,
            complete=self._complete,
            share_complete=self._complete / graded if graded else None,
            ran=self._ran,
            misconceptions=self._named(titles),
            checks=[msgspec.structs.replace(one, title=titles.get(one.id, "")) for one in self._items.results()],
        )

    def _named(self, titles: Mapping[str, str]) -> list[Mistake]:
        common = sorted(self._mistakes.items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            Mistake(name=name, title=titles.get(name, ""), students=count, share=count / self._ran)
            for name, count in common
        ]


class _Waiting:
    """Who has not started: how many, and the first ones by name."""

    def __init__(self, most: int | None) -> None:
        self.count, self.names, self._most = 0, list[str](), most

    def add(self, student: str, grades: Sequence[Grade]) -> None:
        begun = any(grade.attempts or grade.state is GradeState.GRADED for grade in grades)
        if begun or not any(grade.state is GradeState.MISSING for grade in grades):
            return
        self.count += 1
        bisect.insort(self.names, student)
        if self._most is not None:
            del self.names[self._most :]


def _median(cents: Counter[int]) -> float:
    last = cents.total() - 1
    return (_at(cents, last // 2) + _at(cents, (last + 1) // 2)) / 200


def _at(cents: Counter[int], place: int) -> int:
    """The value at a place, counted from 0, of all values in order."""
    ordered = sorted(cents)
    ends = list(itertools.accumulate(cents[value] for value in ordered))
    return ordered[bisect.bisect_right(ends, place)]


def _difficulty(item: Item) -> float:
    return item.passed / item.students
