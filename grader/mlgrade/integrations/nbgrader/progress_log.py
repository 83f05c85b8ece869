"""Keep what a batch has graded, and hand computed reports to nbgrader's steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import safe_read
from mlgrade.integrations.nbgrader import handin, scores, source_cells
from mlgrade.integrations.nbgrader.autograde import HiddenSuites
from mlgrade.integrations.nbgrader.source_cells import Known
from mlgrade.results import Report
from mlgrade.submissions.model import Submission

# What was autograded already, and from what: so that a run goes on where the last one stopped.
#
# One line for each submission, appended when it is in nbgrader's gradebook. nbgrader looks at no name that begins
# with a dot. Losing the file costs time and nothing else.

MOST_BYTES = 256 * 1024 * 1024


class Line(msgspec.Struct, frozen=True):
    """A submission that was graded."""

    student: str
    key: str


class ProgressLog:
    """`file` is autograded/.mlgrade-<assignment>.jsonl in the nbgrader course."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._keys = dict(_read(file))

    def has(self, student: str, key: str) -> bool:
        """Return whether a submission was graded with the same content."""
        return self._keys.get(student) == key

    def add(self, student: str, key: str) -> None:
        """Record a submission."""
        self._keys[student] = key
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as file:
                file.write(msgspec.json.encode(Line(student, key)) + b"\n")
        except OSError as error:
            raise UsageError(f"{self._file}: cannot be written: {error.strerror}") from None


def key(folder: Path, common: Iterable[bytes]) -> str:
    """A hash over all files that were handed in, and over what they are graded with."""
    digest = hashlib.sha256()
    for part in common:
        digest.update(b"%d\0" % len(part) + part)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):  # no pipes: they would never end
        digest.update(path.relative_to(folder).as_posix().encode(errors="surrogateescape") + b"\0" + _content(path))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    """What cannot be read is told when it is graded."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return str(error).encode(errors="surrogateescape")


def _read(file: Path) -> Iterable[tuple[str, str]]:
    try:
        data = safe_read(file, MOST_BYTES)
    except FileNotFoundError:
        return
    except (OSError, SubmissionError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); move it away, and all is graded again") from None
    for row in data.splitlines():
        try:
            line = msgspec.json.decode(row, type=Line)
        except msgspec.MsgspecError:  # the last one of a run that was cut off: what it was about is graded again
            continue
        yield line.student, line.key


# -- finished ------------------------------------------------------------------------------------------------------

# HiddenSuites in two halves: what will be asked for, and with the reports that came of it, the rest.


def wanted(text: bytes, file: str, cells: Sequence[Known]) -> Iterator[Submission]:
    """What HiddenSuites will ask for, by the same means. Raises for what is no notebook.

    Of a notebook that the staff have changed by steps of their own, something else is asked for: that costs time only.
    """
    locked = {cell.name: cell.source for cell in cells if cell.locked}
    node = handin.restored(json.loads(text), cells)
    for cell in node.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = locked.get(name, cell.source)  # as nbgrader's OverwriteCells does
    tests = [cell for cell in cells if cell.test]
    for test in tests:
        if concept := source_cells.tested(test.metadata):
            yield handin.submission(node.cells, concept, file, tests)


class Finished(HiddenSuites):
    """Has the reports already. What is not among them is graded as ever."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.folder = ""
        self.reports: dict[tuple[str, Any], Report] = {}

    def _report(self, nb: Any, concept: str, tests: Collection[Known], file: str) -> Any:
        where = self.folder, identity(handin.submission(nb.cells, concept, file, tests))
        if where not in self.reports:
            self.reports[where] = super()._report(nb, concept, tests, file)
        return self.reports[where]

    def undecided(self, folder: str) -> bool:
        """Return whether a check of ours broke in a submission."""
        theirs = (report.concepts[0] for (owner, _), report in self.reports.items() if owner == folder)
        return not all(map(scores.decided, theirs))

    def forget(self, folder: str) -> None:
        """Drop the results of a submission."""
        self.reports = {where: report for where, report in self.reports.items() if where[0] != folder}


def identity(submission: Submission) -> Any:
    """Return what tells two submissions apart."""
    return submission.concept, submission.file, submission.sha256, tuple(map(tuple, submission.cells))
