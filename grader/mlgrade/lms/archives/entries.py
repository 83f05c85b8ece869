"""One file of an archive, and the path that it may have. A path that does not stay where it is put is refused."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mlgrade.lms.archives.bounds import Budget, EntryError, Refusal

JUNK = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|\._[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_KINDS = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


class Entry(NamedTuple):
    """One file in an archive. `name` has `/` between its parts, none of them empty, `.` or `..`."""

    archive: str
    name: str
    size: int
    read: Callable[[], Iterator[bytes]]  # raises EntryError, also after some chunks: only then is the end seen


class Source(NamedTuple):
    """What an archive holds. `guessed` names are in no encoding that the archive or the call says."""

    file: str
    entries: list[Entry]
    refused: list[Refusal]
    passed: list[str]
    guessed: list[str]


def regular(mode: int) -> None:
    """Refuse what is not a file, by its mode of Unix."""
    if not stat.S_ISREG(mode):
        raise EntryError(f"{_KINDS.get(stat.S_IFMT(mode), 'a device, or a folder in the place of a file')}, not a file")


def refusal(archive: str, entry: str, error: EntryError) -> Refusal:
    return Refusal(archive=archive, entry=entry, reason=str(error))


def judged(name: str, budget: Budget) -> str:
    """The parts of a path that stays where it is put, joined again; else EntryError."""
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
    if len(parts) > budget.bounds.depth or len(name) > budget.bounds.name:
        raise EntryError(f"deeper than {budget.bounds.depth} folders, or longer than {budget.bounds.name} characters")
    return "/".join(parts)


def said(path: str) -> str:
    """A path of this system as text, with a `?` for what is none (other bytes under Linux, half a pair elsewhere)."""
    return path.encode("utf-8", "replace").decode()
