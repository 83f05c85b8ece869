"""How a class is doing: the same numbers as by hand and as by numpy, in any order of the students."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from mlgrade import course as courses
from mlgrade.errors import GradebookError
from mlgrade.gradebook import items
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.items import Item, Items
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind, Grade, GradeState, StudentGrades, StudentHistory
from mlgrade.gradebook.store import Gradebook
from mlgrade.gradebook.summary import (
    ClassSummary,
    ConceptSummary,
    Mistake,
    NotStarted,
    of_gradebook,
    summarise,
)
from mlgrade.reports import summary as report
from mlgrade.results import Outcome, Status

AT = datetime(2027, 2, 1, tzinfo=UTC)
COURSE = courses.parse("""\
format: 1
title: Small
version: "1.0"
late: {per_day: 50%}
units:
  - id: scores
    title: Scores
    due: 2027-02-05T23:59:00+01:00
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [f]}
""")
LETTERS = {
    "p": Outcome.PASSED,
    "f": Outcome.FAILED,
    "r": Outcome.RAISED,
    "t": Outcome.TIMED_OUT,
    "s": Outcome.SKIPPED,
    "b": Outcome.BROKEN,
}
_ids = itertools.count(1)
quick = settings(deadline=None)


def attempt(student: str = "ada", outcomes: str = "ppp", diagnoses: Sequence[str] = (), **given: Any) -> Attempt:
    number = next(_ids)
    values: dict[str, Any] = {
        "concept": "softmax", "source": f"{number:064x}", "suite": "5" * 64, "limits": "1" * 64, "submitted_at": AT, "graded_at": AT,
        "status": Status.GRADED, "earned": 10.0 * outcomes.count("p") / max(len(outcomes), 1), "possible": 10.0, "versions": {},
        "checks": tuple(f"softmax.public.{letter}" for letter in "abcdefgh"[: len(outcomes)]), "report": b"{}", "id": number,
    }  # fmt: skip
    marks = tuple(LETTERS[letter] for letter in outcomes)
    return Attempt(student=student, outcomes=marks, diagnoses=tuple(diagnoses), **{**values, **given})


def graded(student: str, outcomes: str = "ppp", points: float = 10.0, **given: Any) -> StudentGrades:
    """A graded student and the attempt that counts."""
    made = attempt(student, outcomes, **given)
    grade = Grade(
        student=student, concept="softmax", state=GradeState.GRADED, points=points, possible=10.0, raw=points, attempts=1, attempt=made.id,
    )  # fmt: skip
    return StudentGrades(StudentHistory(student, [made]), [grade])


def without(student: str, state: GradeState, attempts: int = 0) -> StudentGrades:
    """A student without a score."""
    grade = Grade(student=student, concept="softmax", state=state, points=None, possible=10.0, attempts=attempts)
    return StudentGrades(StudentHistory(student), [grade])


def one(students: Sequence[StudentGrades]) -> ConceptSummary:
    [concept] = summarise(COURSE, students).concepts
    return concept


def checks(*outcomes: str) -> list[Item]:
    return one([graded(f"s{number}", letters) for number, letters in enumerate(outcomes)]).checks


# -- by hand ----------------------------------------------------------------------------------------------------


def test_a_small_class_by_hand() -> None:
    """Of seven students: what each number is, and that missing, excused and broken are no zeros."""
    found = one([
        graded("ada", "ppp", 10.0),
        graded("bob", "ppf", 6.66, diagnoses=["no_shift"]),
        graded("cid", "pff", 3.33, diagnoses=["no_shift", "wrong_axis"]),
        graded("dan", "fff", 0.0, diagnoses=["wrong_axis", "no_shift"]),
        without("eve", GradeState.MISSING),
        without("fay", GradeState.EXCUSED),
        without("gil", GradeState.BROKEN, attempts=1),
    ])  # fmt: skip
    assert (found.graded, found.missing, found.excused, found.broken, found.late) == (4, 1, 1, 1, 0)
    assert (found.mean, found.median) == (pytest.approx(4.9975), pytest.approx(4.995))
    assert (found.complete, found.share_complete, found.ran) == (1, 0.25, 4)
    assert found.misconceptions == [
        Mistake(name="no_shift", title="", students=3, share=0.75),
        Mistake(name="wrong_axis", title="", students=2, share=0.5),
    ]
    assert [(check.id[-1], check.passed, check.students, check.difficulty) for check in found.checks] == [
        ("a", 3, 4, 0.75),
        ("b", 2, 4, 0.5),
        ("c", 1, 4, 0.25),
    ]
    # Check b: x = 1 1 0 0, the others y = 2 1 1 0 halves. cov = 0.25, var x = 1/4, var y = 1/8: r = 1 / sqrt 2
    assert found.checks[1].discrimination == pytest.approx(2**-0.5)


def test_an_empty_class() -> None:
    """Of nobody there is no mean, no median and no share: none of them is a zero."""
    found = one([])
    assert (found.mean, found.median, found.share_complete) == (None, None, None)
    assert (found.checks, found.misconceptions) == ([], [])


def test_a_file_that_cannot_run_is_graded_and_in_no_check() -> None:
    """Its zero is in the mean; a check that it never reached says nothing of it."""
    found = one([graded("ada"), graded("bob", "", 0.0, status=Status.CANNOT_RUN)])
    assert (found.graded, found.mean, found.ran) == (2, 5.0, 1)
    assert [check.students for check in found.checks] == [1, 1, 1]


def test_complete_is_before_lateness() -> None:
    """Who got everything right, late, is complete; and late."""
    history, [grade] = graded("ada")
    late = msgspec.structs.replace(grade, points=5.0, raw=10.0, late=timedelta(hours=3))
    found = one([StudentGrades(history, [late])])
    assert (found.complete, found.late, found.mean) == (1, 1, 5.0)


def test_an_override_counts_as_a_grade_and_enters_no_check() -> None:
    """Points that staff gave are no answer to any check."""
    history, [grade] = graded("ada")
    found = one([StudentGrades(history, [msgspec.structs.replace(grade, raw=None, attempt=0)])])
    assert (found.graded, found.complete, found.ran, found.checks) == (1, 1, 0, [])


def test_a_diagnosis_counts_once_for_a_student() -> None:
    """A misconception that two functions show is one student's."""
    [mistake] = one([graded("ada", diagnoses=["no_shift", "no_shift"])]).misconceptions
    assert mistake.students == 1


