"""What lies in a student's folder: names only. No link is followed, nothing is opened but folders, all is bounded."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import msgspec

from mlgrade.files import FileKind, describe_error, list_beneath
from mlgrade.submissions.entries import FileOutcome
from mlgrade.submissions.match import FileMatch

MOST_ENTRIES = 2_000  # of one student, in all folders together
MOST_FOLDERS = 8  # one inside another
SKIPPED = frozenset({"__pycache__", "__MACOSX", "node_modules", "site-packages"})


class FolderListing(msgspec.Struct, frozen=True):
    """Paths below the folder of the class. `hidden` are the names in the student's folder that begin with a dot."""

    files: list[str]
    refused: list[FileMatch]
    hidden: frozenset[str] = frozenset()


def student(root: Path, name: str) -> FolderListing:
    """List one student's folder: the same for any order in which the system lists it."""
    files: list[str] = []
    refused: list[FileMatch] = []
    hidden: set[str] = set()
    folders, left = deque([name]), MOST_ENTRIES
    while folders:
        folder = folders.popleft()
        try:
            entries = list_beneath(root, folder, left + 1)
        except (OSError, ValueError) as error:
            refused.append(_refused(folder, describe_error(error)))
            continue
        left -= len(entries)
        if left < 0:
            why = f"more than {MOST_ENTRIES} files and folders; take away what was not written for this course"
            return FolderListing([], [_refused(name, why)], frozenset(hidden))
        if folder == name:
            hidden = {entry.name for entry in entries if entry.name.startswith(".")}
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if skipped(entry.name):
                continue
            if entry.kind is FileKind.FILE:
                files.append(path)
            elif why := refusal(entry.kind, path.count("/")):
                refused.append(_refused(path, why))
            else:
                folders.append(path)
    return FolderListing(sorted(files), sorted(refused, key=lambda one: one.path), frozenset(hidden))


def skipped(name: str) -> bool:
    """What systems and tools leave behind, and nobody hands in."""
    return name.startswith(".") or name in SKIPPED


def _refused(path: str, why: str) -> FileMatch:
    return FileMatch(path, FileOutcome.REFUSED, what=why)


def refusal(what: FileKind, depth: int = 0) -> str:
    """Why neither taken as a file nor looked into, or nothing for a folder that is looked into."""
    if what is FileKind.LINK:
        return "a link; links are not followed"
    if what is FileKind.OTHER:
        return "not a file (a pipe, a socket or a device)"
    return f"more than {MOST_FOLDERS} folders deep; not looked into" if depth > MOST_FOLDERS else ""
