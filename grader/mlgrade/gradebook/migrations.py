"""Named steps from nothing to the present tables, and a table of those that were taken, each in its own transaction.

A step is never edited once it is released: gradebooks exist that took it as it was. A change is a new step, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import Connection, Engine, inspect, text

from mlgrade.errors import GradebookError
from mlgrade.gradebook import addresses, schema
from mlgrade.gradebook.records import Clock, micros

_LOCK = 0x6D6C67726164  # "mlgrad": the number under which PostgreSQL lets one session migrate at a time
_WORDS = {
    "sqlite": {
        "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "text": "TEXT",
        "real": "REAL",
        "bytes": "BLOB",
    },
    "postgresql": {
        "id": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "text": 'TEXT COLLATE "C"',  # the order of code points, as in SQLite and in Python
        "real": "DOUBLE PRECISION",
        "bytes": "BYTEA",
    },
}


def attempts(connection: Connection) -> None:
    """Create the tables of attempts."""
    _run(
        connection,
        """CREATE TABLE suites (
            id {id}, digest {text} NOT NULL UNIQUE, suite {text} NOT NULL, limits {text} NOT NULL,
            versions {text} NOT NULL, checks {text} NOT NULL)""",
        """CREATE TABLE attempts (
            id {id}, student {text} NOT NULL, concept {text} NOT NULL, source {text} NOT NULL,
            suite_id BIGINT NOT NULL REFERENCES suites (id), submitted_at BIGINT, graded_at BIGINT NOT NULL,
            status {text} NOT NULL, earned {real} NOT NULL, possible {real} NOT NULL,
            outcomes {text} NOT NULL, diagnoses {text} NOT NULL)""",
        "CREATE INDEX attempts_of_student ON attempts (student, concept, id)",
        "CREATE TABLE reports (attempt_id BIGINT PRIMARY KEY REFERENCES attempts (id), report {bytes} NOT NULL)",
    )
    _append_only(connection, "suites", "id")
    _append_only(connection, "attempts", "id")
    _append_only(connection, "reports", "attempt_id")


def decisions(connection: Connection) -> None:
    """Create the table of decisions."""
    _run(
        connection,
        """CREATE TABLE decisions (
            id {id}, student {text} NOT NULL, target {text} NOT NULL, deed {text} NOT NULL,
            reason {text} NOT NULL, decided_by {text} NOT NULL, decided_at BIGINT NOT NULL,
            until BIGINT, points {real}, revoked BIGINT NOT NULL)""",
        "CREATE INDEX decisions_of_student ON decisions (student, id)",
    )
    _append_only(connection, "decisions", "id")


def roster(connection: Connection) -> None:
    """Create the table of the roster."""
    _run(
        connection,
        """CREATE TABLE students (
            id {text} PRIMARY KEY, name {text} NOT NULL, first_name {text} NOT NULL, last_name {text} NOT NULL,
            email {text} NOT NULL, login {text} NOT NULL, sis_id {text} NOT NULL, lms_id {text} NOT NULL,
            section {text} NOT NULL, status {text} NOT NULL, changed_at BIGINT NOT NULL)""",
    )


def written(connection: Connection) -> None:
    """Allow decisions on written answers."""
    _run(connection, "ALTER TABLE decisions ADD COLUMN possible {real}")


STEPS: tuple[Callable[[Connection], None], ...] = (attempts, decisions, roster, written)


def migrate(engine: Engine, place: str, clock: Clock, *, create: bool) -> None:
    """Bring a gradebook to the present tables, or refuse it."""
    with engine.connect() as connection:
        applied = _applied(connection, place)
    if not applied and not create:
        raise GradebookError(f"{place}: is empty; `mlgrade grade` fills a gradebook")
    _refuse_newer(applied, place)
    for step in STEPS:
        if step.__name__ not in applied:
            _take(engine, place, step, clock)


def _take(engine: Engine, place: str, step: Callable[[Connection], None], clock: Clock) -> None:
    """Take one step whole or not at all; look again first, for another process may have been faster."""
    with addresses.writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        applied = _applied(connection, place)
        _refuse_newer(applied, place)
        if step.__name__ not in applied:
            schema.migrations.create(connection, checkfirst=True)
            step(connection)
            connection.execute(schema.migrations.insert().values(name=step.__name__, applied_at=micros(clock())))


def _applied(connection: Connection, place: str) -> set[str]:
    tables = inspect(connection).get_table_names()
    if "migrations" in tables:
        return set(connection.scalars(schema.migrations.select().with_only_columns(schema.migrations.c.name)))
    if tables:
        raise GradebookError(f"{place}: holds tables of another program ({tables[0]}, ...); give the gradebook its own")
    return set()


def _refuse_newer(applied: Collection[str], place: str) -> None:
    if unknown := sorted(set(applied) - {step.__name__ for step in STEPS}):
        raise GradebookError(f'{place}: was written by a newer mlgrade ("{unknown[0]}" is new to this one); update it')


def _run(connection: Connection, *statements: str) -> None:
    words = _WORDS[connection.dialect.name]
    for statement in statements:
        connection.exec_driver_sql(statement.format_map(words))


def _append_only(connection: Connection, table: str, key: str) -> None:
    """Let the database itself refuse to change a row, whoever asks."""
    if connection.dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"
        taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608  (our own names)
        _run(
            connection,
            f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}",
            # INSERT OR REPLACE deletes without asking the trigger above
            f"CREATE TRIGGER {table}_replace BEFORE INSERT ON {table} {taken} {refuse}",
        )
        return
    _run(
        connection,
        """CREATE OR REPLACE FUNCTION mlgrade_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ': rows are only ever added'; END $$""",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION mlgrade_append_only()",
    )
