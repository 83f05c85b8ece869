"""nbgrader's gradebook, read without nbgrader: what is in it, and what is refused."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgrade.errors import GradebookError, UsageError
from mlgrade.integrations.nbgrader import database
from mlgrade.integrations.nbgrader.database import VERSIONS, DatabaseRecord

# The tables of nbgrader 0.9.6, as far as they are read. tests/nbgrader reads real ones.
TABLES = """
CREATE TABLE alembic_version (version_num);
CREATE TABLE student (id PRIMARY KEY);
CREATE TABLE assignment (id PRIMARY KEY, name, duedate);
CREATE TABLE notebook (id PRIMARY KEY, name, assignment_id);
CREATE TABLE base_cell (id PRIMARY KEY, name, notebook_id, type);
CREATE TABLE grade_cells (id PRIMARY KEY, max_score, cell_type);
CREATE TABLE task_cells (id PRIMARY KEY, max_score, cell_type);
CREATE TABLE submitted_assignment (id PRIMARY KEY, assignment_id, student_id, timestamp);
CREATE TABLE submitted_notebook (id PRIMARY KEY, assignment_id, notebook_id, late_submission_penalty);
CREATE TABLE grade (id PRIMARY KEY, notebook_id, cell_id, auto_score, manual_score, extra_credit, needs_manual_grade);
CREATE TABLE comment (id PRIMARY KEY, notebook_id, cell_id, auto_comment, manual_comment);
INSERT INTO student VALUES ('ada');
INSERT INTO assignment VALUES ('a', 'scores', NULL);
INSERT INTO notebook VALUES ('n', 'softmax', 'a');
INSERT INTO base_cell VALUES ('c', 'test-softmax', 'n', 'GradeCell'), ('w', 'answer-softmax', 'n', 'SolutionCell');
INSERT INTO grade_cells VALUES ('c', 10.0, 'code');
INSERT INTO submitted_assignment VALUES ('sa', 'a', 'ada', '2027-02-05 22:00:00.000001');
INSERT INTO submitted_notebook VALUES ('sn', 'sa', 'n', 1.5);
INSERT INTO comment VALUES ('x', 'sn', 'w', 'softmax: 9 of 10 checks pass', NULL);
"""


def book(path: Path, grade: tuple[Any, ...] = (7.5, 8, None, 1), version: str = VERSIONS[0]) -> Path:
    with sqlite3.connect(path) as connection:
        connection.executescript(TABLES)
        connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        connection.execute("INSERT INTO grade VALUES ('g', 'sn', 'c', ?, ?, ?, ?)", grade)
    connection.close()
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.db"


def test_a_record(file: Path) -> None:
    """A grade comes with its place, both scores, the penalty, the time in UTC and the comment under the answer."""
    [record] = database.read(book(file))
    assert record == DatabaseRecord(
        student="ada",
        assignment="scores",
        notebook="softmax",
        cell="test-softmax",
        auto=7.5,
        manual=8.0,
        extra=0.0,
        most=10.0,
        waiting=True,
        penalty=1.5,
        submitted_at=datetime(2027, 2, 5, 22, 0, 0, 1, tzinfo=UTC),
        comments={"answer-softmax": "softmax: 9 of 10 checks pass"},
    )


@pytest.mark.parametrize(
    ("grade", "score"),
    [
        ((7.5, None, None, 0), 7.5),
        ((7.5, 8.0, None, 0), 8.0),
        ((7.5, 0.0, 2.0, 0), 2.0),
        ((None, None, 2.0, 1), None),  # extra credit for nothing is nothing in nbgrader, and no score here
    ],
)
def test_the_score(file: Path, grade: tuple[Any, ...], score: float | None) -> None:
    """The score by hand goes before the automatic one, and extra credit comes on top."""
    [record] = database.read(book(file, grade))
    assert record.score == score


def test_nothing_is_written(file: Path) -> None:
    """Reading leaves the file and its folder as they were, also where neither can be written."""
    before = book(file).read_bytes()
    file.chmod(0o444)
    database.read(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


# -- what is refused --------------------------------------------------------------------------------------------


def test_another_version(file: Path) -> None:
    """A version that was not tried is refused, with those that were."""
    book(file, version="\x1b[31mdeadbeef")
    with pytest.raises(
        GradebookError, match=r"not tried \(\\x1b\[31mdeadbeef\); nothing was read. Tried: e43177bfe90b"
    ):
        database.read(file)


def test_no_version(file: Path) -> None:
    """A gradebook that names no version is one of no known version."""
    book(file)
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM alembic_version")
    connection.close()
    with pytest.raises(GradebookError, match="not tried"):
        database.read(file)


@pytest.mark.parametrize(
    ("script", "match"),
    [
        ("CREATE TABLE attempts (id); CREATE TABLE migrations (name)", "is a gradebook of mlgrade, not nbgrader's"),
        ("CREATE TABLE holidays (day)", "is not a gradebook of nbgrader"),
        ("", "is not a gradebook of nbgrader"),
        (TABLES + "DROP TABLE grade; CREATE VIEW grade AS SELECT 1", "no table grade"),
    ],
)
def test_other_databases(file: Path, script: str, match: str) -> None:
    """Somebody else's tables are named for what they are; a view, which may run for ever, is no table."""
    with sqlite3.connect(file) as connection:
        connection.executescript(script)
    connection.close()
    with pytest.raises(GradebookError, match=match):
        database.read(file)


