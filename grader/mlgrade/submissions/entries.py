"""What a class handed in, before anything is graded: plain data. Sources are read one by one, when their turn comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from mlgrade.errors import SubmissionError
from mlgrade.files import read_beneath
from mlgrade.submissions import model as submissions
from mlgrade.submissions.model import MOST_BYTES, Submission
from mlgrade.text import one_line

NAMED = 3  # files that a note names; of the others it says how many


class FileOutcome(StrEnum):
    """What became of a file, or of a student. Every file has exactly one of the first four."""

    TAKEN = "taken"
    PASSED_OVER = "passed_over"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"


class FolderLayout(StrEnum):
    """How a folder of submissions is laid out."""

    FOLDERS = "a folder for each student"
    FLAT = "a file for each student"


class DiscoveryNote(msgspec.Struct, frozen=True):
    """One line of the account of what is graded and what is not, safe to show. `place` is below the folder given."""

    place: str
    what: str
    kind: FileOutcome

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class StudentSubmission(msgspec.Struct, frozen=True):
    """One student's submission for one concept. `note` says what a reader of the grade should know of the file."""

    student: str
    submission: Submission
    submitted_at: datetime | None
    note: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):  # gc=False: many, and no circles
    """Where one submission lies. `path` is below `root`, with forward slashes."""

    student: str
    concept: str
    path: str
    root: Path
    submitted_at: datetime | None = None
    note: str = ""

    def read(self) -> StudentSubmission | DiscoveryNote:
        """Read the source. A file that went, changed its nature or cannot be a submission since is a note."""
        file = str(self.root / self.path)
        try:
            raw = read_beneath(self.root, self.path, MOST_BYTES)
            submission = submissions.from_file(file, self.concept, raw)
        except SubmissionError as error:
            what = str(error).removeprefix(f"{file}: ").removeprefix(f"{self.path}: ")
            return note([self.path], what, FileOutcome.REFUSED)
        return StudentSubmission(self.student, submission, self.submitted_at, self.note)


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """What will be graded, by student and in the order of the course, and an account of all that will not."""

    layout: FolderLayout
    handins: Sequence[Entry]
    notes: Sequence[DiscoveryNote]
    counts: Mapping[FileOutcome, int]  # of files, and for MISSING of students


def note(places: Iterable[str], what: str, kind: FileOutcome) -> DiscoveryNote:
    """A note on some files that have the same thing to be said of them."""
    names = [one_line(place) for place in places]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return DiscoveryNote(", ".join(names[:NAMED]) + more, one_line(what), kind)
