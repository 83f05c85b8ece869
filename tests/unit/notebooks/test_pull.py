"""What nbgrader's records mean in our gradebook: four kinds of nothing, points by hand, penalties, and all of it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.gradebook import policy
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind, Grade, GradeState
from mlgrade.gradebook.store import Gradebook
from mlgrade.integrations.nbgrader import grade_records, pull
from mlgrade.integrations.nbgrader.database import DatabaseRecord
from mlgrade.integrations.nbgrader.scores import comment
from mlgrade.results import ConceptReport, Status

COURSE = courses.parse("""\
format: 1
title: Small
version: "1.0"
late: {per_day: 10%}
units:
  - id: scores
    title: Scores
    due: 2027-02-05T23:59:00+01:00
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [f]}
      - {id: norm, title: Norm, points: 4, functions: [f]}
  - id: other
    title: Other
    concepts:
      - {id: probe, title: Probe, points: 1, functions: [f]}
""")
DUE = datetime(2027, 2, 5, 22, 59, tzinfo=UTC)
NOW = DUE + timedelta(days=30)


def record(cell: str = "test-softmax", auto: float | None = 8.0, **given: Any) -> DatabaseRecord:
    values: dict[str, Any] = {
        "student": "ada",
        "assignment": "scores",
        "notebook": "softmax",
        "cell": cell,
        "auto": auto,
        "manual": None,
        "extra": 0.0,
        "most": 10.0,
        "waiting": auto is None,
        "penalty": 0.0,
        "submitted_at": DUE,
    }
    return DatabaseRecord(**{**values, **given})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "ours.db") as opened:
        yield opened


def pulled(book: Gradebook, *records: DatabaseRecord, present: bool = True, new: bool = False) -> pull.PullPlan:
    found = grade_records.of(records, COURSE, lambda _: present)
    made = pull.plan(COURSE, book, found.facts, NOW, new=new)
    pull.keep(book, made)
    return made


def grade(book: Gradebook, concept: str = "softmax", student: str = "ada") -> Grade:
    found = [grade for one in policy.current(COURSE, book.histories()) for grade in one.grades]
    return next(one for one in found if (one.student, one.concept) == (student, concept))


def own(earned: float, **given: Any) -> Attempt:
    """An attempt that was graded here."""
    values: dict[str, Any] = {
        "student": "ada", "concept": "softmax", "source": "5" * 64, "suite": "5" * 64, "limits": "1" * 64, "submitted_at": DUE,
        "graded_at": NOW, "status": Status.GRADED, "earned": earned, "possible": 10.0, "checks": (), "outcomes": (),
        "diagnoses": (), "versions": {}, "report": b"",
    }  # fmt: skip
    return Attempt(**{**values, **given})


# -- what a score of nothing means --------------------------------------------------------------------------------


def test_a_score(book: Gradebook) -> None:
    """An automatic score is an attempt that says where it comes from, in the points of the concept."""
    pulled(book, record(auto=4.0, most=5.0))
    [attempt] = book.attempts()
    assert (attempt.suite, attempt.versions, attempt.submitted_at) == ("nbgrader", {"source": "nbgrader"}, DUE)
    assert (grade(book).state, grade(book).points) == (GradeState.GRADED, 8.0)
    assert msgspec.json.decode(book.report(attempt.id), type=ConceptReport).file == "scores/softmax.ipynb"


@pytest.mark.parametrize(
    ("given", "present", "state", "points"),
    [
        ({"auto": 0.0}, True, GradeState.GRADED, 0.0),
        ({"auto": 0.0}, False, GradeState.MISSING, None),
        ({"auto": None}, False, GradeState.MISSING, None),
        ({"auto": None}, True, GradeState.BROKEN, None),
        ({"auto": 0.0, "waiting": True}, True, GradeState.BROKEN, None),
        ({"auto": 3.0, "waiting": True}, True, GradeState.BROKEN, None),
        ({"auto": 0.0, "comments": {"answer-softmax": "No response."}}, True, GradeState.MISSING, None),
        ({"auto": 0.0, "comments": {"answer-softmax": "softmax: not started."}}, True, GradeState.MISSING, None),
        ({"auto": 3.0, "comments": {"answer-softmax": "No response."}}, True, GradeState.GRADED, 3.0),
        ({"auto": 0.0, "manual": 0.0}, False, GradeState.GRADED, 0.0),
    ],
)  # fmt: skip
def test_nothing(
    book: Gradebook, given: dict[str, Any], present: bool, state: GradeState, points: float | None
) -> None:
    """Wrong is a zero; not handed in, not started and not graded yet are none."""
    pulled(book, record(**given), present=present)
    everybody = policy.histories(book.attempts(), book.decisions(), [Person(student="ada")])
    [one] = policy.current(COURSE, everybody)
    assert next((grade.state, grade.points) for grade in one.grades) == (state, points)


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.CANNOT_RUN, Status.TIMED_OUT])
def test_the_comments_are_ours(status: Status) -> None:
    """What the autograder writes under an answer without points is read back as what it was."""
    report = ConceptReport(concept="softmax", file="", status=status, reason="", earned=0.0, possible=10.0, aspects={}, diagnoses=[], checks=[])  # fmt: skip
    said = {"answer-softmax": comment(report, 10.0)}
    [fact] = grade_records.of([record(auto=0.0, comments=said)], COURSE, lambda _: True).facts
    assert fact.status is status


def test_a_file_that_cannot_run_takes_nothing_away(book: Gradebook) -> None:
    """After a good submission, one that cannot run leaves the grade as it is."""
    pulled(book, record(auto=8.0))
    said = {"answer-softmax": "softmax: cannot run yet; nothing was graded."}
    pulled(book, record(auto=0.0, comments=said, submitted_at=DUE + timedelta(hours=1)))
    assert (grade(book).points, grade(book).attempts) == (8.0, 2)


# -- once, and once more ------------------------------------------------------------------------------------------


def test_the_same_again(book: Gradebook) -> None:
    """A second pull of the same adds nothing."""
    given = [
        record(manual=9.0, extra=1.0, penalty=2.0),
        record("written-scores", None, notebook="written", manual=3.0, most=5.0),
    ]
    first, second = pulled(book, *given), pulled(book, *given)
    assert (len(first.attempts), len(first.decisions)) == (1, 4)
    assert (second.attempts, second.decisions) == ([], [])
    assert "0 scores new, 0 changed, 1 as before" in "\n".join(pull.lines(second, 2, grade_records.Counter()))


def test_a_second_autograde(book: Gradebook) -> None:
    """Another score for the same submission replaces the first, up or down, and uses up no attempt."""
    pulled(book, record(auto=8.0))
    for points in (3.0, 8.0):
        made = pulled(book, record(auto=points))
        assert (made.scores["changed"], grade(book).points, grade(book).attempts) == (1, points, 1)


def test_another_hand_in(book: Gradebook) -> None:
    """What was handed in at another time is another attempt, and the better one counts."""
    pulled(book, record(auto=8.0))
    pulled(book, record(auto=3.0, submitted_at=DUE - timedelta(hours=1)))
    assert (grade(book).points, grade(book).attempts) == (8.0, 2)


@pytest.mark.parametrize(("earned", "new"), [(8.0, 0), (7.0, 1)])
def test_what_was_graded_here(book: Gradebook, earned: float, new: int) -> None:
    """A score that `push` sent, or that both graded the same, is not one more attempt."""
    book.append([own(earned, submitted_at=DUE - timedelta(hours=1))])
    assert pulled(book, record(auto=8.0)).scores["new"] == new


# -- what people gave ---------------------------------------------------------------------------------------------


def test_by_hand(book: Gradebook) -> None:
    """A score by hand is the grade; the automatic one stays to be seen, and the reason says whose it is."""
    pulled(book, record(auto=6.0, manual=9.0))
    found = grade(book)
    assert (found.points, found.raw, found.reason) == (9.0, 6.0, "graded by hand in nbgrader")
    pulled(book, record(auto=6.0))
    assert grade(book).points == 6.0
    assert book.decisions()[-1].revoked


def test_above_the_maximum(book: Gradebook) -> None:
    """A score by hand above the maximum is the maximum and extra credit, and extra credit comes on top of it."""
    pulled(book, record(auto=6.0, manual=11.0, extra=0.5))
    assert (grade(book).points, grade(book).extra) == (11.5, 1.5)


def test_extra_and_penalty(book: Gradebook) -> None:
    """Extra credit and a late penalty are in the points, and beside them."""
    pulled(book, record(auto=6.0, extra=1.0, penalty=2.5))
    found = grade(book)
    assert (found.points, found.raw, found.extra, found.penalty) == (4.5, 6.0, 1.0, 2.5)


def test_lateness_is_taken_off_once(book: Gradebook) -> None:
    """Where nbgrader took a penalty, the course's rule takes none; where it took none, the course's rule holds."""
    late = DUE + timedelta(hours=1)
    pulled(book, record(auto=10.0, submitted_at=late))
    assert grade(book).points == 9.0
    pulled(book, record(auto=10.0, submitted_at=late, penalty=5.0))
    assert (grade(book).points, grade(book).late) == (5.0, timedelta(hours=1))


def test_staff_here_have_the_last_word(book: Gradebook) -> None:
    """An override in our gradebook stands over all that nbgrader says, and a pull does not touch it."""
    override = Decision(student="ada", target="concept:softmax", kind=DecisionKind.OVERRIDE, reason="oral", by="kim", at=NOW, points=7.0)  # fmt: skip
    book.decide(override)
    pulled(book, record(auto=6.0, manual=9.0, extra=1.0, penalty=2.0))
    assert grade(book).points == 7.0


def test_a_written_answer(book: Gradebook) -> None:
    """A written answer is kept for its unit with its maximum, and is in no concept; ungraded it is nothing yet."""
    answer = {"cell": "written-scores", "notebook": "written-scores", "auto": None, "most": 5.0}
    assert pulled(book, record(**answer)).decisions == []
    pulled(book, record(**answer, manual=3.5))
    [kept] = book.decisions()
    assert (kept.kind, kept.target, kept.points, kept.possible) == (DecisionKind.WRITTEN, "unit:scores", 3.5, 5.0)
    assert list(book.attempts()) == []


scores = st.lists(st.one_of(st.none(), st.floats(0, 10)), min_size=1, max_size=6)


@given(scores=scores, penalty=st.floats(0, 20))
def test_the_parts_of_a_penalty(scores: list[float | None], penalty: float) -> None:
    """The parts of a notebook's penalty are its whole, as far as there are points to take it off, and none is below 0."""
    cells = [record(f"test-{number}", score, penalty=penalty) for number, score in enumerate(scores)]
    parts = list(grade_records._parts(cells))
    assert min(parts) >= 0
    if sum(score or 0 for score in scores) > 0:
        assert sum(parts) == pytest.approx(penalty, abs=1e-3)
    else:
        assert sum(parts) == 0


