"""From nbgrader's real gradebook into ours, with the real command: equal to nbgrader's own numbers, and once only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import classroom
import commands
import pytest
from classroom import RIGHT, UNIT, Classroom, write

from mlgrade import course as courses
from mlgrade.gradebook import policy
from mlgrade.gradebook.model import DecisionKind, Grade, GradeState
from mlgrade.gradebook.store import Gradebook
from mlgrade.integrations.nbgrader import database, session, warm

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # nbgrader and its libraries warn of each other]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """Right, by hand, not started, unreadable; extra credit and a penalty."""
    made = classroom.make(tmp_path_factory.mktemp("room"))
    for student in ("ada", "ben"):
        made.submit(student, write(RIGHT["softmax"]))
    made.submit("cid")
    made.submit_text("hal", "not a notebook")
    made.autograde()
    with made.book() as book:
        ben = book.find_grade("test-softmax", "softmax", UNIT, "ben")
        ben.manual_score, ben.extra_credit, ben.needs_manual_grade = 6.0, 1.5, False
        book.find_submission_notebook("softmax", UNIT, "ben").late_submission_penalty = 2.0
        book.db.commit()
    yield made
    warm.close()


def pull(room: Classroom, ours: Path, *options: str) -> commands.Done:
    return commands.run("mlgrade", "nbgrader", "pull", "--gradebook", str(ours), *options, at=room.root)


def grades(room: Classroom, ours: Path) -> dict[str, Grade]:
    course = courses.load(room.course)
    with Gradebook.open(ours, create=False) as book:
        found = [grade for one in policy.current(course, book.histories()) for grade in one.grades]
        return {one.student: one for one in found if one.concept == "softmax"}


def test_the_whole_way(room: Classroom, tmp_path: Path) -> None:
    """One command, in nbgrader's folder: scores, points by hand, and three kinds of nothing; a second one adds nothing."""
    ours = tmp_path / "ours.db"
    done = pull(room, ours)
    assert done.returncode == 0, done.stderr
    found = grades(room, ours)
    assert {name: (one.state, one.points) for name, one in found.items()} == {
        "ada": (GradeState.GRADED, 10.0),
        "ben": (GradeState.GRADED, 5.5),
        "cid": (GradeState.MISSING, None),
        "hal": (GradeState.BROKEN, None),
    }
    assert (found["ben"].raw, found["ben"].extra, found["ben"].penalty) == (10.0, 1.5, 2.0)
    again = pull(room, ours)
    assert "0 scores new, 0 changed" in again.stdout
    assert grades(room, ours) == found


def test_both_gradebooks_agree(room: Classroom, tmp_path: Path) -> None:
    """The sums of ours are nbgrader's own score with its penalty off."""
    ours = tmp_path / "ours.db"
    pull(room, ours)
    with room.book() as book:
        for student, grade in grades(room, ours).items():
            theirs = book.find_submission(UNIT, student)
            assert (grade.points or 0.0) == pytest.approx(theirs.score - theirs.late_submission_penalty)


def test_what_is_read_is_what_nbgrader_says(room: Classroom) -> None:
    """Each record has the score and the maximum that nbgrader's own interface gives."""
    with room.book() as book:
        theirs = {
            (submission.student_id, notebook.name, grade.name): (grade.score, grade.max_score)
            for submission in book.assignment_submissions(UNIT)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }
    read = database.read(room.root / "gradebook.db")
    assert {(one.student, one.notebook, one.cell): (one.score or 0.0, one.most) for one in read} == theirs


def test_a_dry_run(room: Classroom, tmp_path: Path) -> None:
    """A dry run says what would be new; a gradebook that is not there yet is not made."""
    ours = tmp_path / "ours.db"
    assert pull(room, ours, "--dry-run").returncode == 2
    assert not ours.exists()
    Gradebook.open(ours).close()
    done = pull(room, ours, "--dry-run")
    assert "Nothing was written" in done.stdout
    assert "graded by hand: 1 new" in done.stdout
    assert grades(room, ours) == {}


def test_the_history_names_nbgrader(room: Classroom, tmp_path: Path) -> None:
    """In the history of a student it is said what came from nbgrader, and what people gave there."""
    ours = tmp_path / "ours.db"
    pull(room, ours)
    with Gradebook.open(ours) as book:
        kept = {(one.kind, one.points, one.by) for one in book.decisions("ben")}
    assert kept == {
        (DecisionKind.MANUAL, 6.0, "nbgrader"),
        (DecisionKind.EXTRA, 1.5, "nbgrader"),
        (DecisionKind.PENALTY, 2.0, "nbgrader"),
    }
    which = ("--gradebook", str(ours), "--course", str(room.course))
    said = commands.run("mlgrade", "gradebook", "history", "ben", *which, at=room.root).stdout
    assert "manual concept:softmax to 6, by nbgrader: graded by hand in nbgrader" in " ".join(said.split())
    assert "1.5 extra credit in it, 2 off for lateness" in said


def test_a_wrong_file(room: Classroom, tmp_path: Path) -> None:
    """Our own gradebook in the place of nbgrader's, or a server, is a sentence and exit code 2."""
    ours = tmp_path / "ours.db"
    Gradebook.open(ours).close()
    for source, said in ((str(ours), "is a gradebook of mlgrade"), ("postgresql://kim:pw@h/nb", "only nbgrader's gradebooks in SQLite")):  # fmt: skip
        done = pull(room, ours, "--from", source)
        assert done.returncode == 2
        assert said in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr
        assert "pw" not in done.stderr


def test_the_course_that_is_meant(room: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, else of the variable, else of nbgrader's settings."""
    other = classroom.make(tmp_path).course
    assert session.load_course(None, room.root).root == room.course
    monkeypatch.setenv("MLGRADE_COURSE", str(other))
    assert session.load_course(None, room.root).root == other
    assert session.load_course(room.course, room.root).root == room.course
