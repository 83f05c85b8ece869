"""Recognise how a folder of submissions is laid out, and walk it safely."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec

from mlgrade.course import Course
from mlgrade.errors import SubmissionError, UsageError, closest
from mlgrade.files import FileEntry, FileKind, describe_error, list_beneath, read_beneath
from mlgrade.submissions import sidecar
from mlgrade.submissions.match import FileMatch, match, match_flat
from mlgrade.submissions.model import MOST_BYTES, SUFFIXES, DiscoveryNote, FileOutcome, FolderLayout, note
from mlgrade.submissions.sidecar import COLLECTED, Sidecar
from mlgrade.text import one_line

_UNSHOWABLE = "a student's name that cannot be shown as it is; rename it"


class Found(NamedTuple):
    """What becomes of a student's files, what is written down of their coming, and why not where it is not used."""

    matches: list[FileMatch]
    written: Sidecar | None = None
    notes: Sequence[DiscoveryNote] = ()


def layout_of(root: Path, course: Course, concepts: Sequence[str]) -> Folders | Files:
    """A folder that has folders in it holds a folder for each student; one that has none, a file for each student."""
    listed = _listed(root)
    found = sorted(entry for entry in listed if not skipped(entry.name))
    if any(entry.kind is FileKind.FOLDER for entry in found):
        return Folders(root, course, found, collected=any(entry.name == COLLECTED for entry in listed))
    return Files(root, course, found, concepts)


class Folders:
    """`ada/softmax.py`, `ada/exercises/softmax.py`, `bob/softmax.ipynb`."""

    layout = FolderLayout.FOLDERS

    def __init__(self, root: Path, course: Course, found: Sequence[FileEntry], *, collected: bool) -> None:
        self._root, self._course, self._collected = root, course, collected
        names = [entry.name for entry in found if entry.kind is FileKind.FOLDER]
        self.students = [name for name in names if _showable(name)]
        self.beside = _no_students(names) + _neither(found)
        files = (entry.name for entry in found if entry.kind is FileKind.FILE)
        self.beside += [
            FileMatch(name, FileOutcome.PASSED_OVER, what="lies beside the students' folders") for name in files
        ]

    def of(self, student: str) -> Found:
        """Return the matches of a student's folder."""
        listing = student_files(self._root, student)
        matches = listing.refused + match(listing.files, self._course, lambda paths: _same(self._root, paths))
        if sidecar.FILE not in listing.hidden:
            return Found(matches)
        try:
            return Found(matches, self._written(student))
        except SubmissionError as error:
            place = f"{student}/{sidecar.FILE}"
            why = f"the times in it are not used: {str(error).removeprefix(f'{place}: ')}"
            return Found(matches, notes=[note([place], why, FileOutcome.REFUSED)])

    def _written(self, student: str) -> Sidecar:
        if not self._collected:
            raise SubmissionError(f"not from mlgrade collect, which leaves {COLLECTED} beside the students' folders")
        return sidecar.read(self._root, student)


class Files:
    """`ada.py`, `bob.ipynb`: one concept, and the name of the file is the student's."""

    layout = FolderLayout.FLAT

    def __init__(self, root: Path, course: Course, found: Sequence[FileEntry], concepts: Sequence[str]) -> None:
        names = [entry.name for entry in found if entry.kind is FileKind.FILE]
        stems = {PurePosixPath(name).stem for name in names if name.lower().endswith(SUFFIXES)}
        concept = _one_concept(root, course, concepts, stems)
        self._matches = match_flat(names, concept, lambda paths: _same(root, paths))
        self.students = [name for name in self._matches if name and _showable(name)]
        hidden = [one.path for name in self._matches if not _showable(name) for one in self._matches[name]]
        self.beside = self._matches.get("", []) + _no_students(hidden) + _neither(found)

    def of(self, student: str) -> Found:
        """Return the matches of a student's files."""
        return Found(self._matches[student])


def _listed(root: Path) -> list[FileEntry]:
    try:
        return list_beneath(root, "")
    except FileNotFoundError:
        raise UsageError(f"{root}: no such folder{closest(root.name, _siblings(root))}") from None
    except (OSError, ValueError) as error:
        reason = "not a folder" if isinstance(error, NotADirectoryError) else describe_error(error)
        raise UsageError(f"{root}: {reason}") from None


def _siblings(root: Path) -> list[str]:
    try:
        return [path.name for path in root.parent.iterdir()]
    except OSError:
        return []


def _one_concept(root: Path, course: Course, concepts: Sequence[str], stems: Collection[str]) -> str:
    if not stems:
        raise UsageError(f"{root}: no submissions in it; it should hold a folder for each student")
    if set(stems) <= {concept.id for concept in course.concepts}:
        raise UsageError(
            f"{root}: looks like the folder of one student; give the one above it, and --student {root.resolve().name}"
        )
    if len(concepts) != 1:
        raise UsageError(f"{root}: a file for each student and no folders; say which concept it is: --concept NAME")
    return concepts[0]


def _showable(name: str) -> bool:
    """Whether a name can be printed, stored and compared by eye: no control characters, no lone surrogates."""
    return one_line(name) == name


def _no_students(names: Iterable[str]) -> list[FileMatch]:
    return [FileMatch(name, FileOutcome.REFUSED, what=_UNSHOWABLE) for name in names if not _showable(name)]


def _neither(found: Iterable[FileEntry]) -> list[FileMatch]:
    entries = (entry for entry in found if entry.kind in (FileKind.LINK, FileKind.OTHER))
    return [FileMatch(entry.name, FileOutcome.REFUSED, what=refusal(entry.kind)) for entry in entries]


def _same(root: Path, paths: Sequence[str]) -> bool:
    try:
        hashes = {hashlib.sha256(read_beneath(root, path, MOST_BYTES)).digest() for path in paths}
    except SubmissionError:
        return False
    return len(hashes) == 1


# -- walk ----------------------------------------------------------------------------------------------------------

# What lies in a student's folder: names only. No link is followed, nothing is opened but folders, all is bounded.

MOST_ENTRIES = 2_000  # of one student, in all folders together
MOST_FOLDERS = 8  # one inside another
SKIPPED = frozenset({"__pycache__", "__MACOSX", "node_modules", "site-packages"})


class FolderListing(msgspec.Struct, frozen=True):
    """Paths below the folder of the class. `hidden` are the names in the student's folder that begin with a dot."""

    files: list[str]
    refused: list[FileMatch]
    hidden: frozenset[str] = frozenset()


def student_files(root: Path, name: str) -> FolderListing:
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
