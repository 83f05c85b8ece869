"""Define archive formats: what the name of a file in an archive says of its student, attempt and time.

A package adds a format under the entry point group `mlgrade.archives`; see `ArchiveFormat`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from mlgrade.lms.archives.entries import ArchiveEntry, Refusal

__all__ = ["ArchiveFormat", "ParsedName", "PersonKey", "PlainArchive", "ReadArchive", "SubmittedFile"]


class PersonKey(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the LMS names them in an archive. `label` names the folder of whom the roster does not know."""

    label: str
    student: str = ""
    lms_id: str = ""
    logins: tuple[str, ...] = ()  # several, where the name of an entry can be split in several ways
    email: str = ""
    sis_id: str = ""
    name: str = ""
    named: bool = False  # whether the name must fit too, because the id is that of one assignment only
    any_id: str = ""  # may be any id of the roster, such as the name of a folder that people made


class ParsedName(msgspec.Struct, frozen=True, kw_only=True):
    """What the name of one entry says. Times without a zone are in the zone of the LMS."""

    keys: tuple[PersonKey, ...]  # more than one for a group
    path: str
    attempt: str = ""
    at: datetime | None = None
    late: bool | None = None
    rank: int = 0  # which of two is later, where the LMS gives no time
    own: bool = False  # written by the LMS itself: a receipt, a text typed into the page


class SubmittedFile(NamedTuple):
    """An entry of an archive with what its name says."""

    entry: ArchiveEntry
    found: ParsedName


class ArchiveFormat:
    """Base class of the formats of archives. A format that goes by names needs only `name`, `title` and `parse`.

    Attributes
    ----------
    name : str
        The value of `--format`.
    title : str
        The LMS, for people.
    numbers_files : bool
        Whether the LMS appends -1, -2 to the name of a file that is submitted again.

    Examples
    --------
    >>> class DashArchive(ArchiveFormat):
    ...     name, title = "dash", "Dash LMS"
    ...     def parse(self, name):
    ...         who, dash, path = name.partition("--")
    ...         return ParsedName(keys=(PersonKey(label=who),), path=path) if dash else None
    >>> DashArchive().parse("ada--softmax.py").path
    'softmax.py'
    """

    name = ""
    title = ""
    numbers_files = False

    def parse(self, name: str) -> ParsedName | None:
        """Return what the name of an entry says, or None if it is not of this format."""
        raise NotImplementedError

    def skips(self, name: str) -> bool:
        """Return whether an entry is a list or index of the LMS, and not a submission."""
        del name
        return False

    def fits(self, names: Sequence[str]) -> bool:
        """Return whether more than half of these names are of this format."""
        asked = [name for name in names if not self.skips(name)]
        return 2 * sum(self.parse(name) is not None for name in asked) > len(asked)

    def read(self, entries: Sequence[ArchiveEntry]) -> Iterator[SubmittedFile]:
        """Yield the entries that this format understands."""
        for entry in entries:
            if not self.skips(entry.name) and (found := self.parse(entry.name)):
                yield SubmittedFile(entry, found)


class ReadArchive(NamedTuple):
    """An archive that has been recognised and listed."""

    file: str
    format: ArchiveFormat
    files: list[SubmittedFile]
    refused: list[Refusal]
    passed: int  # files of an operating system or of the LMS itself
    notes: list[str]


class PlainArchive(ArchiveFormat):
    """Any other zip or folder: one folder for each student. Files outside of folders belong to the student
    after whom the archive is named.

    A single folder around everything that holds only folders is passed through, and `ada.zip` at the top is ada's.
    """

    name = "plain"
    title = "a folder for each student"

    def fits(self, names: Sequence[str]) -> bool:
        """Return whether there are any names."""
        return bool(names)

    def read(self, entries: Sequence[ArchiveEntry]) -> Iterator[SubmittedFile]:
        """Yield every entry, with the student that its folder names."""
        tops = {entry.name.partition("/")[0] for entry in entries}
        wrapped = len(tops) == 1 and all(entry.name.count("/") >= 2 for entry in entries)
        for entry in entries:
            yield SubmittedFile(entry, _plain(entry.name.partition("/")[2] if wrapped else entry.name, entry.archive))


def leaf(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


def _plain(name: str, archive: str) -> ParsedName:
    who, inside, path = name.partition("/")
    if not inside and who.lower().endswith(".zip"):
        who, path = who[:-4], who
    elif not inside:
        who, path = PurePath(leaf(archive.replace("\\", "/"))).stem or "archive", who
    return ParsedName(keys=(PersonKey(label=who, any_id=who),), path=path)
