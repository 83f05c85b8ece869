"""Grades as columns of an LMS: what a unit is worth, and what becomes of excused, missing, broken and late parts."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.course import Concept, Course, Unit
from mlgrade.errors import UsageError
from mlgrade.gradebook import grades, policy
from mlgrade.gradebook.columns import Cell, Column, Mark, Person
from mlgrade.gradebook.grades import By
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind, Grade, GradeState, StudentGrades, StudentHistory
from mlgrade.results import Outcome, Status

NOON = datetime(2027, 2, 5, 12, tzinfo=UTC)


def concept(name: str, points: float = 10) -> Concept:
    return Concept(id=name, title=name.title(), points=points, functions=["f"])


def unit(name: str, *concepts: Concept, due: datetime | None = None) -> Unit:
    return Unit(id=name, title=f"Unit {name}", due=due, concepts=list(concepts))


COURSE = Course(
    format=1,
    title="Small",
    version="1.0",
    units=[
        unit("scores", concept("softmax", 10), concept("logit", 5), due=datetime(2027, 2, 6, 0, 30, tzinfo=timezone(timedelta(hours=1)))),
        unit("attention", concept("attention", 20)),
    ],
)  # fmt: skip


def grade(concept: str, points: float | None = None, state: GradeState = GradeState.GRADED, **given: Any) -> Grade:
    possible = COURSE.concept(concept).points
    return Grade(student="ada", concept=concept, state=state, points=points, possible=possible, **given)


def without(concept: str, state: GradeState, **given: Any) -> Grade:
    return grade(concept, None, state, **given)


def cells(*parts: Grade, by: By = By.UNIT, course: Course = COURSE, **given: Any) -> dict[str, Cell]:
    """The cells of one student; concepts that no grade is given for are missing."""
    told = {one.concept: one for one in parts}
    every = [told.get(one.id, without(one.id, GradeState.MISSING)) for one in course.concepts]
    comments = given.pop("comments", False)
    [row] = grades.rows(
        grades.groups(course, by), [StudentGrades(StudentHistory("ada", **given), every)], comments=comments
    )
    return dict(row.cells)


def scores(*parts: Grade, **given: Any) -> Cell:
    return cells(*parts, **given)["unit:scores"]


# -- what cannot be asked for -----------------------------------------------------------------------------------


def test_names_that_are_not_there() -> None:
    """A unit, concept or column that is not there is answered with the nearest, or with what there is."""
    for asked, said in [
        (lambda: grades.part(COURSE, units=["score"]), 'no unit "score"; did you mean "scores"?'),
        (lambda: grades.part(COURSE, units=["\x1b[2Jzz"]), r'no unit "\x1b[2Jzz"; there are scores, attention'),
        (lambda: grades.part(COURSE, concepts=["softmx"]), 'no concept "softmx"; did you mean "softmax"?'),
        (lambda: grades.named(grades.groups(COURSE, By.UNIT), "atention"), 'no column "atention"; did you mean "attention"?'),
        (lambda: grades.named(grades.groups(COURSE, By.TOTAL), ""), 'no column ""; there are total'),
    ]:  # fmt: skip
        with pytest.raises(UsageError) as caught:
            asked()
        assert said in str(caught.value)


# -- columns ----------------------------------------------------------------------------------------------------


def test_columns() -> None:
    """One for each concept or unit, in the order of the course, or one for all; due on the day where the class is."""
    assert [group.column for group in grades.groups(COURSE, By.UNIT)] == [
        Column(id="unit:scores", title="Unit scores", points=15, due="2027-02-06"),
        Column(id="unit:attention", title="Unit attention", points=20),
    ]
    assert [group.column.id for group in grades.groups(COURSE, By.CONCEPT)] == ["concept:softmax", "concept:logit", "concept:attention"]  # fmt: skip
    [total] = grades.groups(COURSE, By.TOTAL)
    assert total.column == Column(id="total", title="Total", points=35)


def test_a_part_of_the_course() -> None:
    """Units and concepts add up, nothing named is all of it, and a unit of which nothing is left is gone."""
    assert grades.part(COURSE) is COURSE
    left = grades.part(COURSE, units=["attention"], concepts=["logit"])
    assert [[one.id for one in each.concepts] for each in left.units] == [["logit"], ["attention"]]
    assert [each.id for each in grades.part(COURSE, concepts=["attention"]).units] == ["attention"]


def test_keys_of_the_lms() -> None:
    """A column is meant by its short name or its id, and gets the key that the LMS has for it."""
    groups = grades.groups(COURSE, By.UNIT)
    assert {grades.named(groups, name) for name in ("scores", "unit:scores")} == {"unit:scores"}
    assert [one.column.key for one in grades.keyed(groups, {"unit:attention": "88001"})] == ["", "88001"]


# -- the rules --------------------------------------------------------------------------------------------------


RULES = {
    "a sum": ([grade("softmax", 8.1), grade("logit", 4.2)], Cell(mark=Mark.GRADED, score=12.3)),
    "zeros": ([grade("softmax", 0.0), grade("logit", 0.0)], Cell(mark=Mark.GRADED, score=0)),
    "one part missing": ([grade("softmax", 8.1)], Cell(mark=Mark.GRADED, score=8.1)),
    "a zero and a missing part": ([grade("softmax", 0.0)], Cell(mark=Mark.GRADED, score=0)),
    "nothing handed in": ([], Cell(mark=Mark.MISSING)),
    "one part excused": ([grade("softmax", 8.0), without("logit", GradeState.EXCUSED)], Cell(mark=Mark.GRADED, score=12)),
    "excused, and the share rounded down": ([without("softmax", GradeState.EXCUSED), grade("logit", 3.33)], Cell(mark=Mark.GRADED, score=9.99)),
    "excused, and the rest missing": ([without("softmax", GradeState.EXCUSED)], Cell(mark=Mark.MISSING)),
    "all excused": ([without("softmax", GradeState.EXCUSED), without("logit", GradeState.EXCUSED)], Cell(mark=Mark.EXCUSED)),
    "a broken part": ([grade("softmax", 8.0), without("logit", GradeState.BROKEN)], Cell(mark=Mark.BROKEN)),
    "broken, and the rest missing": ([without("logit", GradeState.BROKEN)], Cell(mark=Mark.BROKEN)),
    "broken, and the rest excused": ([without("softmax", GradeState.EXCUSED), without("logit", GradeState.BROKEN)], Cell(mark=Mark.BROKEN)),
    "a late part": ([grade("softmax", 8.0), grade("logit", 4.5, late=timedelta(days=1))], Cell(mark=Mark.GRADED, score=12.5, late=True)),
    "an excused late part": ([grade("softmax", 8.0), without("logit", GradeState.EXCUSED, late=timedelta(days=1))], Cell(mark=Mark.GRADED, score=12)),
}  # fmt: skip


@pytest.mark.parametrize(("parts", "expected"), RULES.values(), ids=RULES.keys())
def test_what_a_unit_is_worth(parts: Sequence[Grade], expected: Cell) -> None:
    """Excused parts drop out, missing ones are zeros beside others, a broken one leaves no score, one late is late."""
    assert scores(*parts) == expected


def test_a_concept_and_the_total() -> None:
    """A concept keeps its own state; the total follows the rules of a unit."""
    parts = [grade("softmax", 7.5), without("logit", GradeState.EXCUSED)]
    by_concept = cells(*parts, by=By.CONCEPT)
    assert [str(cell.mark) for cell in by_concept.values()] == ["graded", "excused", "missing"]
    assert cells(*parts, by=By.TOTAL)["total"] == Cell(mark=Mark.GRADED, score=8.75)  # 7.5 of 30, of 35


POINTS = st.integers(1, 2000).map(lambda cents: cents / 100)
STATES = st.sampled_from([GradeState.GRADED, GradeState.GRADED, GradeState.MISSING, GradeState.EXCUSED])


@st.composite
def units(draw: st.DrawFn) -> list[tuple[float, GradeState, float | None]]:
    """Concepts of a unit: what each is worth, its state, its points."""
    parts = []
    for possible in draw(st.lists(POINTS, min_size=1, max_size=6)):
        state = draw(STATES)
        share = draw(st.sampled_from([0, 1, 2, 3, 7, 10]))
        parts.append((possible, state, policy.points(share / 10, possible) if state is GradeState.GRADED else None))
    return parts


def of_unit(parts: Sequence[tuple[float, GradeState, float | None]]) -> tuple[Cell, float]:
    """The one cell of a unit, and the points of its column."""
    course = Course(format=1, title="t", version="1", units=[unit("u", *(concept(f"c{n}", one[0]) for n, one in enumerate(parts)))])  # fmt: skip
    theirs = [Grade(student="ada", concept=f"c{n}", state=state, points=points, possible=possible) for n, (possible, state, points) in enumerate(parts)]  # fmt: skip
    [group] = grades.groups(course, By.UNIT)
    [row] = grades.rows([group], [StudentGrades(StudentHistory("ada"), theirs)])
    return row.cells["unit:u"], group.column.points


@given(units())
def test_a_units_score(parts: list[tuple[float, GradeState, float | None]]) -> None:
    """Exactly the sum where nothing is excused; else the same share of the whole, down to the cent; in any order."""
    cell, whole = of_unit(parts)
    counted = [one for one in parts if one[1] is not GradeState.EXCUSED]
    earned = sum(Fraction(str(one[2] or 0)) for one in counted)
    possible = sum(Fraction(str(one[0])) for one in counted)
    assert of_unit(parts[::-1])[0] == cell
    if not any(one[1] is GradeState.GRADED for one in counted):
        assert cell == Cell(mark=Mark.MISSING if counted else Mark.EXCUSED)
        return
    assert cell.score is not None
    exact = earned * Fraction(str(whole)) / possible
    assert 0 <= cell.score <= whole
    assert -Fraction(1, 10**9) <= exact - Fraction(str(cell.score)) < Fraction(11, 1000)
    assert (cell.score == whole) == (earned == possible)
    if len(counted) == len(parts):
        assert Fraction(str(cell.score)) == earned


# -- people, times and comments ---------------------------------------------------------------------------------


def attempt(number: int, after: int, *diagnoses: str, student: str = "ada", concept: str = "softmax") -> Attempt:
    return Attempt(
        id=number, student=student, concept=concept, source="0" * 64, suite="1" * 64, limits="2" * 64, submitted_at=None, graded_at=NOON + timedelta(hours=after),
        status=Status.GRADED, earned=8, possible=10, checks=("a",), outcomes=(Outcome.PASSED,), diagnoses=diagnoses, versions={}, report=b"",
    )  # fmt: skip


def test_when_it_last_changed() -> None:
    """The time is that of the newest attempt or decision about what is in the column; of nothing there is none."""
    tried = [attempt(1, 1), attempt(2, 3), attempt(3, 9, concept="attention")]
    assert scores(grade("softmax", 8.0), attempts=tried).at == "2027-02-05T15:00:00+00:00"
    for target, hour in {"": 17, "unit:scores": 17, "concept:logit": 17, "unit:attention": 15}.items():
        decided = [Decision(student="ada", target=target, kind=DecisionKind.EXCUSE, reason="r", by="b", at=NOON + timedelta(hours=5))]  # fmt: skip
        assert scores(attempts=tried, decisions=decided).at == f"2027-02-05T{hour}:00:00+00:00"
    assert scores().at == ""


def test_comments_in_words() -> None:
    """What each concept got, what lateness took, the mistake that was recognised; and never the reasons of staff."""
    parts = [
        grade("softmax", 7.2, raw=8.0, late=timedelta(days=1, hours=2), attempt=1, status=Status.GRADED, reason="ill"),
        without("logit", GradeState.EXCUSED, reason="note of 3 March"),
    ]
    tried = [attempt(1, 0, "no_shift", "sums_rows"), attempt(2, 1, "other")]
    said = "softmax 7.2/10; 1 d 2 h late; 8 before that; diagnosed: no shift, sums rows. logit excused"
    assert scores(*parts, attempts=tried, comments=True).comment == said
    assert scores(*parts, attempts=tried).comment == ""
    cannot_run = grade("softmax", 0.0, attempt=9, status=Status.CANNOT_RUN)
    assert scores(cannot_run, comments=True).comment == "softmax 0/10; cannot run. logit missing"


def test_people_and_strangers() -> None:
    """Who is in the roster has its ids; who only handed in has a key and no more; nobody gets another one's."""
    people = [Person(student="aaa", login="a"), Person(student="ada", login="1"), Person(student="eve", login="3")]
    everybody = policy.histories([attempt(n, 0, student=name) for n, name in enumerate(("ada", "bob"))], [], people)
    found = list(grades.rows(grades.groups(COURSE, By.UNIT), policy.current(COURSE, everybody)))
    assert [(row.person.student, row.person.login) for row in found] == [
        ("aaa", "a"),
        ("ada", "1"),
        ("bob", ""),
        ("eve", "3"),
    ]


def test_a_class_of_any_size_streams() -> None:
    """Ten times the students take no more memory: attempts are read once, and let go as the rows are made."""

    def most(students: int) -> int:
        everybody = policy.histories(attempt(n, 0, student=f"s{n:06}") for n in range(students))
        made = grades.rows(grades.groups(COURSE, By.CONCEPT), policy.current(COURSE, everybody), comments=True)
        tracemalloc.start()
        assert sum(1 for _ in made) == students
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(50)  # what is made once
    assert most(2000) < 2 * most(200)
