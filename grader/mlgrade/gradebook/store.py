"""The gradebook: attempts and decisions that are only ever added, and the roster.

When a method that writes returns, what it was given is on disk, all of it; when it raises, none of it is there.
"""

from __future__ import annotations

import contextlib
import functools
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec
from sqlalchemy import Connection, Insert, Select, bindparam, exists, func, select, text, union

from mlgrade.errors import GradebookError, UsageError, closest
from mlgrade.gradebook import addresses, migrations, policy, records, schema
from mlgrade.gradebook.addresses import DatabaseAddress
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt, Decision, StudentHistory
from mlgrade.gradebook.records import Clock, Latest, SuiteRecord, Values
from mlgrade.text import one_line

T = TypeVar("T")

_ROWS = 2_000  # held at a time while a class streams by
_UNREADABLE = (KeyError, ValueError, TypeError, OverflowError, msgspec.MsgspecError, zlib.error)


# Two graders may meet a new suite at the same time.
_NEW_SUITE = text(
    "INSERT INTO suites (digest, suite, limits, versions, checks) "
    "VALUES (:digest, :suite, :limits, :versions, :checks) ON CONFLICT (digest) DO NOTHING"
)


# Made once: SQLAlchemy takes longer to make a statement than the database to carry it out.
_NEW_ATTEMPT, _NEW_REPORT = schema.attempts.insert(), schema.reports.insert()
_NEW_DECISION = schema.decisions.insert()
_UPDATE_STUDENT = schema.students.update().where(schema.students.c.id == bindparam("student"))


def _now() -> datetime:
    return datetime.now(UTC)


class Gradebook:
    """An open gradebook, in a file or on a server. Rows are added, never changed."""

    def __init__(self, where: DatabaseAddress, clock: Clock = _now) -> None:
        """Use `open`, which also brings the tables up to date."""
        self.place = where.shown
        self._where, self._clock = where, clock
        self._engine = addresses.engine(where)
        self._reading, self._writing = addresses.reading(self._engine), addresses.writing(self._engine)

    @classmethod
    def open(cls, where: str | Path, *, create: bool = True, clock: Clock = _now) -> Self:
        """Open a file or a postgresql:// URL. Raises GradebookError for what is no gradebook, or none yet."""
        place = addresses.place(where)
        if addresses.absent(place) and not create:
            raise GradebookError(f"{place.shown}: there is no gradebook yet; `mlgrade grade` makes it")
        book = cls(place, clock)
        try:
            with book._explained():
                migrations.migrate(book._engine, place.shown, clock, create=create)
        except BaseException:
            book.close()
            raise
        return book

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    # -- attempts -----------------------------------------------------------------------------------------------

    def append(self, attempts: Iterable[Attempt]) -> list[Attempt]:
        """Keep attempts for good, in one transaction, and return them with their ids."""
        with self._explained(), self._writing.begin() as connection:
            suites = _SuiteIds(connection)
            kept = [_numbered(connection, attempt, suites.of(attempt)) for attempt in attempts]
            reports = [{"attempt_id": one.id, "report": records.packed(one.report)} for one in kept]
            if reports:
                connection.execute(_NEW_REPORT, reports)
        return kept

    def attempts(self, student: str | None = None, concept: str | None = None) -> Iterator[Attempt]:
        """Stream attempts by student, concept and id, without their reports, in memory that does not grow."""
        table = schema.attempts.c
        query = _only(select(schema.attempts), {table.student: student, table.concept: concept})
        with self._reader() as connection:
            suites = _suites(connection)
            query = query.order_by(table.student, table.concept, table.id)
            yield from self._decoded(connection, query, functools.partial(records.attempt, suites))

    def latest(self, student: str | None = None) -> Iterator[Latest]:
        """Stream the last attempt of each student at each concept: what it was of, and graded with what."""
        table = schema.attempts.c
        last = _only(select(func.max(table.id)), {table.student: student}).group_by(table.student, table.concept)
        columns = (table.student, table.concept, table.source, table.suite_id, table.status, table.id)
        query = select(*columns).where(table.id.in_(last)).order_by(table.student, table.concept)
        with self._reader() as connection:
            suites = _suites(connection)
            yield from self._decoded(connection, query, functools.partial(records.latest, suites))

    def report(self, attempt_id: int) -> bytes:
        """The whole report of one attempt, as the JSON that was appended."""
        with self._reader() as connection:
            table = schema.reports.c
            data = connection.scalar(select(table.report).where(table.attempt_id == attempt_id))
        if data is None:
            raise UsageError(f"{self.place}: no attempt {attempt_id}")
        try:
            return records.unpacked(data)
        except zlib.error:
            raise addresses.damaged(self.place, f"the report of attempt {attempt_id}") from None

    # -- decisions ----------------------------------------------------------------------------------------------

    def decide(self, *decisions: Decision) -> list[Decision]:
        """Keep decisions for good, all or none, and return them with their ids."""
        with self._explained(), self._writing.begin() as connection:
            rows = [records.decision_values(decision) for decision in decisions]
            numbers = [_insert(connection, _NEW_DECISION, row) for row in rows]
        return [msgspec.structs.replace(one, id=number) for one, number in zip(decisions, numbers, strict=True)]

    def decisions(self, student: str | None = None) -> list[Decision]:
        """The audit trail, oldest first."""
        table = schema.decisions.c
        query = _only(select(schema.decisions), {table.student: student}).order_by(table.id)
        with self._reader() as connection:
            return list(self._decoded(connection, query, records.decision))

    # -- people -------------------------------------------------------------------------------------------------

    def people(self, *, dropped: bool = False) -> Iterator[Person]:
        """Stream the students of the course, in the order of `attempts`; or those who are no longer in it."""
        with self._reader() as connection:
            query = _of_status(select(schema.students), dropped).order_by(schema.students.c.id)
            yield from self._decoded(connection, query, records.person)

    def roster(self, *, dropped: bool = False) -> list[Person]:
        """The same as a list, for what needs a class as a whole."""
        return list(self.people(dropped=dropped))

    def set_roster(self, people: Iterable[Person]) -> None:
        """Make these the students of the course. Who is no longer among them is dropped, and keeps their history."""
        given = {person.student: records.person_values(person) for person in people}
        with self._explained(), self._writing.begin() as connection:
            before = {row.id: row._asdict() for row in connection.execute(select(schema.students))}
            rows = list(_changes(before, given, records.micros(self._clock())))
            if new := [row for row in rows if row["id"] not in before]:
                connection.execute(schema.students.insert(), new)
            if other := [{"student": row.pop("id"), **row} for row in rows if row["id"] in before]:
                connection.execute(_UPDATE_STUDENT, other)

    def students(self) -> Iterator[str]:
        """Stream the ids of the roster, in the order of `attempts`."""
        with self._reader() as connection:
            query = _of_status(select(schema.students.c.id), dropped=False).order_by(schema.students.c.id)
            yield from self._decoded(connection, query, itemgetter(0))

    def histories(self, student: str | None = None, *, dropped: bool = False) -> Iterator[StudentHistory]:
        """Stream what is known of each student: of the roster, or named by an attempt or a decision.

        Students who dropped the course are left out, unless one is named or `dropped` is given.
        """
        gone = set() if dropped or student is not None else {person.student for person in self.people(dropped=True)}
        people = [one for one in self.people() if student in (None, one.student)]
        found = policy.histories(self.attempts(student), self.decisions(student), people)
        return (history for history in found if history.student not in gone)

    def known(self, student: str) -> str:
        """Return a student whom the roster, an attempt or a decision names; otherwise say whom one may have meant."""
        homes = (schema.students.c.id, schema.attempts.c.student, schema.decisions.c.student)
        with self._reader() as connection:
            if any(connection.scalar(select(exists().where(home == records.name(student)))) for home in homes):
                return student
            names = connection.scalars(union(*(select(home) for home in homes))).all()
        near = closest(student, names) or "; neither the roster nor an attempt names them"
        raise UsageError(f'{self.place}: no student "{one_line(student)}"{near}')

    # -- reading ------------------------------------------------------------------------------------------------

    def _explained(self) -> contextlib.AbstractContextManager[None]:
        return addresses.explained(self.place, self._where.secret)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Connection]:
        with self._explained(), self._reading.connect() as connection:
            yield connection

    def _decoded(self, connection: Connection, query: Select[Any], decode: Callable[[Any], T]) -> Iterator[T]:
        """Read rows by the thousand, so that neither a class nor the way to each row costs much."""
        row: Any = ("?",)
        with connection.execute(query, execution_options={"yield_per": _ROWS}) as result:
            try:
                for part in result.partitions():
                    for row in part:
                        yield decode(row)
            except _UNREADABLE:
                raise addresses.damaged(self.place, f"the row {one_line(str(row[0]))}") from None