# -- checks -----------------------------------------------------------------------------------------------------


def test_a_broken_outcome_is_nobodys() -> None:
    """It neither passes nor fails, and a check that is broken for all has no difficulty."""
    first, second = checks("pb", "fb")
    assert (first.students, first.passed, first.broken) == (2, 1, 0)
    assert (second.students, second.passed, second.broken, second.difficulty, second.discrimination) == (
        0, 0, 2, None, None,
    )  # fmt: skip


@pytest.mark.parametrize("letter", "frts")
def test_whatever_is_not_passed_is_failed(letter: str) -> None:
    """Failed, raised, stopped and skipped earn the same: nothing."""
    assert checks(letter)[0].failed == 1


def test_a_check_that_all_pass_or_that_stands_alone_has_no_discrimination() -> None:
    """A correlation needs something that varies, on both sides."""
    assert [check.discrimination for check in checks("pp", "pf")] == [None, None]
    assert [check.discrimination for check in checks("p", "f")] == [None]


def test_a_check_that_fails_the_best_stands_out() -> None:
    """Its discrimination is -1; a class in which that can be chance is not accused."""
    found = one([graded(f"s{number}", "fpp" if number % 2 else "pff") for number in range(10)])
    assert found.checks[0].discrimination == pytest.approx(-1.0)
    assert [check.id[-1] for check in found.backwards()] == ["a"]
    assert one([graded("ada", "fpp"), graded("bob", "pff")]).backwards() == []


def test_hardest_and_easiest() -> None:
    """Those that most fail come first; those that everybody passes are apart."""
    found = one([graded("ada", "pfpb"), graded("bob", "pffb")])
    assert [check.id[-1] for check in found.hardest()] == ["b", "c"]
    assert [check.id[-1] for check in found.easiest()] == ["a"]


def test_checks_of_two_suites() -> None:
    """After a check was added, those of before are counted on; the rest score is a share of what each suite has."""
    found = {check.id[-1]: check for check in checks("pp", "ff", "ppp", "fff", "pff")}
    assert {name: (check.passed, check.students) for name, check in found.items()} == {
        "a": (3, 5), "b": (2, 5), "c": (1, 3),
    }  # fmt: skip
    x, y = [1, 0, 1, 0, 1], [1, 0, 1, 0, 0]
    assert found["a"].discrimination == pytest.approx(np.corrcoef(x, y)[0, 1])


