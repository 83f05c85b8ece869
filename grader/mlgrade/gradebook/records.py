"""Attempts, decisions and people to rows and back, without loss. Pure."""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind
from mlgrade.results import Outcome, Status
from mlgrade.text import one_line

Clock = Callable[[], datetime]
Values = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_NAME = 255  # characters of a student's name, as of a folder's
_MICROSECOND = timedelta(microseconds=1)
_EARLIEST = (datetime(1, 1, 2, tzinfo=UTC) - EPOCH) // _MICROSECOND  # a day inside what datetime can hold, so that
_LATEST = (datetime(9999, 12, 30, tzinfo=UTC) - EPOCH) // _MICROSECOND  # every time zone can show what is kept
_LETTERS = {
    Outcome.PASSED: "p",
    Outcome.FAILED: "f",
    Outcome.RAISED: "r",
    Outcome.TIMED_OUT: "t",
    Outcome.SKIPPED: "s",
    Outcome.BROKEN: "b",
}
_OUTCOMES = {letter: outcome for outcome, letter in _LETTERS.items()}
_STATUSES = {str(status): status for status in Status}
_PERSON = {"id": "student"} | {name: name for name in Person.__struct_fields__ if name != "student"}


class SuiteRecord(NamedTuple):
    """What submissions were graded with."""

    suite: str
    limits: str
    versions: dict[str, str]
    checks: tuple[str, ...]


class Latest(NamedTuple):
    """The last attempt of one student at one concept: enough to know whether it must be graded again."""

    student: str
    concept: str
    source: str
    suite: str
    limits: str
    status: Status
    id: int
    lost: bool  # it ended the process that graded it: broken, and not one check has a result


def micros(when: datetime) -> int:
    """Return a time in microseconds since 1970, UTC."""
    if when.tzinfo is None:
        raise UsageError(f"{when.isoformat()}: a time in the gradebook needs a time zone, such as +01:00")
    value = (when - EPOCH) // _MICROSECOND
    if not _EARLIEST <= value <= _LATEST:
        raise UsageError(f"{when.isoformat()}: a time in the gradebook lies between the years 1 and 9999")
    return value


def moment(value: int) -> datetime:
    """Return the time of such a number."""
    return EPOCH + timedelta(microseconds=value)


def name(student: str) -> str:
    """Check the id of a student."""
    if not 0 < len(student) <= MOST_NAME:
        raise UsageError(f'"{one_line(student[:60])}": the name of a student has 1 to {MOST_NAME} characters')
    return text(student)


def text(value: str) -> str:
    """Refuse what not every database keeps as it is: a NUL, half of a pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        fault = "half of a character"
    else:
        if "\0" not in value:
            return value
        fault = "a NUL character"
    raise UsageError(
        f'"{one_line(value[:60])}": has {fault}, which the gradebook cannot keep; fix it where it comes from'
    )


# -- attempts ---------------------------------------------------------------------------------------------------


def suite_values(attempt: Attempt) -> Values:
    """Return the row of a suite."""
    values = {
        "suite": attempt.suite,
        "limits": attempt.limits,
        "versions": _json(dict(sorted(attempt.versions.items()))),
        "checks": _json(attempt.checks),
    }
    return {"digest": hashlib.sha256(_json(values).encode()).hexdigest(), **values}


def suite(row: Any) -> SuiteRecord:
    """Return the suite of a row."""
    return SuiteRecord(
        row.suite,
        row.limits,
        msgspec.json.decode(row.versions, type=dict[str, str]),
        msgspec.json.decode(row.checks, type=tuple[str, ...]),
    )


def attempt_values(attempt: Attempt, suite_id: int) -> Values:
    """Return the row of an attempt."""
    if len(attempt.outcomes) != len(attempt.checks):
        raise ValueError(f"{len(attempt.checks)} checks and {len(attempt.outcomes)} outcomes")
    return {
        "student": name(attempt.student),
        "concept": text(attempt.concept),
        "source": text(attempt.source),
        "suite_id": suite_id,
        "submitted_at": None if attempt.submitted_at is None else micros(attempt.submitted_at),
        "graded_at": micros(attempt.graded_at),
        "status": str(attempt.status),
        "earned": attempt.earned,
        "possible": attempt.possible,
        "outcomes": "".join(_LETTERS[outcome] for outcome in attempt.outcomes),
        "diagnoses": _json(attempt.diagnoses),
    }


def attempt(suites: Mapping[int, SuiteRecord], row: Any) -> Attempt:
    """Read the columns of the table `attempts`, in their order. What a class repeats is decoded once."""
    number, student, concept, source, suite_id, submitted, graded, status, earned, possible, outcomes, diagnoses = row
    with_what = suites[suite_id]
    return Attempt(
        id=number,
        student=student,
        concept=concept,
        source=source,
        suite=with_what.suite,
        limits=with_what.limits,
        submitted_at=None if submitted is None else EPOCH + timedelta(0, 0, submitted),
        graded_at=EPOCH + timedelta(0, 0, graded),
        status=_STATUSES[status],
        earned=earned,
        possible=possible,
        checks=with_what.checks,
        outcomes=_outcomes(outcomes),
        diagnoses=_names(diagnoses),
        versions=with_what.versions,
        report=b"",
    )


def latest(suites: Mapping[int, SuiteRecord], row: Any) -> Latest:
    """Return the newest grading of a row."""
    student, concept, source, suite_id, status, number = row
    with_what = suites[suite_id]
    lost = _STATUSES[status] is Status.BROKEN and not with_what.checks
    return Latest(student, concept, source, with_what.suite, with_what.limits, _STATUSES[status], number, lost)


def packed(report: bytes) -> bytes:
    """Compress a report."""
    return zlib.compress(report)


def unpacked(data: bytes) -> bytes:
    """Return a compressed report. Raise GradebookError if it is damaged or too large."""
    return zlib.decompress(data)


@functools.lru_cache(maxsize=4096)
def _outcomes(letters: str) -> tuple[Outcome, ...]:
    return tuple(_OUTCOMES[letter] for letter in letters)


@functools.lru_cache(maxsize=4096)
def _names(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# -- decisions and people ---------------------------------------------------------------------------------------


def decision_values(decision: Decision) -> Values:
    """Return the row of a decision."""
    if decision.target and not decision.target.startswith(("concept:", "unit:")):
        raise UsageError(
            f'"{one_line(decision.target)}": a decision is about concept:NAME, unit:NAME or "" (the course)'
        )
    return {
        "student": name(decision.student),
        "target": decision.target,
        "deed": str(decision.kind),
        "reason": text(decision.reason),
        "decided_by": text(decision.by),
        "decided_at": micros(decision.at),
        "until": None if decision.until is None else micros(decision.until),
        "points": decision.points,
        "revoked": int(decision.revoked),
        "possible": decision.possible,
    }


def decision(row: Any) -> Decision:
    """Return the decision of a row."""
    return Decision(
        id=row.id,
        student=row.student,
        target=row.target,
        kind=DecisionKind(row.deed),
        reason=row.reason,
        by=row.decided_by,
        at=moment(row.decided_at),
        until=None if row.until is None else moment(row.until),
        points=row.points,
        revoked=bool(row.revoked),
        possible=row.possible,
    )


def person_values(person: Person) -> Values:
    """Return the row of a person."""
    name(person.student)
    return {column: text(getattr(person, field)) for column, field in _PERSON.items()}


def person(row: Any) -> Person:
    """Return the person of a row."""
    return Person(**{field: getattr(row, column) for column, field in _PERSON.items()})
