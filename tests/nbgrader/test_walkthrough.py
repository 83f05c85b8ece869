"""A class of eight from `init` to the LMS's file, with nbgrader's own commands and its exchange, as TAs do it."""

from __future__ import annotations

import csv
import shutil
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

import commands
import nbformat
import pytest
from classroom import RIGHT, UNIT, copy, delete, write

import mlgrade
from mlgrade import course as courses

pytestmark = [
    pytest.mark.full,  # waits for nbgrader, kernels or a browser
    pytest.mark.filterwarnings("ignore"),  # nbgrader and its libraries warn of each other
    pytest.mark.skipif(sys.platform == "win32", reason="nbgrader's exchange is not for Windows"),
]
SOFTMAX = RIGHT["softmax"]
SPY = """
import glob, os
FOUND = [path for up in (".", "..", "../..", "../../..") for path in glob.glob(up + "/**/test_softmax.py", recursive=True)]
def softmax(z, axis=-1):
    return [open(path).read() for path in FOUND + glob.glob("/proc/*/environ")][0]
"""
CLASS = {
    "ada": [write(SOFTMAX)],
    "bob": [write("def softmax(z, axis=-1):\n    return z\n")],
    "cleo": [write("import numpy as np\n\n\ndef softmax(z, axis=-1):\n    e = np.exp(np.asarray(z, float))\n    return e / e.sum(axis, keepdims=True)\n")],
    "dan": [write(SOFTMAX.replace("return", "while True:\n        pass\n    return", 1))],
    "eve": [write(SPY)],
    "finn": [write(SOFTMAX + "\nraise RuntimeError('after the function')\n")],
    "gil": [write(SOFTMAX), copy("answer-softmax", "raise SystemExit"), copy("test-softmax", "10.0")],
    "hana": [delete("answer-softmax", "test-softmax")],
}  # fmt: skip
FULL, NONE = {"ada", "finn", "gil"}, {"bob", "eve", "hana"}


class RequestServer:
    """The TA's and the students' terminals."""

    def __init__(self, root: Path) -> None:
        self.root, self.exchange, self.folder = root, root / "exchange", root / "nbcourse"
        self.exchange.mkdir(mode=0o777)
        self.exchange.chmod(0o777)
        self.course = courses.load(_course(root / "course"))

    def mlgrade(self, *arguments: str, at: Path | None = None) -> str:
        return self._run("mlgrade", *arguments, at=at or self.course.root)

    def nbgrader(self, *arguments: str, at: Path | None = None) -> str:
        exchange = [f"--Exchange.root={self.exchange}", f"--Exchange.cache={self.root}/cache", "--course=generated"]
        return self._run("nbgrader", *arguments, *(exchange if at else exchange[:1]), at=at or self.folder)

    def _run(self, module: str, *arguments: str, at: Path) -> str:
        done = commands.run(module, *arguments, at=at, HOME=str(self.root))
        assert done.returncode == 0, f"{module} {arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def hand_in(self, home: Path, student: str) -> None:
        """From the folder that was fetched, each as if it were the student's own."""
        path = home / student / UNIT / "softmax.ipynb"
        shutil.copytree(home / UNIT, path.parent)
        node = nbformat.read(path, 4)
        for edit in CLASS[student]:
            edit(node)
        nbformat.write(node, path)
        self.nbgrader("submit", UNIT, f"--student={student}", at=home / student)

    def scores(self, concept: str) -> dict[str, float | None]:
        query = (
            "SELECT s.student_id, g.auto_score FROM grade g JOIN base_cell c ON g.cell_id = c.id "
            "JOIN submitted_notebook n ON g.notebook_id = n.id JOIN submitted_assignment s ON n.assignment_id = s.id "
            "WHERE c.name = ?"
        )
        with sqlite3.connect(f"file:{self.folder / 'gradebook.db'}?mode=ro", uri=True) as book:
            return dict(book.execute(query, [f"test-{concept}"]).fetchall())


