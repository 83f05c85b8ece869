"""What a database says when it cannot, as one sentence with the place and the way out."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from mlgrade.errors import GradebookError
from mlgrade.text import one_line

_DAMAGED = "is damaged; keep this file, and go on with the last backup (docs/how-to/gradebook.md)"
_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked by another program; wait until that has ended, then run this again",
    sqlite3.SQLITE_LOCKED: "is locked by another program; wait until that has ended, then run this again",
    sqlite3.SQLITE_READONLY: "cannot be written; make the file and its folder writable, or work on a copy",
    sqlite3.SQLITE_PERM: "may not be opened by you; ask its owner for the right to read and write it",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; look whether you may read and write the file and its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room, then run this again (what was reported before is kept)",
    sqlite3.SQLITE_IOERR: "the disk failed or is full; make room or mend it, then run this again",
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
def told(place: str, secret: str = "") -> Iterator[None]:
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
