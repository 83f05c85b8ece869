"""nbgrader's gradebook, opened once: one connection, one transaction for each submission.

nbgrader opens its gradebook ten times for each notebook. Each time SQLAlchemy makes a new engine, which knows none of
the statements that were compiled before, and each of some thirty commits waits for the disk: more work than grading.

So a batch gives nbgrader a URL of a kind of its own, `sqlite+mlgrade:///...`, by the door that SQLAlchemy has for the
databases of others. All engines with such a URL share a dialect, a connection and compiled statements. In a transaction
of ours a commit sets a savepoint, and a rollback goes back to the last one, so that nbgrader's code finds what it
expects; at the end all of it is written, or after an error of ours nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import NullPool

from mlgrade.gradebook import faults

BUSY_SECONDS = 30.0  # while formgrader, or another grader, writes
_DRIVER, _POINT = "mlgrade", "mlgrade_point"


class OneBook(SQLiteDialect_pysqlite):
    """SQLite for a batch. There is one of it, and it has at most one connection."""

    driver = _DRIVER
    supports_statement_cache = True
    connection: sqlite3.Connection | None = None
    inside = False

    def __new__(cls, **_: Any) -> OneBook:
        return _the_one.setdefault("it", super().__new__(cls))

    def __init__(self, **given: Any) -> None:
        if "compiled" not in self.__dict__:
            super().__init__(**given)
            self.compiled: dict[Any, Any] = {}
            self._tables = set[str]()

    @classmethod
    def get_pool_class(cls, url: Any) -> type[NullPool]:
        del url
        return NullPool  # there is nothing to keep: the connection stays open by itself

    def connect(self, *_: Any, **__: Any) -> Any:
        return self.connection

    def has_table(self, connection: Any, table_name: str, schema: str | None = None, **given: Any) -> bool:
        """Asked for each table each time nbgrader opens its gradebook, which drops none."""
        if table_name not in self._tables and super().has_table(connection, table_name, schema, **given):
            self._tables.add(table_name)
        return table_name in self._tables

    def do_close(self, dbapi_connection: Any) -> None:
        """It is closed when the batch ends."""

    def do_begin(self, dbapi_connection: Any) -> None:
        """It has begun."""

    def do_commit(self, dbapi_connection: Any) -> None:
        if self.inside:
            dbapi_connection.execute(f"RELEASE {_POINT}")
            dbapi_connection.execute(f"SAVEPOINT {_POINT}")

    def do_rollback(self, dbapi_connection: Any) -> None:
        if self.inside:
            dbapi_connection.execute(f"ROLLBACK TO {_POINT}")


_the_one: dict[str, OneBook] = {}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[str, Callable[[], contextlib.AbstractContextManager[None]]]]:
    """Open nbgrader's gradebook for a batch. Yields the URL for nbgrader, and what makes a transaction of a block."""
    registry.register(f"sqlite.{_DRIVER}", __name__, OneBook.__name__)
    book, shown = OneBook(dbapi=sqlite3), str(path)
    with faults.told(shown):
        book.connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    event.listen(Engine, "engine_connect", _with_compiled)
    try:
        yield f"sqlite+{_DRIVER}:///{path.absolute()}", lambda: _whole(book, book.connection, shown)
    finally:
        event.remove(Engine, "engine_connect", _with_compiled)
        book.connection.close()
        book.connection = None


@contextlib.contextmanager
def _whole(book: OneBook, connection: Any, shown: str) -> Iterator[None]:
    with faults.told(shown):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(f"SAVEPOINT {_POINT}")
        book.inside = True
        try:
            yield
        except BaseException:
            book.inside = False
            connection.execute("ROLLBACK")
            raise
        book.inside = False
        connection.execute("COMMIT")


def _with_compiled(connection: Connection) -> None:
    if isinstance(connection.dialect, OneBook):
        connection.execution_options(compiled_cache=connection.dialect.compiled)
