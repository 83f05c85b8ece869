"""The same code has the same points: through `mlgrade grade`, and through nbgrader's autograde."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import classroom
import commands
import nbformat
import pytest
from classroom import UNIT, Classroom, generated, write

from mlgrade.integrations.nbgrader import warm

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # nbgrader and its libraries warn of each other]
STUDENTS = 24
Scores = dict[tuple[str, str], float | None]


def plain(text: str) -> str:
    return json.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text)]))


def hand_in(room: Classroom, folder: Path, number: int) -> None:
    """The same answers twice: as plain notebooks for mlgrade, and in the released notebooks for nbgrader."""
    generated.students(folder, number, seed=5)
    for path in sorted(folder.glob("*/*.py")):
        text = path.read_bytes().decode(errors="replace")
        path.with_suffix(".ipynb").write_text(plain(text))
        path.unlink()
        room.submit(path.parent.name, write(text, f"answer-{path.stem}"), notebook=path.stem)


def by_mlgrade(folder: Path, course: Path, book: Path) -> Scores:
    options = ("--jobs", "1", "--gradebook", str(book), "--course", str(course))
    done = commands.run("mlgrade", "grade", str(folder), *options, at=folder)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(book) as connection:
        rows = connection.execute("SELECT student, concept, earned FROM attempts ORDER BY id")
        return {(student, concept): earned for student, concept, earned in rows}


def by_nbgrader(room: Classroom) -> Scores:
    with room.book() as book:
        return {
            (submission.student_id, notebook.name): grade.auto_score
            for submission in book.assignment_submissions(UNIT)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.name == f"test-{notebook.name}"
        }


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scores, Scores]:
    room = classroom.make(tmp_path_factory.mktemp("parity"))
    folder = tmp_path_factory.mktemp("plain")
    hand_in(room, folder, STUDENTS)
    result = room.autograde()
    assert result["success"], result
    warm.close()
    return by_mlgrade(folder, room.course, folder.parent / "parity.db"), by_nbgrader(room)


def test_every_answer_has_the_same_points(scores: tuple[Scores, Scores]) -> None:
    """All answers of a class to all concepts are worth the same, to the last digit."""
    ours, theirs = scores
    assert len(theirs) == STUDENTS * len(generated.CONCEPTS)
    assert theirs == ours


def test_the_class_is_worth_comparing(scores: tuple[Scores, Scores]) -> None:
    """Among the answers are right ones, worthless ones and some between."""
    points = set(scores[1].values())
    assert {0.0, 10.0} < points
    assert len(points) > 3


def test_the_real_commands_agree_too(tmp_path: Path) -> None:
    """`nbgrader autograde` as a command gives what `mlgrade grade` gives."""
    room = classroom.make(tmp_path / "room")
    hand_in(room, tmp_path / "plain", 3)
    done = commands.run("nbgrader", "autograde", UNIT, at=room.root)
    assert done.returncode == 0, done.stderr
    assert by_nbgrader(room) == by_mlgrade(tmp_path / "plain", room.course, tmp_path / "book.db")
