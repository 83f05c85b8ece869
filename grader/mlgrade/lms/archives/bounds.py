"""How much of an archive is read at most, and what is said of what is not."""

from __future__ import annotations

import msgspec

from mlgrade.errors import UsageError

MIB = 1024 * 1024


class ArchiveError(UsageError):
    """An archive that cannot be read as a whole. Nothing is written when one of these is raised."""


class EntryError(UsageError):
    """One entry that is not taken; its text is the reason, without the entry's name."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    archive: str
    entry: str
    reason: str


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    total: int = 4096 * MIB  # bytes unpacked in one run, over all archives
    entry: int = 64 * MIB  # bytes of one file
    ratio: int = 200  # unpacked to packed; text packs 5 to 20, a bomb 1000
    free: int = MIB  # below this many bytes no ratio is looked at
    entries: int = 50_000  # files and folders in one run, those of zips within zips too
    depth: int = 8  # folders within folders
    name: int = 1024  # characters of a path


class Budget:
    """What is left of the bounds that hold for a whole run."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self._bytes, self.entries = bounds, bounds.total, bounds.entries

    def count(self, number: int, file: str) -> None:
        if number > self.entries:
            raise ArchiveError(
                f"{file}: more than {self.bounds.entries} entries in one run; collect it in parts, --into one folder"
            )
        self.entries -= number

    def take(self, size: int) -> None:
        if size > self.bounds.entry:
            raise EntryError(f"{size} bytes unpacked; at most {self.bounds.entry} are taken of one file")
        if size > self._bytes:
            raise EntryError(f"the files before it fill the {self.bounds.total} bytes that are unpacked at most")
        self._bytes -= size
