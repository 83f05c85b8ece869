"""Open databases by their address, and turn their faults into errors of mlgrade."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from mlgrade.errors import GradebookError
from mlgrade.text import one_line

# Where a gradebook is: the path of a file, or the URL of a PostgreSQL database; and the engine that reaches it.

BUSY_SECONDS = 10.0  # how long to wait for another writer
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


class DatabaseAddress(NamedTuple):
    """`shown` is what messages may say of it: never a password."""

    url: URL
    shown: str
    file: Path | None = None

    @property
    def secret(self) -> str:
        """Return the password in the address, or ""."""
        return str(self.url.password or self.url.query.get("password") or "")


def place(where: str | Path) -> DatabaseAddress:
    """Parse the address of a gradebook: a file or a server."""
    if isinstance(where, str) and "://" in where:
        return _server(where)
    file = Path(where)
    return DatabaseAddress(URL.create("sqlite", database=str(file.absolute())), str(file), file)


def _server(where: str) -> DatabaseAddress:
    scheme = where.partition("://")[0]
    if scheme not in _SCHEMES:
        raise GradebookError(
            f"{scheme}://...: not a gradebook; give the path of a file, or postgresql://USER@HOST/NAME"
        )
    try:
        url = make_url(where).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):  # whose text may quote the URL, password and all
        raise GradebookError(
            f"{scheme}://...: not a URL that can be read; write postgresql://USER@HOST:PORT/NAME"
        ) from None
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
    return DatabaseAddress(url, shown.render_as_string())


def absent(where: DatabaseAddress) -> bool:
    """Whether there is no file yet. Raises for what can be no gradebook whatever is done."""
    if where.file is None:
        return False
    if where.file.is_dir():
        raise GradebookError(f"{where.shown}: is a folder; give the path of a file in it, such as gradebook.db")
    if not where.file.absolute().parent.is_dir():
        raise GradebookError(f"{where.shown}: its folder is not there; create {where.file.absolute().parent} first")
    return not where.file.exists()


def engine(where: DatabaseAddress) -> Engine:
    """Return SQLAlchemy's engine for an address."""
    try:
        return _sqlite(where.url) if where.file is not None else _postgres(where.url)
    except ModuleNotFoundError as error:
        raise GradebookError(f"{where.shown}: needs {error.name}; pip install 'mlgrade[postgres]'") from None


def reading(engine: Engine) -> Engine:
    """The same engine for reads: all that one connection reads is of one moment."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing(engine: Engine) -> Engine:
    """Return the same engine for transactions that write."""
    return engine.execution_options(writes=True)


def _sqlite(url: URL) -> Engine:
    made = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
    event.listen(made, "connect", _settle)
    event.listen(made, "begin", _begin)
    return made


def _settle(connection: sqlite3.Connection, _: Any) -> None:
    """WAL: readers and the one writer do not wait for each other. FULL: a commit is on disk when it returns."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once, where waiting is possible: a reader who turns writer would fail instead."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres(url: URL) -> Engine:
    defaults = {"connect_timeout": "10", "application_name": "mlgrade"}
    wait = f"-c lock_timeout={int(BUSY_SECONDS * 1000)}"
    options = " ".join(filter(None, (str(url.query.get("options") or ""), wait)))
    given = {key: value for key, value in defaults.items() if key not in url.query}
    return create_engine(url, connect_args={**given, "options": options}, pool_pre_ping=True)


# -- faults --------------------------------------------------------------------------------------------------------

# What a database says when it cannot, as one sentence with the place and the way out.

_DAMAGED = "is damaged; keep this file, and go on with the last backup (docs/how-to/gradebook.md)"
_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked by another program; wait until that has ended, then run this again",
    sqlite3.SQLITE_LOCKED: "is locked by another program; wait until that has ended, then run this again",
    sqlite3.SQLITE_READONLY: "cannot be written; make the file and its folder writable, or work on a copy",
    sqlite3.SQLITE_PERM: "may not be opened by you; ask its owner for the right to read and write it",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; look whether you may read and write the file and its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room, then run this again (what was reported before is kept)",
    sqlite3.SQLITE_IOERR: "the disk failed or is full; make room or repair it, then run this again",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: "is not a gradebook (not an SQLite file); give another path",
}
_POSTGRES = {
    "25006": "cannot be written: the server takes only reads; use the main server",
    "42501": "your account may not do this there; ask for the rights to create, read and append",
    "53100": "the server's disk is full; make room, then run this again (what was reported before is kept)",
    "55P03": "is locked by another session; wait until that has ended, then run this again",
    "57014": "the server stopped the query; run this again",
}


@contextlib.contextmanager
def explained(place: str, secret: str = "") -> Iterator[None]:
    """Turn a fault of the database into a GradebookError. `secret` is a password that no message may show."""
    try:
        yield
    except DBAPIError as error:
        raise _sentence(place, error.orig or error, secret) from error
    except sqlite3.Error as error:  # from the settings of a new connection, which SQLAlchemy does not wrap
        raise _sentence(place, error, secret) from error
    except UnicodeDecodeError as error:  # sqlite3 repeats bytes of a damaged file, and fails at its own words
        raise damaged(place, "the layout of its tables") from error


def damaged(place: str, what: str) -> GradebookError:
    """Return the error for a gradebook that is damaged."""
    return GradebookError(f"{place}: {what} {_DAMAGED}")


def _sentence(place: str, fault: BaseException, secret: str) -> GradebookError:
    return GradebookError(f"{place}: {_known(fault) or _other(fault, secret)}")


def _known(fault: BaseException) -> str:
    if isinstance(fault, sqlite3.Error):
        return _SQLITE.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF, "")  # the low byte is the kind
    return _POSTGRES.get(getattr(fault, "sqlstate", None) or "", "")


def _other(fault: BaseException, secret: str) -> str:
    said = str(fault).strip().partition("\n")[0] or type(fault).__name__
    said = one_line(said.replace(secret, "***") if secret else said)
    if isinstance(fault, sqlite3.Error):
        return f"cannot be used: {said}"
    return f"cannot be used: {said}; look whether the server runs and the URL is right"
