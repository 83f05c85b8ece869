"""What was autograded already, and from what: so that a run goes on where the last one stopped.

One line for each submission, appended when it is in nbgrader's gradebook. nbgrader looks at no name that begins with a
dot. Losing the file costs time and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import safe_read

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
