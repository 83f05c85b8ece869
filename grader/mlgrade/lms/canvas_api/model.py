"""What a push knows of Canvas, what it would change there, and what became of it: plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from mlgrade.errors import UsageError
from mlgrade.lms.exports.model import Listed
from mlgrade.tables import numbers

FORM_KINDS = {"points", "percent", "letter_grade", "gpa_scale"}  # ways of grading that take a number of points


class CanvasError(UsageError):
    """Canvas cannot be asked, or refuses. What it was sent before that stands there, and is not sent again."""


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """As Canvas's API describes one; fields that it leaves out are as for the plainest assignment."""

    id: int
    name: str | None = None
    points_possible: float | None = None
    published: bool = True
    grading_type: str | None = "points"
    group_category_id: int | None = None
    grade_group_students_individually: bool | None = None

    @property
    def title(self) -> str:
        return self.name or ""

    @property
    def points(self) -> Fraction | None:
        return None if self.points_possible is None else numbers.exact(self.points_possible)

    @property
    def refusal(self) -> str:
        """Why no score can go to this assignment, with the way out; "" if one can."""
        if not self.published:
            return "is not published in Canvas; publish it there, then run again"
        if self.grading_type not in FORM_KINDS:
            return f"is graded as {self.grading_type} in Canvas, which takes no points; display its grade as points"
        if self.group_category_id is not None and not self.grade_group_students_individually:
            return (
                "gives a whole group the score of one member; "
                'tick "Assign Grades to Each Student Individually" in Canvas'
            )
        return ""


class Student(msgspec.Struct, frozen=True, kw_only=True):
    """Someone enrolled as a student. What the token's owner may not see is None."""

    id: int
    name: str | None = None
    sis_user_id: str | None = None
    login_id: str | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What Canvas holds for one student. `entered_score` is before Canvas's own late policy, as we sent it."""

    user_id: int
    score: float | None = None
    entered_score: float | None = None
    excused: bool | None = None
    points_deducted: float | None = None

    @property
    def value(self) -> Fraction | None:
        number = self.score if self.entered_score is None else self.entered_score
        return None if number is None or not math.isfinite(number) else round(Fraction(repr(float(number))), 2)

    def __str__(self) -> str:
        if self.excused:
            return "excused"
        return "no score" if self.value is None else numbers.written(self.value)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One grade to be sent: a number in the assignment's points, or an excuse."""

    user_id: int
    who: str
    score: Fraction | None  # None: excused

    def made(self, held: Held | None) -> bool:
        """Whether Canvas holds it."""
        if held is None:
            return False
        return bool(held.excused) if self.score is None else not held.excused and held.value == self.score

    def __str__(self) -> str:
        return "excused" if self.score is None else numbers.written(self.score)

    @property
    def form(self) -> dict[str, str]:
        return {"excuse": "true"} if self.score is None else {"posted_grade": str(self)}


class Sending(msgspec.Struct, frozen=True):
    assignment: Assignment
    changes: list[Change]


def _listed() -> Listed:
    return Listed()


class Preview(msgspec.Struct, kw_only=True):
    """What sending would do, in numbers, and by name where somebody should look."""

    new: int = 0
    same: int = 0
    rounded: int = 0
    missing: int = 0  # nothing was handed in, and Canvas holds nothing: left alone
    docked: int = 0  # scores from which Canvas's late policy takes points
    changed: Listed = msgspec.field(default_factory=_listed)
    excused: Listed = msgspec.field(default_factory=_listed)
    left_alone: Listed = msgspec.field(default_factory=_listed)  # a score that a blank would have cleared
    broken: Listed = msgspec.field(default_factory=_listed)
    above: Listed = msgspec.field(default_factory=_listed)
    left_out: Listed = msgspec.field(default_factory=_listed)  # people whom Canvas does not know, with the reason
    unassigned: Listed = msgspec.field(default_factory=_listed)
    without: Listed = msgspec.field(default_factory=_listed)  # students of Canvas whom the gradebook does not know
    refused: list[str] = msgspec.field(default_factory=list)  # assignments that take no score
    unmatched: list[str] = msgspec.field(default_factory=list)  # columns without an assignment
    notes: list[str] = msgspec.field(default_factory=list)

    @property
    def incomplete(self) -> bool:
        """Whether a grade that there is would not be sent, and somebody should look."""
        return bool(self.left_out or self.unassigned or self.broken or self.refused)


class Plan(msgspec.Struct, frozen=True):
    sendings: Sequence[Sending]
    preview: Preview

    @property
    def size(self) -> int:
        return sum(len(sending.changes) for sending in self.sendings)


class Arrival(msgspec.Struct, kw_only=True):
    """What Canvas holds after a push, as it was read back."""

    arrived: int = 0
    unread: int = 0  # sent, and then Canvas could not be asked
    missed: Listed = msgspec.field(default_factory=_listed)
    faults: list[str] = msgspec.field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not (self.missed or self.unread or self.faults)
