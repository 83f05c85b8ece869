"""Define what a push knows of Canvas, what it would change there, and what the result was, with their texts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import msgspec

from mlgrade import tables
from mlgrade.errors import UsageError
from mlgrade.lms.exports.model import Listed, rounded
from mlgrade.text import one_line, plural

FORM_KINDS = {"points", "percent", "letter_grade", "gpa_scale"}  # ways of grading that take a number of points


class CanvasError(UsageError):
    """Canvas cannot be asked, or refuses. What was sent before stays there and is not sent again."""


class CanvasAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """An assignment, as in the API of Canvas. Fields that it leaves out have the usual value."""

    id: int
    name: str | None = None
    points_possible: float | None = None
    published: bool = True
    grading_type: str | None = "points"
    group_category_id: int | None = None
    grade_group_students_individually: bool | None = None

    @property
    def title(self) -> str:
        """Return the name."""
        return self.name or ""

    @property
    def points(self) -> Fraction | None:
        """Return the exact maximum."""
        return None if self.points_possible is None else tables.exact(self.points_possible)

    @property
    def refusal(self) -> str:
        """Say why no score can go to this assignment, and how to fix it. Return "" if one can."""
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


class CanvasStudent(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolled student. What the owner of the token may not see is None."""

    id: int
    name: str | None = None
    sis_user_id: str | None = None
    login_id: str | None = None


class HeldGrade(msgspec.Struct, frozen=True, kw_only=True):
    """What Canvas holds for one student. `entered_score` is before the late policy of Canvas."""

    user_id: int
    score: float | None = None
    entered_score: float | None = None
    excused: bool | None = None
    points_deducted: float | None = None

    @property
    def value(self) -> Fraction | None:
        """Return the score at two decimals, or None."""
        number = self.score if self.entered_score is None else self.entered_score
        return None if number is None or not math.isfinite(number) else round(Fraction(repr(float(number))), 2)

    def __str__(self) -> str:
        if self.excused:
            return "excused"
        return "no score" if self.value is None else tables.written(self.value)


class GradeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One grade to be sent: a number in the points of the assignment, or an excuse."""

    user_id: int
    who: str
    score: Fraction | None  # None: excused

    def made(self, held: HeldGrade | None) -> bool:
        """Return whether Canvas holds it."""
        if held is None:
            return False
        return bool(held.excused) if self.score is None else not held.excused and held.value == self.score

    def __str__(self) -> str:
        return "excused" if self.score is None else tables.written(self.score)

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of the request."""
        return {"excuse": "true"} if self.score is None else {"posted_grade": str(self)}


class Sending(msgspec.Struct, frozen=True):
    """The grades to be sent for one assignment."""

    assignment: CanvasAssignment
    changes: list[GradeChange]


def _listed() -> Listed:
    return Listed()


class PushPreview(msgspec.Struct, kw_only=True):
    """What sending would do, in numbers, and by name where a person should check."""

    new: int = 0
    same: int = 0
    rounded: int = 0
    missing: int = 0  # no submission, and Canvas holds nothing: left alone
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
        """Return whether a known grade would not be sent, so that a person should check."""
        return bool(self.left_out or self.unassigned or self.broken or self.refused)


class PushPlan(msgspec.Struct, frozen=True):
    """The grades to be sent, and their preview."""

    sendings: Sequence[Sending]
    preview: PushPreview

    @property
    def size(self) -> int:
        """Return the number of grades to be sent."""
        return sum(len(sending.changes) for sending in self.sendings)


class PushResult(msgspec.Struct, kw_only=True):
    """What Canvas holds after a push, as it was read back."""

    arrived: int = 0
    unread: int = 0  # sent, and then Canvas could not be asked
    missed: Listed = msgspec.field(default_factory=_listed)
    faults: list[str] = msgspec.field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Return whether all grades arrived."""
        return not (self.missed or self.unread or self.faults)


def sentence(preview: PushPreview) -> str:
    """Format the counts: `38 scores new, 3 change, 2 excused, 190 unchanged`."""
    parts = [
        f"{plural(preview.new, 'score')} new",
        f"{preview.changed.count} change" if preview.changed else "",
        f"{preview.excused.count} excused" if preview.excused else "",
        f"{preview.same} unchanged" if preview.same else "",
        f"{preview.left_alone.count} would be cleared (left alone)" if preview.left_alone else "",
        f"{preview.missing} missing (left alone)" if preview.missing else "",
        f"{preview.broken.count} broken (never sent)" if preview.broken else "",
    ]
    return ", ".join(part for part in parts if part)


def preview_lines(preview: PushPreview) -> Iterator[str]:
    """Format a preview."""
    yield sentence(preview)
    if preview.rounded:
        yield rounded(preview.rounded)
    if preview.docked:
        scores = plural(preview.docked, "score")
        yield f"Canvas's own late policy takes points off {scores}; make sure that lateness is not counted twice"
    yield from preview.notes
    for title, listed in _lists(preview):
        if listed:
            yield f"{title}: {listed.shown()}"
    if preview.unmatched:
        yield f"columns without an assignment of this title: {one_line(', '.join(preview.unmatched))}"
    yield from (f"not sent: {text}" for text in preview.refused)


def _lists(preview: PushPreview) -> Iterator[tuple[str, Listed]]:
    yield "change", preview.changed
    yield "excused", preview.excused
    yield "left alone (no submission, and Canvas holds a score)", preview.left_alone
    yield "above the maximum", preview.above
    yield "broken, because the grading itself failed", preview.broken
    yield "left out", preview.left_out
    yield "not sent, because Canvas does not assign it to them", preview.unassigned
    yield "in Canvas's course and not in the gradebook", preview.without


def next_step(plan: PushPlan) -> str:
    """Say what `--send` would do."""
    if not plan.size:
        return "Canvas holds all of it already: there is nothing to send"
    return f"dry run: nothing was sent; --send sends {plural(plan.size, 'grade')}"


def result_lines(result: PushResult) -> Iterator[str]:
    """Format a result."""
    total = result.arrived + result.missed.count
    yield f"{result.arrived} of {plural(total, 'grade')} arrived, as read back from Canvas"
    if result.unread:
        yield f"{plural(result.unread, 'grade')} could not be read back; run this again to see what arrived"
    if result.missed:
        yield f"did not arrive: {result.missed.shown(50)}"
    yield from result.faults