@pytest.mark.parametrize(
    "grade",
    [("seven", None, None, 0), (float("inf"), None, None, 0), (b"\x00", None, None, 0), (1.0, None, None, None)],
)
def test_damaged_rows(file: Path, grade: tuple[Any, ...]) -> None:
    """A score that is no number is a damaged file, not a zero."""
    with pytest.raises(GradebookError, match=r"a grade \(.*\) is damaged"):
        database.read(book(file, grade))


def test_no_file(file: Path, tmp_path: Path) -> None:
    """What is not there, or a folder, is said, and nothing is made in its place."""
    for path, fault in ((file, "no such file"), (tmp_path, "not a file")):
        with pytest.raises(GradebookError, match=fault):
            database.read(path)
    assert not file.exists()


def test_locked(file: Path) -> None:
    """While another program writes, the way out is to wait."""
    book(file)
    writer = sqlite3.connect(file, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(GradebookError, match="locked by another program; wait"):
        database.read(file, busy_seconds=0.01)
    writer.close()


def test_endless_work(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is made to keep a reader busy is given up."""
    book(file)
    monkeypatch.setattr(database, "STEP", 10)
    monkeypatch.setattr(database, "MOST_STEPS", 2)
    with pytest.raises(GradebookError, match="interrupted"):
        database.read(file)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return book(tmp_path_factory.mktemp("whole") / "gradebook.db").read_bytes()


def test_a_layout_that_is_no_text(file: Path) -> None:
    """Where the file's own words are damaged, SQLite's complaint cannot be read either, and that is said."""
    path = book(file)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE student", b"CREA\xb0E TABLE student"))
    with pytest.raises(GradebookError, match="the layout of its tables is damaged"):
        database.read(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_bytes(file: Path, whole: bytes, data: st.DataObject) -> None:
    """Whatever bytes stand in a file, reading it gives records or a GradebookError."""
    raw = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=40)):
        raw[at] = data.draw(st.integers(0, 255))
    file.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    with contextlib.suppress(GradebookError):
        assert all(isinstance(one, DatabaseRecord) for one in database.read(file))


# -- which file is meant ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "path"),
    [
        ("gradebook.db", "gradebook.db"),
        ("sqlite:////srv/nb/gradebook.db", "/srv/nb/gradebook.db"),
        ("sqlite:///gradebook.db", "gradebook.db"),
    ],
)
def test_places(where: str, path: str) -> None:
    """A path, and what nbgrader writes as db_url, name the same file."""
    assert database.place(where) == Path(path)


@pytest.mark.parametrize("where", ["postgresql://kim:secret@db.example/nb", "sqlite://", "mysql+x://secret@h/n"])
def test_servers(where: str) -> None:
    """What is no SQLite file cannot be read, and its password is not repeated."""
    with pytest.raises(UsageError, match="only nbgrader's gradebooks in SQLite files") as caught:
        database.place(where)
    assert "secret" not in str(caught.value)