# -- whose, and of what -------------------------------------------------------------------------------------------


def test_strangers(book: Gradebook) -> None:
    """Whom the roster does not name is named and left out, until told otherwise; without a roster all are taken."""
    assert pulled(book, record(student="ada")).unknown == []
    book.set_roster([Person(student="ada")])
    made = pulled(book, record(student="ada"), record(student="mallory\x1b"))
    assert (made.unknown, len(made.attempts)) == (["mallory\x1b"], 0)
    assert pulled(book, record(student="mallory\x1b"), new=True).scores["new"] == 1


def test_cells_of_others(book: Gradebook) -> None:
    """Cells that are about nothing of the course stay in nbgrader, and are counted by name."""
    found = grade_records.of([record("bonus"), record("test-unheard"), record("test-norm")], COURSE, lambda _: True)
    assert (dict(found.elsewhere), [fact.target for fact in found.facts]) == ({"bonus": 1, "test-unheard": 1}, ["concept:norm"])  # fmt: skip


def test_two_assignments_with_one_concept() -> None:
    """Where a concept stands in two assignments, that of its unit counts, whichever comes first."""
    given = [record(auto=1.0, assignment="a_rehearsal"), record(auto=2.0), record(auto=3.0, assignment="z_repetition")]
    [fact] = grade_records.of(given, COURSE, lambda _: True).facts
    assert fact.record.auto == 2.0


def test_the_account_names_everything(book: Gradebook) -> None:
    """Each kind of news has its line, and no name of a stranger moves a cursor."""
    book.set_roster([Person(student="ada")])
    given = [record(manual=9.0, penalty=1.0), record("bonus"), record("test-norm", None, notebook="norm"), record(student="eve\x1b[2J")]  # fmt: skip
    found = grade_records.of(given, COURSE, lambda _: True)
    told = "\n".join(pull.lines(pull.plan(COURSE, book, found.facts, NOW), len(given), found.elsewhere))
    for part in ("4 grades read; 2 scores new", "1 handed in and without a score yet", "graded by hand: 1 new", "late penalties", "1 of cells that are not the course's", "(--new takes them): eve\\x1b[2J"):  # fmt: skip
        assert part in told