def _only(query: Select[Any], wanted: dict[Any, Any]) -> Select[Any]:
    return query.where(*(column == value for column, value in wanted.items() if value is not None))


def _suites(connection: Connection) -> dict[int, SuiteRecord]:
    return {row.id: records.suite(row) for row in connection.execute(select(schema.suites))}


def _numbered(connection: Connection, attempt: Attempt, suite: int) -> Attempt:
    number = _insert(connection, _NEW_ATTEMPT, records.attempt_values(attempt, suite))
    return msgspec.structs.replace(attempt, id=number)


class _SuiteIds(dict[str, int]):
    """Where it is kept what attempts were graded with: one row for all that share it, asked for once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, attempt: Attempt) -> int:
        values = records.suite_values(attempt)
        digest = values["digest"]
        if digest not in self:
            self[digest] = _suite_id(self._connection, values)
        return self[digest]


def _suite_id(connection: Connection, values: Values) -> int:
    row = select(schema.suites.c.id).where(schema.suites.c.digest == values["digest"])
    if connection.scalar(row) is None:
        connection.execute(_NEW_SUITE, values)
    return int(connection.execute(row).scalar_one())


def _insert(connection: Connection, into: Insert, values: Values) -> int:
    key = connection.execute(into, values).inserted_primary_key
    assert key is not None  # noqa: S101  (each of our tables has one)
    return int(key[0])


def _of_status(query: Select[Any], dropped: bool) -> Select[Any]:
    return query.where(schema.students.c.status == ("dropped" if dropped else "active"))


def _changes(before: dict[str, Values], given: dict[str, Values], now: int) -> Iterator[Values]:
    """The rows of the roster that are to be written: new, other than before, or no longer given."""
    wanted = {student: {**values, "status": "active"} for student, values in given.items()}
    gone = {student: {**row, "status": "dropped"} for student, row in before.items() if student not in given}
    for student, row in {**wanted, **gone}.items():
        row["changed_at"] = before.get(student, {}).get("changed_at")
        if row != before.get(student):
            yield {**row, "changed_at": now}
