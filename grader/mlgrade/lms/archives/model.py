"""What a format of archive says of one file: whose it is, which attempt, when, and its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from mlgrade.lms.archives.entries import Entry


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the LMS names them in an archive. `label` names the folder where no roster knows better."""

    label: str
    student: str = ""
    lms_id: str = ""
    logins: tuple[str, ...] = ()  # several, where the name of an entry can be split in several ways
    email: str = ""
    sis_id: str = ""
    name: str = ""
    named: bool = False  # whether the name must fit too, because the id is that of one assignment only
    any_id: str = ""  # may be any id of the roster, such as the name of a folder that people made


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What the name of one entry says. Times without a zone are the LMS's own."""

    keys: tuple[Key, ...]  # more than one for a group
    path: str
    attempt: str = ""
    at: datetime | None = None
    late: bool | None = None
    rank: int = 0  # which of two is later, where the LMS tells no time
    own: bool = False  # written by the LMS itself: a receipt, a text typed into the page


class Handin(NamedTuple):
    entry: Entry
    found: Found


class Format:
    """The base of all formats. One that goes by names alone has only `name`, `title` and `parse`."""

    name = ""
    title = ""
    numbers_files = False  # whether the LMS puts -1, -2 behind the name of a file that is handed in again

    def parse(self, name: str) -> Found | None:
        """What the name of an entry says, or None if it is not of this format."""
        raise NotImplementedError

    def skips(self, name: str) -> bool:
        """Whether an entry is the LMS's own list or index, and nobody's work."""
        del name
        return False

    def fits(self, names: Sequence[str]) -> bool:
        """Whether most of these names are of this format. A stranger or two in an archive do not change what it is."""
        asked = [name for name in names if not self.skips(name)]
        return 2 * sum(self.parse(name) is not None for name in asked) > len(asked)

    def read(self, entries: Sequence[Entry]) -> Iterator[Handin]:
        """The entries that this format understands."""
        for entry in entries:
            if not self.skips(entry.name) and (found := self.parse(entry.name)):
                yield Handin(entry, found)


def leaf(path: str) -> str:
    return path.rpartition("/")[2]
