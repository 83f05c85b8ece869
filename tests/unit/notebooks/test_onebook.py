"""One connection and one transaction for code that opens, commits and rolls back as it likes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from mlgrade.errors import GradebookError
from mlgrade.integrations.nbgrader import onebook


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "book.db") as connection:
        connection.execute("CREATE TABLE t (x INTEGER UNIQUE)")
    connection.close()
    return tmp_path / "book.db"


def seen(file: Path) -> list[int]:
    """What another program reads in the file."""
    connection = sqlite3.connect(file)
    rows = [x for (x,) in connection.execute("SELECT x FROM t ORDER BY x")]
    connection.close()
    return rows


def insert(url: str, *numbers: int, commit: bool = True) -> None:
    """As nbgrader does it: an engine of its own each time."""
    with create_engine(url).connect() as connection:
        for number in numbers:
            connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": number})
        if commit:
            connection.commit()


def stopped(url: str, whole: Any) -> None:
    with whole():
        insert(url, 1)
        raise KeyboardInterrupt


def test_all_of_it_at_the_end(file: Path) -> None:
    """What several engines commit is there for them at once, and for others when the block is over."""
    with onebook.opened(file) as (url, whole):
        with whole():
            insert(url, 1)
            insert(url, 2, 3)
            with create_engine(url).connect() as connection:
                assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 3
            assert seen(file) == []
        assert seen(file) == [1, 2, 3]


def test_a_rollback_goes_back_to_the_last_commit(file: Path) -> None:
    """What was committed before stays, what was not goes, and an error of the database is the same error as ever."""
    with onebook.opened(file) as (url, whole), whole():
        insert(url, 1)
        insert(url, 2, commit=False)
        with pytest.raises(Exception, match="UNIQUE constraint failed"):
            insert(url, 3, 1)
        insert(url, 4)
    assert seen(file) == [1, 4]


def test_nothing_of_what_was_broken_off(file: Path) -> None:
    """After an error, also a Ctrl-C, nothing of the block is written, commits or not; the next block is a new one."""
    with onebook.opened(file) as (url, whole):
        with pytest.raises(KeyboardInterrupt):
            stopped(url, whole)
        assert seen(file) == []
        with whole():
            insert(url, 2)
    assert seen(file) == [2]


def test_a_gradebook_that_another_program_writes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody else writes, the block does not begin, and the way out is said."""
    monkeypatch.setattr(onebook, "BUSY_SECONDS", 0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with onebook.opened(file) as (_, whole):
        with pytest.raises(GradebookError, match="locked by another program; wait"), whole():
            raise AssertionError("the block began")
        other.execute("ROLLBACK")
        with whole():
            pass
    other.close()


def test_one_batch_after_another(tmp_path: Path, file: Path) -> None:
    """A second batch has a connection of its own, to another file if it likes."""
    with onebook.opened(file) as (url, whole), whole():
        insert(url, 1)
    other = tmp_path / "other.db"
    other.write_bytes(file.read_bytes())
    with onebook.opened(other) as (url, whole), whole():
        insert(url, 2)
    assert (seen(file), seen(other)) == ([1], [1, 2])
