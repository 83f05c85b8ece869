"""`nbgrader export` with our exporters, as its users call it."""

from __future__ import annotations

import csv

import classroom
import commands
import pytest
from classroom import UNIT, Classroom

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # nbgrader and its libraries warn of each other]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Scores straight into nbgrader's gradebook: ada with some, bob waiting, cid without a submission."""
    made = classroom.make(tmp_path_factory.mktemp("room"))
    with made.book() as book:
        book.update_or_create_student("ada", first_name="Ada", last_name='Lovelace, "Countess"', lms_user_id="11")
        book.update_or_create_student("bob", lms_user_id="12")
        book.update_or_create_student("cid", lms_user_id="13")
        for student in ("ada", "bob"):
            for notebook in book.add_submission(UNIT, student).notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = 2.0, student == "bob"
        book.find_submission_notebook("norm", UNIT, "ada").late_submission_penalty = 1.0
        book.db.commit()
    return made


def export(room: Classroom, *options: str) -> commands.Done:
    return commands.run("nbgrader", "export", *options, at=room.root)


def test_canvas(room: Classroom) -> None:
    """Canvas's own file comes back with nbgrader's score, the penalty off; who waits, or is missing, keeps a blank."""
    (room.root / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 4 (88001)\n    Points Possible,,,,,42\n"
        '"Lovelace, Ada",11,,ada@x,01,\nBob,12,,bob@x,01,\nCid,13,,cid@x,01,\n'
    )
    options = ("--LmsExport.template=canvas.csv", "--LmsExport.map", f"HW 4 (88001)={UNIT}", "--to", "out.csv")
    done = export(room, "--exporter=mlgrade.integrations.nbgrader.export.Canvas", *options)
    assert done.returncode == 0, done.stderr
    with room.book() as book:
        points = book.find_assignment(UNIT).max_score
        score = (book.find_submission(UNIT, "ada").score - 1.0) * 42 / points
    rows = list(csv.reader((room.root / "out.csv").open()))
    assert float(rows[2][5]) == pytest.approx(score, abs=0.006)
    assert [row[5] for row in rows[3:]] == ["", ""]
    assert "bob, scores: not written: waits to be graded" in done.stderr
    assert "Canvas will ask nothing" in done.stderr


def test_students_and_assignments(room: Classroom) -> None:
    """nbgrader's own options choose, and a second run does not write over the file."""
    options = (
        "--exporter=mlgrade.integrations.nbgrader.export.Csv",
        "--student",
        '["ada"]',
        "--assignment",
        f'["{UNIT}"]',
    )
    assert export(room, *options, "--to", "plain.csv").returncode == 0
    text = (room.root / "plain.csv").read_text()
    assert '"Lovelace, ""Countess"""' in text or 'Lovelace, ""Countess""' in text
    assert "bob" not in text
    done = export(room, *options, "--to", "plain.csv")
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert "Traceback" not in done.stderr
