"""Gradebooks of other versions: older ones are brought up to date, newer ones are refused."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from mlgrade.errors import GradebookError
from mlgrade.gradebook import addresses, migrations, schema
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.store import Gradebook

# A gradebook as the first step alone leaves it, with one attempt: written by hand, so that no change of the code changes it.
FIRST = """
CREATE TABLE migrations (name TEXT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL);
INSERT INTO migrations VALUES ('attempts', 1801868400000000);
CREATE TABLE suites (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, suite TEXT NOT NULL, limits TEXT NOT NULL, versions TEXT NOT NULL, checks TEXT NOT NULL);
CREATE TABLE attempts (id INTEGER PRIMARY KEY AUTOINCREMENT, student TEXT NOT NULL, concept TEXT NOT NULL, source TEXT NOT NULL, suite_id BIGINT NOT NULL REFERENCES suites (id), submitted_at BIGINT, graded_at BIGINT NOT NULL, status TEXT NOT NULL, earned REAL NOT NULL, possible REAL NOT NULL, outcomes TEXT NOT NULL, diagnoses TEXT NOT NULL);
CREATE INDEX attempts_of_student ON attempts (student, concept, id);
CREATE TABLE reports (attempt_id BIGINT PRIMARY KEY REFERENCES attempts (id), report BLOB NOT NULL);
INSERT INTO suites VALUES (1, 'd', 's', 'l', '{"numpy":"2.4.0"}', '["a","b"]');
INSERT INTO attempts VALUES (1, 'ada', 'softmax', 'f', 1, 1801868400123456, 1801868400000000, 'graded', 5.0, 10.0, 'pf', '[]');
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.db"


def written(file: Path, script: str) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()


def applied(file: Path) -> list[str]:
    connection = sqlite3.connect(file)
    names = [name for (name,) in connection.execute("SELECT name FROM migrations ORDER BY rowid")]
    connection.close()
    return names


def test_the_tables_are_those_that_queries_see(file: Path) -> None:
    """The steps make exactly the tables and columns of schema.py."""
    with Gradebook.open(file) as book:
        inspector = inspect(book._engine)
        found = {
            table: {column["name"]: column["nullable"] for column in inspector.get_columns(table)}
            for table in inspector.get_table_names()
            if not table.startswith("sqlite_")
        }
    wanted = {
        table.name: {column.name: column.nullable for column in table.columns}
        for table in schema.metadata.tables.values()
    }
    # SQLite says "nullable" of every INTEGER PRIMARY KEY, which never is
    for table, columns in found.items():
        keys = {column.name for column in schema.metadata.tables[table].primary_key}
        assert {name: nullable for name, nullable in columns.items() if name not in keys} == {name: nullable for name, nullable in wanted[table].items() if name not in keys}  # fmt: skip
        assert columns.keys() == wanted[table].keys()
    assert found.keys() == wanted.keys()


def test_a_new_gradebook_takes_all_steps(file: Path) -> None:
    """A new gradebook has taken every step, once, in order; opening it again changes nothing."""
    Gradebook.open(file).close()
    before = file.read_bytes()
    assert applied(file) == [step.__name__ for step in migrations.STEPS]
    Gradebook.open(file, create=False).close()
    assert file.read_bytes() == before


def test_a_gradebook_of_the_first_step(file: Path) -> None:
    """An old gradebook is brought up to date when it is opened, and what was in it is there."""
    written(file, FIRST)
    with Gradebook.open(file, create=False) as book:
        [found] = book.attempts()
        assert (found.student, found.checks, found.earned) == ("ada", ("a", "b"), 5.0)
        assert found.submitted_at == datetime(2027, 2, 5, 23, 0, 0, 123456, tzinfo=UTC)
        book.set_roster([Person(student="ada")])
        assert book.decisions() == []
    assert applied(file) == [step.__name__ for step in migrations.STEPS]


def test_a_gradebook_with_decisions(file: Path) -> None:
    """Decisions that were kept before written answers had a maximum are read as they were."""
    Gradebook.open(file).close()
    row = "INSERT INTO decisions (student, target, deed, reason, decided_by, decided_at, revoked) VALUES ('ada', '', 'excuse', 'ill', 'kim', 0, 0)"
    written(file, f"DELETE FROM migrations WHERE name = 'written'; ALTER TABLE decisions DROP COLUMN possible; {row}")
    with Gradebook.open(file, create=False) as book:
        [found] = book.decisions()
    assert (found.reason, found.possible) == ("ill", None)
    assert applied(file) == [step.__name__ for step in migrations.STEPS]


def test_a_gradebook_before_the_first_step(file: Path) -> None:
    """A gradebook with a table of steps and none taken is filled."""
    written(file, "CREATE TABLE migrations (name TEXT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)")
    with Gradebook.open(file) as book:
        assert list(book.attempts()) == []


def test_a_newer_gradebook_is_refused(file: Path) -> None:
    """What a newer mlgrade wrote is neither read nor changed."""
    Gradebook.open(file).close()
    written(file, "INSERT INTO migrations VALUES ('seating', 0)")
    before = file.read_bytes()
    with pytest.raises(
        GradebookError, match=r'was written by a newer mlgrade \("seating" is new to this one\); update it'
    ):
        Gradebook.open(file)
    assert file.read_bytes() == before


def test_a_step_that_fails_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step is taken whole or not at all; the steps before it stand, and the next run goes on from there."""

    def decisions(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id)")
        raise RuntimeError("power cut")

    real = migrations.STEPS
    monkeypatch.setattr(migrations, "STEPS", (real[0], decisions, real[2]))
    with pytest.raises(RuntimeError, match="power cut"):
        Gradebook.open(file)
    assert applied(file) == ["attempts"]
    monkeypatch.setattr(migrations, "STEPS", real)
    with Gradebook.open(file) as book:
        assert "half" not in inspect(book._engine).get_table_names()


def test_two_at_once(file: Path) -> None:
    """Two commands that open an old gradebook at the same moment take each step once."""
    written(file, FIRST)
    faults: list[BaseException] = []

    def opened() -> None:
        try:
            Gradebook.open(file).close()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=opened) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(applied(file)) == sorted(step.__name__ for step in migrations.STEPS)


def test_settings_of_a_connection(file: Path) -> None:
    """A commit is on disk when it returns, readers do not wait for writers, and keys lead somewhere."""
    with Gradebook.open(file) as book, addresses.reading(book._engine).connect() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert settings == ["wal", 2, 1, addresses.BUSY_SECONDS * 1000]
