"""What came out: plain frozen data, from one check up to the report of a run.

A `Finding` is what the trusted process knows about one check. A `CheckResult` is what may be shown of it, and
the part of the published schema `mlgrade/report/1` (docs/reference/report.md describes it field by field).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

SCHEMA = "mlgrade/report/1"


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    BROKEN = "broken"  # the suite's own fault; never counts against a student


class Status(StrEnum):
    """How far a file came."""

    GRADED = "graded"
    NOT_STARTED = "not_started"
    CANNOT_RUN = "cannot_run"
    TIMED_OUT = "timed_out"
    BROKEN = "broken"


class Isolation(StrEnum):
    """How far student code was from what graded it. `mlgrade doctor` shows what makes the difference here."""

    STRICT = "strict"
    REDUCED = "reduced"
    NONE = "none"


class Visibility(StrEnum):
    """Whether students can read a check."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check of one submission, with everything that staff may know.

    `problem` names the property that broke and holds no input and no value; `detail` may hold both. `function` is the
    one that ended in an error, where one did.
    """

    id: str
    title: str
    aspect: str
    visibility: Visibility
    weight: float
    hint: str
    outcome: Outcome
    problem: str = ""
    detail: str = ""
    function: str = ""


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of a check."""

    id: str
    title: str
    aspect: str
    visibility: Visibility
    outcome: Outcome
    points: float
    earned: float
    message: str
    hint: str


class Score(msgspec.Struct, frozen=True):
    """Earned points of possible ones."""

    earned: float
    possible: float


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """A known mistake that gives the same answers as the student's code."""

    misconception: str
    function: str
    title: str
    hint: str


class Hidden(msgspec.Struct, frozen=True):
    """The checks that a student edition does not have: how many run at grading only, and for how many points."""

    checks: int
    points: float


class ConceptReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one file."""

    concept: str
    file: str
    status: Status
    reason: str
    earned: float
    possible: float
    aspects: dict[str, Score]
    diagnoses: list[Diagnosis]
    checks: list[CheckResult]
    notes: list[str] = []  # msgspec copies the empty default for each instance
    output: str = ""
    hidden: Hidden | msgspec.UnsetType = msgspec.UNSET  # only where a student edition was the course

    def count(self, outcome: Outcome) -> int:
        """Return how many checks ended so."""
        return sum(check.outcome is outcome for check in self.checks)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a run: the schema `mlgrade/report/1`."""

    schema: str = SCHEMA
    mlgrade: str
    course: str
    status: Status
    seconds: float
    earned: float
    possible: float
    concepts: list[ConceptReport]
    isolation: Isolation = Isolation.NONE
    walls: list[str] = []

    def to_json(self) -> bytes:
        """Return the report as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2)

    @classmethod
    def from_json(cls, data: bytes | str) -> Report:
        """Read a report. Raises msgspec.ValidationError for anything else."""
        return msgspec.json.decode(data, type=cls)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain
