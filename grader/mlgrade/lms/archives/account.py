"""What was collected, for a person and for a program. Texts are as they came: clean them before showing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from mlgrade.errors import closest
from mlgrade.lms.archives import manifest
from mlgrade.lms.archives.bounds import Refusal
from mlgrade.lms.archives.manifest import Book
from mlgrade.lms.archives.matching import How, Roster
from mlgrade.lms.archives.naming import exercise
from mlgrade.lms.archives.reading import Read
from mlgrade.lms.archives.writing import State, Written

SCHEMA = "mlgrade/collect/1"


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    file: str
    format: str
    title: str
    files: int
    passed_over: int


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    folder: str
    called: str  # by the LMS, or the student's key
    matched: How
    among: Sequence[str]  # who it may be, where that is ambiguous
    state: State
    files: Sequence[str]
    attempt: str
    submitted_at: str | None
    late: bool | None
    others: int  # files of other attempts, kept aside
    kept: Sequence[str]  # of earlier runs, and in none of these archives
    left_alone: Sequence[str]  # changed by somebody since; the collected file is with the others


class Name(msgspec.Struct, frozen=True, kw_only=True):
    folder: str
    file: str
    says: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    schema: str = SCHEMA
    into: str
    archives: Sequence[Archive]
    folders: Sequence[Folder]
    missing: Sequence[str]  # students of the roster of whom nothing is in these archives
    renamed: Sequence[Name]
    misnamed: Sequence[Name]
    refused: Sequence[Refusal]
    notes: Sequence[str]

    @property
    def complete(self) -> bool:
        """Whether nothing waits for a person's decision."""
        odd = any(folder.matched is How.AMBIGUOUS or folder.left_alone for folder in self.folders)
        return not self.refused and not odd


class Told(NamedTuple):
    """Everything that an account is made of."""

    into: str
    read: Sequence[Read]
    written: Sequence[Written]
    roster: Roster
    stems: Collection[str]
    book: Book


def account(told: Told, notes: Sequence[str]) -> Account:
    seen = {one.plan.who.match.student for one in told.written}
    refused = [refusal for read in told.read for refusal in read.refused]
    return Account(
        into=told.into,
        archives=[_archive(read) for read in told.read],
        folders=[_folder(one, told.book) for one in told.written],
        missing=[person.student for person in told.roster.people if person.student not in seen],
        renamed=[name for one in told.written for name in _renamed(one)],
        misnamed=[name for one in told.written for name in _misnamed(one, told.stems)],
        refused=refused + [refusal for one in told.written for refusal in one.refused],
        notes=[*(note for read in told.read for note in read.notes), *notes],
    )


def _archive(read: Read) -> Archive:
    return Archive(
        file=read.file,
        format=read.format.name,
        title=read.format.title,
        files=len(read.handins),
        passed_over=read.passed,
    )


def _folder(one: Written, book: Book) -> Folder:
    records = book.files.get(one.plan.folder, {})
    facts = manifest.facts(one.plan.folder, records) if records else {}
    return Folder(
        folder=one.plan.folder,
        called=one.plan.who.label,
        matched=one.plan.who.match.how,
        among=one.plan.who.match.among,
        state=one.state,
        files=sorted(piece.path for piece in one.files),
        attempt=facts.get("attempt", ""),
        submitted_at=facts.get("submitted_at"),
        late=facts.get("late"),
        others=len(one.plan.aside),
        kept=one.kept,
        left_alone=one.alone,
    )


def _renamed(one: Written) -> Iterator[Name]:
    """Files under another name than the student gave; what only lost its folder has kept its name."""
    for piece in one.files:
        if piece.path.rpartition("/")[2] != piece.was.rpartition("/")[2]:
            yield Name(folder=one.plan.folder, file=piece.path, says=f"was {piece.was}")


def _misnamed(one: Written, stems: Collection[str]) -> Iterator[Name]:
    """Files that no exercise is named after, unless there is no course to ask."""
    for piece in one.files if stems else ():
        if not piece.own and not exercise(piece.path, stems):
            yield Name(folder=one.plan.folder, file=piece.path, says=_guess(piece.path, stems))


def _guess(path: str, stems: Collection[str]) -> str:
    name = path.rpartition("/")[2]
    if exercise(name, stems):
        return "more than one file has this name, so none was moved to the top"
    stem = name.partition(".")[0]
    near = closest(stem.lower().replace("-", "_").replace(" ", "_"), stems)
    return near.removeprefix("; ") or "no exercise has this name"
