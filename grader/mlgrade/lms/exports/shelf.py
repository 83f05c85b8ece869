"""Rows that must be found again, kept on disk: a class of any size is sorted into a template in constant memory."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

import msgspec

from mlgrade.gradebook.columns import Person, Row

IDS = ("lms_id", "sis_id", "login", "email")
SHARED = -1


class Id(NamedTuple):
    field: str  # of Person
    text: str


class Match(NamedTuple):
    row: Row | None
    problem: str = ""


def ids_of(person: Person) -> list[Id]:
    return [Id(field, text) for field in IDS if (text := getattr(person, field).strip())]


class Shelf(contextlib.AbstractContextManager["Shelf"]):
    """Rows by each id of their person. An id that two people share finds nobody."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # a file of its own that goes when it is closed
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, data BLOB, found INTEGER DEFAULT 0)")
        self._db.execute("CREATE TABLE id (field TEXT, text BLOB, number INTEGER, PRIMARY KEY (field, text))")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def fill(self, rows: Iterable[Row]) -> None:
        known = f"ON CONFLICT DO UPDATE SET number = {SHARED}"
        for number, row in enumerate(rows, 1):
            self._db.execute("INSERT INTO row (number, data) VALUES (?, ?)", (number, msgspec.msgpack.encode(row)))
            ids = [(field, text.encode(), number) for field, text in ids_of(row.person)]
            self._db.executemany(f"INSERT INTO id VALUES (?, ?, ?) {known}", ids)  # noqa: S608  (a constant)

    def find(self, ids: Sequence[Id]) -> Match:
        """The one row that these ids belong to. Ids of different people are a problem, not a choice."""
        numbers = {number for one in ids if (number := self._number(one)) is not None}
        if SHARED in numbers:
            return Match(None, "two students of the gradebook share an id of this row")
        if len(numbers) > 1:
            return Match(None, "its ids belong to different students of the gradebook")
        if not numbers:
            return Match(None)
        return self._take(numbers.pop())

    def unfound(self) -> Iterator[Row]:
        for [data] in self._db.execute("SELECT data FROM row WHERE found = 0 ORDER BY number"):
            yield msgspec.msgpack.decode(data, type=Row)

    def _number(self, one: Id) -> int | None:
        found = self._db.execute("SELECT number FROM id WHERE field = ? AND text = ?", (one.field, one.text.encode()))
        return next((number for [number] in found), None)

    def _take(self, number: int) -> Match:
        [[data, found]] = self._db.execute("SELECT data, found FROM row WHERE number = ?", (number,)).fetchall()
        if found:
            return Match(None, "the student of an earlier row again")
        self._db.execute("UPDATE row SET found = 1 WHERE number = ?", (number,))
        return Match(msgspec.msgpack.decode(data, type=Row))


class Once(contextlib.AbstractContextManager["Once"]):
    """Keys that may come once only."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def new(self, key: str) -> bool:
        return self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key.encode(),)).rowcount == 1
