"""Describe the files of an archive or folder, limit how much of them is read, and refuse unsafe paths."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from mlgrade.errors import UsageError

MIB = 1024 * 1024
CHUNK = 64 * 1024
JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_KINDS = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


class ArchiveError(UsageError):
    """An archive that cannot be read as a whole. Nothing is written when it is raised."""


class EntryError(UsageError):
    """An entry that is not taken. The text is the reason, without the entry's name."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that was not collected, with the reason."""

    archive: str
    entry: str
    reason: str


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one run."""

    total: int = 4096 * MIB  # bytes unpacked in one run, over all archives
    entry: int = 64 * MIB  # bytes of one file
    ratio: int = 200  # unpacked to packed; text packs 5 to 20, a bomb 1000
    free: int = MIB  # files below this many bytes may have any ratio
    entries: int = 50_000  # files and folders in one run, with those of zips within zips
    depth: int = 8  # folders within folders
    name: int = 1024  # characters of a path


class Budget:
    """Keep count of what is left of the bounds of a run."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self._bytes, self.entries = bounds, bounds.total, bounds.entries

    def count(self, number: int, file: str) -> None:
        """Take a number of entries. Raise ArchiveError if so many are not left."""
        if number > self.entries:
            raise ArchiveError(
                f"{file}: more than {self.bounds.entries} entries in one run; collect it in parts, --into one folder"
            )
        self.entries -= number

    def take(self, size: int) -> None:
        """Take the bytes of one file. Raise EntryError if it is too large or so many are not left."""
        if size > self.bounds.entry:
            raise EntryError(f"{size} bytes unpacked; at most {self.bounds.entry} are taken of one file")
        if size > self._bytes:
            raise EntryError(f"the files before it fill the limit of {self.bounds.total} unpacked bytes")
        self._bytes -= size


class ArchiveEntry(NamedTuple):
    """One file in an archive. `name` has `/` between its parts, none of them empty, `.` or `..`."""

    archive: str
    name: str
    size: int
    read: Callable[[], Iterator[bytes]]  # may raise EntryError after some chunks: only then is the end checked


class ArchiveSource(NamedTuple):
    """The contents of an archive. `guessed` names are in an unknown encoding."""

    file: str
    entries: list[ArchiveEntry]
    refused: list[Refusal]
    passed: list[str]
    guessed: list[str]

    def refuse(self, entry: str, reason: object) -> None:
        """Record an entry that is not taken."""
        self.refused.append(Refusal(archive=self.file, entry=entry, reason=str(reason)))


def check_regular(mode: int) -> None:
    """Refuse what is not a file, by its Unix mode."""
    if not stat.S_ISREG(mode):
        raise EntryError(f"{_KINDS.get(stat.S_IFMT(mode), 'a device, or a folder in the place of a file')}, not a file")


def safe_path(name: str, bounds: Bounds) -> str:
    """Return a normalised relative path. Raise EntryError for a path that leaves its folder."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if "\0" in name:
        raise EntryError("a name with a zero byte")
    if "\\" in name:
        raise EntryError("a path with backslashes; pack it again, or unpack it and give the folder")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise EntryError("an absolute path")
    if ".." in parts:
        raise EntryError("a path that climbs out of its folder (..)")
    if not parts:
        raise EntryError("no name")
    if len(parts) > bounds.depth or len(name) > bounds.name:
        raise EntryError(f"deeper than {bounds.depth} folders, or longer than {bounds.name} characters")
    return "/".join(parts)


def path_text(path: str) -> str:
    """Return a path as valid Unicode, with `?` for bytes that are not text."""
    return path.encode("utf-8", "replace").decode()


def open_folder(path: Path, budget: Budget) -> ArchiveSource:
    """List the files of a folder. Links are not followed; pipes and devices are not opened."""
    found = ArchiveSource(path_text(str(path)), [], [], [], [])
    for name, entry in _walk(path, "", budget, found):
        try:
            status = entry.stat(follow_symlinks=False)
            check_regular(status.st_mode)
            safe = safe_path(name, budget.bounds)
            budget.take(status.st_size)
        except EntryError as error:
            found.refuse(name, error)
            continue
        read = partial(_read_file, entry.path, status.st_size)
        found.entries.append(ArchiveEntry(found.file, safe, status.st_size, read))
    return found


def _walk(path: Path, prefix: str, budget: Budget, found: ArchiveSource) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        listed = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from None
    budget.count(len(listed), found.file)
    for entry in listed:
        name = prefix + path_text(entry.name)
        if JUNK.search(name + "/" * entry.is_dir(follow_symlinks=False)):
            found.passed.append(name)
        elif not entry.is_dir(follow_symlinks=False):
            yield name, entry
        elif name.count("/") >= budget.bounds.depth:
            found.refuse(name, f"deeper than {budget.bounds.depth} folders")
        else:
            yield from _walk(Path(entry.path), f"{name}/", budget, found)


def _read_file(path: str, size: int) -> Iterator[bytes]:
    """Read a file of a folder, which may have been exchanged since it was listed."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            check_regular(os.fstat(handle).st_mode)
            done = 0
            while chunk := file.read(CHUNK):
                done += len(chunk)
                if done > size:
                    raise EntryError("grew while it was read")
                yield chunk
    except OSError as error:
        raise EntryError(f"cannot be read: {error.strerror}") from None
