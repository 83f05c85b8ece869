"""The tables as queries see them. `migrations.py` makes them; a test holds that the two agree.

Times are whole microseconds since 1970 in UTC: exact, ordered, and the same number in every database.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, LargeBinary, MetaData, Table, Text

metadata = MetaData()

# What submissions were graded with. A class shares a handful of rows, so that an attempt stays small.
suites = Table(
    "suites",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256 of the other columns
    Column("suite", Text, nullable=False),
    Column("limits", Text, nullable=False),
    Column("versions", Text, nullable=False),  # JSON object
    Column("checks", Text, nullable=False),  # JSON list of check ids, in the order of the suite
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("student", Text, nullable=False),
    Column("concept", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("suite_id", BigInteger, ForeignKey("suites.id"), nullable=False),
    Column("submitted_at", BigInteger),
    Column("graded_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("earned", Float, nullable=False),
    Column("possible", Float, nullable=False),
    Column("outcomes", Text, nullable=False),  # one letter for each check
    Column("diagnoses", Text, nullable=False),  # JSON list of names
)

# Apart from the attempts, so that reading a whole class does not read these.
reports = Table(
    "reports",
    metadata,
    Column("attempt_id", BigInteger, ForeignKey("attempts.id"), primary_key=True),
    Column("report", LargeBinary, nullable=False),  # zlib over the JSON of a ConceptReport
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("student", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("points", Float),
    Column("revoked", BigInteger, nullable=False),  # 0 or 1
    Column("possible", Float),
)

# The one table whose rows change: a person is renamed, moves to another section, drops the course, comes back.
students = Table(
    "students",
    metadata,
    Column("id", Text, primary_key=True),
    *(
        Column(name, Text, nullable=False)
        for name in ("name", "first_name", "last_name", "email", "login", "sis_id", "lms_id", "section")
    ),
    Column("status", Text, nullable=False),  # active or dropped
    Column("changed_at", BigInteger, nullable=False),
)

migrations = Table(
    "migrations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("applied_at", BigInteger, nullable=False),
)
