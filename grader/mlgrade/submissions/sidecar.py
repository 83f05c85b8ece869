"""`.mlgrade-handin.json`: what an LMS knows of a submission, as `mlgrade collect` wrote it into each student's folder.

A student could hand in such a file too. So it is believed only where `COLLECTED` lies beside the students' folders,
where no student can write: so does `mlgrade collect` leave a folder, and it writes a FILE of its own for everybody.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from mlgrade.errors import SubmissionError
from mlgrade.files import read_beneath

FILE = ".mlgrade-handin.json"
COLLECTED = ".mlgrade-collect.json"
MOST_BYTES = 1024 * 1024
YEARS = range(2000, 2201)  # dates at the ends of the calendar cannot be moved to another time zone

When = Annotated[datetime, msgspec.Meta(tz=True)]


class Sidecar(msgspec.Struct, frozen=True, kw_only=True):
    """`files` gives a file, by its path in the student's folder, a time of its own. `late` is what the LMS says."""

    mlgrade: Literal["handin/1"]
    student: str
    submitted_at: When | None
    late: bool | None = None
    source: str = ""
    attempt: str = ""
    files: dict[str, When] = {}  # msgspec copies the empty default for each instance

    def time_of(self, file: str) -> datetime | None:
        """Return when a file was submitted, if that is known."""
        return self.files.get(file, self.submitted_at)


def read(root: Path, student: str) -> Sidecar:
    """Read a student's. Raises SubmissionError for anything that `mlgrade collect` would not have written."""
    raw = read_beneath(root, f"{student}/{FILE}", MOST_BYTES)
    try:
        found = msgspec.json.decode(raw, type=Sidecar)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SubmissionError(f"not as mlgrade collect writes it ({str(error)[:200]})") from None
    if found.student != student:
        raise SubmissionError(f'is about "{found.student[:60]}", not about this student')
    times = [*found.files.values(), *([found.submitted_at] if found.submitted_at else [])]
    if any(time.year not in YEARS for time in times):
        raise SubmissionError(f"a time before {YEARS[0]} or after {YEARS[-1]}")
    return found