def _course(folder: Path) -> Path:
    import generated

    made = generated.course(folder)
    made.write_text(made.read_text().replace("title: Scores", "title: Scores\n    due: 2030-01-01T00:00:00+00:00"))
    return made


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> RequestServer:
    """The whole way up to the feedback, done once."""
    at = RequestServer(tmp_path_factory.mktemp("class"))
    at.mlgrade("nbgrader", "init", str(at.folder))
    at.nbgrader("generate_assignment", UNIT)
    at.nbgrader("release_assignment", UNIT)
    home = at.root / "students"
    home.mkdir()
    at.nbgrader("fetch_assignment", UNIT, at=home)
    for student in CLASS:
        at.hand_in(home, student)
    at.nbgrader("collect", UNIT)
    at.nbgrader("autograde", UNIT)
    at.nbgrader("generate_feedback", UNIT)
    return at


def test_everybody_is_graded(desk: RequestServer) -> None:
    """Nobody's loop, crash, copied, deleted or hostile cell stops the class, and each earns what the answer is worth."""
    scores = desk.scores("softmax")
    assert scores.keys() == CLASS.keys()
    assert {student for student, score in scores.items() if score == 10} == FULL
    assert {student for student, score in scores.items() if score == 0} == NONE
    assert all(0 < (scores[student] or 0) < 10 for student in ("cleo", "dan"))  # a loop costs the checks it is in


def test_as_mlgrade_grades(desk: RequestServer) -> None:
    """Each score is what `mlgrade.check` says of the notebook that was handed in."""
    ours = {s: mlgrade.check(desk.folder / "submitted" / s / UNIT / "softmax.ipynb", course=desk.course.root).earned for s in CLASS if s != "gil"}  # fmt: skip
    assert {student: desk.scores("softmax")[student] for student in ours} == pytest.approx(ours)


def test_the_feedback(desk: RequestServer) -> None:
    """Each student has a page, with the report of their own answer."""
    pages = {student: desk.folder / "feedback" / student / UNIT / "softmax.html" for student in CLASS}
    texts = {student: page.read_text() for student, page in pages.items()}
    assert "the row maximum is not subtracted" in texts["cleo"] or "overflow" in texts["cleo"]
    assert "Stopped" in texts["dan"] or "stopped" in texts["dan"]
    assert "after the function" in texts["finn"]


def test_nothing_hidden_is_anywhere(desk: RequestServer) -> None:
    """No line of a hidden suite, a solution or a misconception is in what students get, or where nbgrader keeps grades."""
    given = {line.strip() for student in ("ada", "cleo", "dan", "finn") for line in SOFTMAX.splitlines()}
    open_ = "\n".join(_texts(desk.course.root, ["exercises", "tests/public"])) + "\n".join(given)
    hidden = "\n".join(_texts(desk.course.root, ["tests/hidden", "solutions", "tests/misconceptions"])).splitlines()
    secret = {line.strip() for line in hidden if len(line.strip()) > 24 and line.strip() not in open_}
    assert len(secret) > 100
    folders = ("source", "release", "submitted", "autograded", "feedback")
    with sqlite3.connect(desk.folder / "gradebook.db") as book:
        written = "\n".join([*_texts(desk.folder, folders), *book.iterdump()])
    assert "def softmax" in written
    assert [line for line in secret if line in written] == []


def test_into_the_file_of_the_lms(desk: RequestServer) -> None:
    """nbgrader's export with our plug-in, and our gradebook after a pull, say the same of each student."""
    theirs = desk.folder / "theirs.csv"
    desk.nbgrader("export", "--exporter=mlgrade.integrations.nbgrader.export.Csv", f"--to={theirs}")
    said = desk.mlgrade("nbgrader", "pull", "--new", "--from", str(desk.folder / "gradebook.db"))
    assert "24 scores new" in said
    ours = desk.course.root / "ours.csv"
    desk.mlgrade("export", "csv", "--columns", "concept", "-o", str(ours))
    rows = list(csv.DictReader(ours.open(encoding="utf-8-sig")))
    scores = desk.scores("softmax")
    assert {row["student"]: float(row["softmax"]) for row in rows} == pytest.approx(scores)
    assert theirs.read_text().count("\n") == 1 + len(CLASS)


def _texts(root: Path, folders: Iterable[str]) -> list[str]:
    paths = [path for folder in folders for path in (root / folder).rglob("*") if path.is_file()]
    return [path.read_text(errors="replace") for path in paths]
