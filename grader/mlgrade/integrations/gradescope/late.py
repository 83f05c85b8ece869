"""What Gradescope knows of the time of a submission (submission_metadata.json). Told, and never counted here.

Points are taken off for lateness in one place only: by Gradescope's own settings, or by the gradebook that the scores
end in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from mlgrade.course import Course
from mlgrade.gradebook import policy

When = Annotated[datetime, msgspec.Meta(tz=True)]


class Assignment(msgspec.Struct, frozen=True):
    """What Gradescope says of the assignment."""

    due_date: When | None = None


class Metadata(msgspec.Struct, frozen=True):
    """What Gradescope says of the submission."""

    created_at: When | None = None
    assignment: Assignment = Assignment()


class LateSubmission(msgspec.Struct, frozen=True):
    """When it came, when it was due, and how far beyond due date and grace that is."""

    submitted: datetime | None = None
    due: datetime | None = None
    by: timedelta = timedelta()

    def __str__(self) -> str:
        if not self.by or self.due is None:
            return ""
        due = f"{self.due:%Y-%m-%d %H:%M %z}"
        return f"Handed in {policy.span(self.by)} late (due {due}). Nothing was taken off for that here."


def read(path: Path) -> Metadata:
    """Read Gradescope's file. Raises OSError where there is none, msgspec.MsgspecError for another form."""
    return msgspec.json.decode(path.read_bytes(), type=Metadata)


def of(metadata: Metadata, course: Course, concepts: list[str]) -> LateSubmission:
    """By the assignment's due date, else by the course's where all concepts have the same."""
    dues = {unit.due for unit in course.units for concept in unit.concepts if concept.id in concepts}
    due = metadata.assignment.due_date or (dues.pop() if len(dues) == 1 else None)
    return LateSubmission(metadata.created_at, due, policy.lateness(metadata.created_at, due, course.late))