# -- by numpy ---------------------------------------------------------------------------------------------------

ROWS = st.integers(1, 6).flatmap(lambda n: st.lists(st.text("pppffb", min_size=n, max_size=n), min_size=1, max_size=25))


@quick
@given(ROWS)
def test_the_statistics_of_checks_are_those_of_numpy(rows: list[str]) -> None:
    """Difficulty is a mean and discrimination a correlation, over those for whom the check is not broken."""
    marks = np.array([list(row) for row in rows])
    for number, check in enumerate(checks(*rows)):
        sound = marks[marks[:, number] != "b"]
        x, rest = sound[:, number] == "p", np.delete(sound, number, axis=1)
        assert check.difficulty == (pytest.approx(x.mean()) if len(x) else None)
        counted = (rest != "b").sum(axis=1)
        x, y = x[counted > 0], (rest == "p").sum(axis=1)[counted > 0] / counted[counted > 0]
        if len(x) and np.ptp(x.astype(int)) and np.ptp(y) > 1e-9:
            assert check.discrimination == pytest.approx(np.corrcoef(x, y)[0, 1])
        else:
            assert check.discrimination is None


@quick
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_mean_and_median_are_those_of_numpy(cents: list[int]) -> None:
    """Exact, of counted hundredths."""
    found = one([graded(f"s{number:02}", points=value / 100) for number, value in enumerate(cents)])
    assert found.mean == pytest.approx(np.mean(cents) / 100)
    assert found.median == pytest.approx(np.median(cents) / 100)


STUDENTS = st.lists(
    st.one_of(
        st.builds(lambda letters, points: ("graded", letters, points), st.text("pfb", min_size=3, max_size=4), st.sampled_from([0.0, 0.1, 3.33, 10.0])),
        st.sampled_from([("missing", "", 0.0), ("excused", "", 0.0), ("broken", "", 0.0)]),
    ),
    max_size=20,
)  # fmt: skip


@quick
@given(STUDENTS, st.randoms(use_true_random=False))
def test_the_order_of_the_students_makes_no_difference(students: list[Any], rng: random.Random) -> None:
    """To the last bit: sums are whole numbers."""
    students = [
        graded(f"s{number:02}", letters, points, diagnoses=letters[:2])
        if state == "graded"
        else without(f"s{number:02}", GradeState(state))
        for number, (state, letters, points) in enumerate(students)
    ]
    shuffled = rng.sample(students, len(students))
    assert summarise(COURSE, students, names=2).to_json() == summarise(COURSE, shuffled, names=2).to_json()


