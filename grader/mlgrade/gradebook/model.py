"""What a gradebook holds, and what is computed from it: plain frozen data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.results import Outcome, Status


class GradeState(StrEnum):
    """What is known of one student and one concept. A zero is `GRADED`; none of the others is a zero."""

    GRADED = "graded"
    MISSING = "missing"  # nothing was handed in, or only an untouched stub
    EXCUSED = "excused"
    BROKEN = "broken"  # our own fault: to be graded again, no score until then


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One graded submission of one concept, as it is kept for good.

    `source`, `suite` and `limits` are SHA-256 in hexadecimal: what was graded, with what, and within which limits.
    `outcomes` are in the order of the suite, whose check ids the gradebook keeps once for each `suite`.
    """

    student: str
    concept: str
    source: str
    suite: str
    limits: str
    submitted_at: datetime | None  # with a time zone; None where nobody knows
    graded_at: datetime
    status: Status
    earned: float
    possible: float
    checks: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    diagnoses: tuple[str, ...]  # names of misconceptions
    versions: dict[str, str]
    report: bytes  # the whole ConceptReport as JSON, aspects included
    id: int = 0  # given by the gradebook; 0 until then


class DecisionKind(StrEnum):
    """What a decision of staff does."""

    EXCUSE = "excuse"
    EXTEND = "extend"
    OVERRIDE = "override"
    MINIMUM = "minimum"  # points that later files may raise, and nothing lowers
    MANUAL = "manual"  # graded by hand elsewhere: these points stand in the place of what the attempts give
    EXTRA = "extra"  # credit on top, which may lead above the maximum
    PENALTY = "penalty"  # points off for lateness, in the place of what the course takes off
    WRITTEN = "written"  # the points of a unit's answer in words, which belongs to no concept


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What staff decided about one student: by whom, when and why. Never edited; a later one takes its place.

    `target` is "concept:NAME", "unit:NAME" (a concept and a unit may have one name), or "" for the whole course. For an
    extension `until` is the new due date; for an override `points` is the score, for a minimum the least one, for extra
    credit and a penalty what is put on or taken off. A written answer has points of `possible`. A decision with
    `revoked` takes back the earlier one of its kind and target.
    """

    student: str
    target: str
    kind: DecisionKind
    reason: str
    by: str
    at: datetime
    until: datetime | None = None
    points: float | None = None
    revoked: bool = False
    possible: float | None = None
    id: int = 0


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """What counts now for one student and one concept. Computed, never stored.

    `points` is None unless the state is graded (or a decision gives points). `raw` is the score before lateness.
    `extra` and `penalty` are in `points` already, and kept beside it to be seen.
    """

    student: str
    concept: str
    state: GradeState
    points: float | None
    possible: float
    raw: float | None = None
    late: timedelta = timedelta(0)  # beyond due date, extension and grace
    attempts: int = 0
    attempt: int = 0  # the id of the one that counts
    status: Status | None = None  # of the attempt that counts
    reason: str = ""  # of a decision that holds; why an attempt was not taken
    extra: float = 0.0
    penalty: float = 0.0


class StudentHistory(NamedTuple):
    """All that a gradebook holds of one student."""

    student: str
    attempts: Sequence[Attempt] = ()  # by concept and id
    decisions: Sequence[Decision] = ()  # oldest first
    person: Person | None = None  # as the roster knows them


class StudentGrades(NamedTuple):
    """The current grades of one student, in the order of the course, with what they come from."""

    history: StudentHistory
    grades: Sequence[Grade]