@given(st.lists(st.text("pf", min_size=4, max_size=4), min_size=8, max_size=40))
def test_adding_up_early_makes_no_difference(rows: list[str]) -> None:
    """Counted outcomes are added up whenever they become many: nothing is lost or counted twice."""
    whole = checks(*rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(items, "MOST_PATTERNS", 2)
        assert checks(*rows) == whole


def test_memory_does_not_grow_with_the_class() -> None:
    """However many different outcomes there are, few are held."""
    found = Items()
    ids = tuple(f"softmax.public.check_{number}" for number in range(14))
    for marks in itertools.islice(itertools.product((Outcome.PASSED, Outcome.FAILED), repeat=14), 5000):
        found.add(ids, marks)
        assert sum(map(len, found._patterns.values())) < items.MOST_PATTERNS
    assert [check.students for check in found.results()] == [5000] * 14


# -- who has not started ----------------------------------------------------------------------------------------


def test_who_has_not_started() -> None:
    """Who handed in nothing; not who was late, is excused, or has points from staff. Names up to a bound, the count whole."""
    students = [
        without("zoe", GradeState.MISSING),
        without("eve", GradeState.MISSING),
        without("ada", GradeState.MISSING),
        without("bob", GradeState.MISSING, attempts=1),
        without("fay", GradeState.EXCUSED),
        StudentGrades(StudentHistory("gil"), [msgspec.structs.replace(graded("gil").grades[0], attempts=0, attempt=0)]),
    ]
    assert summarise(COURSE, students, names=2).not_started == NotStarted(3, ["ada", "eve"])
    assert summarise(COURSE, students, names=None).not_started.names == ["ada", "eve", "zoe"]


def test_an_empty_gradebook_is_said() -> None:
    """Nobody has started is not the same as there is nobody."""
    assert "Nobody is on the roster, and nobody has handed in." in shown(summarise(COURSE, []))
    assert "Everybody has started." in shown(summarise(COURSE, [graded("ada")]))


# -- from a gradebook -------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Any:
    with Gradebook.open(tmp_path / "gradebook.db") as opened:
        yield opened


def test_only_the_attempt_that_counts_is_counted(book: Gradebook) -> None:
    """The best of three attempts is; a broken one, an excused one and that of who dropped the course are not."""
    book.set_roster(Person(student=name) for name in ("ada", "bob", "eve", "dan"))
    book.set_roster(Person(student=name) for name in ("ada", "bob", "eve"))
    book.append([
        attempt("ada", "fff", ["no_shift"]), attempt("ada", "ppf"), attempt("ada", "pff", ["no_shift"]),
        attempt("bob", "bbb", status=Status.BROKEN, earned=0.0), attempt("dan", "fff"), attempt("eve", "fff"),
    ])  # fmt: skip
    book.decide(Decision(student="eve", target="", kind=DecisionKind.EXCUSE, reason="ill", by="kim", at=AT))
    found = of_gradebook(COURSE, book)
    [concept] = found.concepts
    assert found.students == 3
    assert (concept.graded, concept.excused, concept.broken, concept.ran) == (1, 1, 1, 1)
    assert [check.passed for check in concept.checks] == [1, 1, 0]
    assert concept.misconceptions == []


def test_titles_come_from_the_newest_report_and_from_the_course(book: Gradebook, course: Path) -> None:
    """A check is called what the newest report calls it, a misconception what the course's file says."""
    loaded = courses.load(course)
    first, newest = (b'{"checks": [{"id": "softmax.public.a", "title": "%s"}]}' % word for word in (b"Old", b"New"))
    book.append([attempt("ada", "p", ["no_shift"], report=first), attempt("bob", "p", ["gone"], report=newest)])
    [concept] = of_gradebook(loaded, book).concepts
    assert [check.title for check in concept.checks] == ["New"]
    assert {mistake.name: bool(mistake.title) for mistake in concept.misconceptions} == {
        "no_shift": True,
        "gone": False,
    }


def test_a_report_that_is_no_report_is_named(book: Gradebook) -> None:
    """A damaged report is said, with the attempt that it is of."""
    [kept] = book.append([attempt("ada", report=b"[")])
    with pytest.raises(GradebookError, match=rf"gradebook.db: the report of attempt {kept.id} cannot be read"):
        of_gradebook(COURSE, book)


# -- shown ------------------------------------------------------------------------------------------------------


def shown(found: ClassSummary, width: int = 80, **given: Any) -> str:
    out = StringIO()
    report.render(Console(file=out, width=width), found, **{"most": 5, "checks": False, **given})
    return out.getvalue()


@pytest.mark.parametrize("width", [30, 40, 60, 76, 80, 200])
def test_fits_any_width(width: int) -> None:
    """No line is longer than the terminal or ends in spaces, and all numbers are there."""
    text = shown(
        summarise(COURSE, [graded("ada", "pff", 3.33, diagnoses=["no_shift"]), without("eve", GradeState.MISSING)]),
        width,
    )
    assert all(len(row) <= width and row == row.rstrip() for row in text.splitlines())
    words = text.split()
    assert {"softmax", "3.33", "no_shift", "eve"} <= {word.strip(":,") for word in words}


def test_what_stands_in_a_gradebook_is_not_trusted() -> None:
    """A name or title that would move the cursor is spelled out, and a formula for a spreadsheet is none."""
    hostile = "=1+1\x1b[2J"
    students = [graded("ada", "pf", diagnoses=[hostile]), without(hostile, GradeState.MISSING)]
    found = summarise(COURSE, students, lambda *_: {"softmax.public.b": hostile, hostile: hostile})
    assert "\x1b" not in shown(found)
    assert "\x1b" not in shown(found, checks=True)
    table = b"".join(report.checks_as_csv(found))
    assert b"'=1+1" in table
    assert b",=1" not in table
    assert b"\x1b" not in table


@pytest.mark.parametrize(("passed", "text"), [(0, "  0%"), (1, " <1%"), (199, " 99%"), (100, " 50%")])
def test_shares_are_never_rounded_to_nobody_or_everybody(passed: int, text: str) -> None:
    """One student of two hundred is not nobody, and 199 are not everybody."""
    found = summarise(COURSE, [graded(f"s{number:03}", "p" if number < passed else "f") for number in range(200)])
    assert text in shown(found, checks=True)
