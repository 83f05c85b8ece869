"""Decide whose each file is, which attempt counts, and under which name it is written.

An archive is one assignment, and its latest attempt counts as a whole. Where two archives have a file of one name, the
later one counts: by the time of the LMS, else by its numbers, else the archive given later. The others are kept aside.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives.entries import ArchiveEntry
from mlgrade.lms.archives.manifest import AttemptMeta, CollectManifest, newer
from mlgrade.lms.archives.model import PersonKey, ReadArchive, SubmittedFile
from mlgrade.lms.archives.naming import NameRegistry, fold, lifted, safe

AMBIGUOUS = ".ambiguous"
_GONE_IN_MOODLE = str.maketrans("_", " ", "&<>\"`|':\\/")


class MatchKind(StrEnum):
    """How a student was found in the roster."""

    ID = "id"
    NAME = "name"  # listed: a person should check it
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_ROSTER = "no roster"


class RosterMatch(msgspec.Struct, frozen=True, kw_only=True):
    """The student of the roster that a key belongs to, if it is clear."""

    how: MatchKind
    student: str = ""
    among: tuple[str, ...] = ()  # who it may be, where it is ambiguous


class RosterIndex:
    """Find the people of a course by their ids, or by name where the LMS gives no id."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = sorted(people, key=lambda person: person.student)
        self._ids: dict[tuple[str, str], list[Person]] = defaultdict(list)
        self._names: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            for kind in ("student", "lms_id", "login", "sis_id"):
                self._ids[kind, getattr(person, kind)].append(person)
            self._ids["email", person.email.casefold()].append(person)
            for name in _names(person):
                self._names[name].append(person)

    def match(self, key: PersonKey) -> RosterMatch:
        """Return the student of a key. Ids of different students are ambiguous."""
        if not self.people:
            return RosterMatch(how=MatchKind.NO_ROSTER)
        found = self._by_id(key)
        if len(found) > 1 or (found and key.named and not self._has_name(found, key.name)):
            return RosterMatch(how=MatchKind.AMBIGUOUS, among=tuple(sorted(found)))
        if found:
            return RosterMatch(how=MatchKind.ID, student=found.pop())
        return self._by_name(key.name)

    def _by_id(self, key: PersonKey) -> set[str]:
        asked = [("student", key.student), ("lms_id", key.lms_id), ("sis_id", key.sis_id)]
        asked += [("login", login) for login in key.logins]
        asked += [(kind, key.any_id) for kind in ("student", "lms_id", "login", "sis_id")]
        asked += [("email", text.casefold()) for text in (key.email, key.any_id)]
        return {person.student for kind, text in asked if text for person in self._ids.get((kind, text), ())}

    def _by_name(self, name: str) -> RosterMatch:
        among = sorted({person.student for person in self._names.get(_plain(name), ())}) if _plain(name) else []
        if len(among) > 1:
            return RosterMatch(how=MatchKind.AMBIGUOUS, among=tuple(among))
        return RosterMatch(how=MatchKind.NAME, student=among[0]) if among else RosterMatch(how=MatchKind.UNKNOWN)

    def _has_name(self, students: set[str], name: str) -> bool:
        return any(person.student in students for person in self._names.get(_plain(name), ()))


def _names(person: Person) -> set[str]:
    whole = (person.name, f"{person.first_name} {person.last_name}")
    return {plain for name in whole if (plain := _plain(name))}


def _plain(name: str) -> str:
    """Remove what an LMS leaves out of the names of files. Letters, case and accents must still be equal."""
    return " ".join(unicodedata.normalize("NFC", name).translate(_GONE_IN_MOODLE).split())


class PlannedFile(NamedTuple):
    """One file that is to be written at `path` in the student's folder. `was` is its path in the archive."""

    path: str
    was: str
    entry: ArchiveEntry
    meta: AttemptMeta
    own: bool


class FolderOwner(NamedTuple):
    """A person with a folder. `identity` is stable over runs."""

    identity: str
    label: str
    match: RosterMatch


class FolderPlan(NamedTuple):
    """The files of one folder, and those of other attempts, which are kept aside."""

    owner: FolderOwner
    folder: str
    files: list[PlannedFile]
    aside: list[PlannedFile]


def plan(
    read: Sequence[ReadArchive], roster: RosterIndex, stems: Collection[str], book: CollectManifest, zone: tzinfo | None
) -> list[FolderPlan]:
    """Plan what is written, folder by folder, in the order of their names."""
    layers: dict[str, list[tuple[list[PlannedFile], list[PlannedFile]]]] = defaultdict(list)
    people: dict[str, FolderOwner] = {}
    for one in read:
        for who, files in _by_person(one, roster):
            people.setdefault(who.identity, who)
            layers[who.identity].append(_attempts(one, files, stems, zone))
    folders = _folders(people.values(), roster, book)
    plans = [FolderPlan(people[who], folders[who], *_layered(layer)) for who, layer in layers.items()]
    return sorted(plans, key=lambda one: one.folder)


def _by_person(read: ReadArchive, roster: RosterIndex) -> list[tuple[FolderOwner, list[SubmittedFile]]]:
    found: dict[str, tuple[FolderOwner, list[SubmittedFile]]] = {}
    matches: dict[PersonKey, FolderOwner] = {}
    for file in read.files:
        for key in file.found.keys:
            if key not in matches:
                matches[key] = _who(key, roster.match(key), read.format.name)
            who = matches[key]
            found.setdefault(who.identity, (who, []))[1].append(file)
    return list(found.values())


def _who(key: PersonKey, match: RosterMatch, source: str) -> FolderOwner:
    if match.student:
        return FolderOwner(f"student:{match.student}", match.student, match)
    return FolderOwner(f"{source}|{key.label}|{key.lms_id}|{key.sis_id}|{key.email}|{key.name}", key.label, match)


def _attempts(
    read: ReadArchive, files: Sequence[SubmittedFile], stems: Collection[str], zone: tzinfo | None
) -> tuple[list[PlannedFile], list[PlannedFile]]:
    """Return the files of the latest attempt in one archive, and those of all others."""
    groups: dict[str, list[SubmittedFile]] = defaultdict(list)
    for file in files:
        groups[file.found.attempt].append(file)
    made = [(_meta(read, group, zone), group) for group in groups.values()]
    made.sort(key=lambda pair: (_moment(pair[0]), pair[0].rank, pair[0].attempt))
    *others, (meta, latest) = made
    aside = [file for meta, group in others for file in _planned(group, meta, (), numbered=False)]
    return _planned(latest, meta, stems, numbered=read.format.numbers_files), aside


def _meta(read: ReadArchive, files: Sequence[SubmittedFile], zone: tzinfo | None) -> AttemptMeta:
    first = files[0].found
    rank = max(file.found.rank for file in files)
    attempt = first.attempt or (str(rank) if rank else PurePath(read.file.replace("\\", "/")).stem)
    late = {file.found.late for file in files}
    return AttemptMeta(
        source=read.format.name,
        attempt=attempt,
        at=_zoned(first.at, zone) if first.at else None,
        late=late.pop() if len(late) == 1 else True in late or None,  # one late file makes an attempt late
        rank=rank,
    )


def _zoned(at: datetime, zone: tzinfo | None) -> str:
    """Format a time. One without a zone is read in the given zone, else in this computer's."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone) if zone else at.astimezone()
    return at.isoformat(timespec="seconds")


def _moment(meta: AttemptMeta) -> datetime:
    return datetime.fromisoformat(meta.at) if meta.at else datetime.min.replace(tzinfo=UTC)


def _planned(
    files: Sequence[SubmittedFile], meta: AttemptMeta, stems: Collection[str], *, numbered: bool
) -> list[PlannedFile]:
    paths = [file.found.path for file in files]
    wanted = lifted(paths, stems, numbered=numbered)
    names = NameRegistry()
    # A name that can stay as it is goes before one that only becomes equal to it when it is made safe.
    order = sorted(range(len(paths)), key=lambda at: wanted[at] != "/".join(map(safe, wanted[at].split("/"))))
    given = {at: names.give(wanted[at]) for at in order}
    return [PlannedFile(given[at], paths[at], one.entry, meta, one.found.own) for at, one in enumerate(files)]


def _layered(
    layers: Iterable[tuple[list[PlannedFile], list[PlannedFile]]],
) -> tuple[list[PlannedFile], list[PlannedFile]]:
    top: dict[str, PlannedFile] = {}
    aside: list[PlannedFile] = []
    for files, others in layers:
        aside += others
        for file in files:
            below = top.get(fold(file.path))
            if below and not newer(file.meta, below.meta):
                aside.append(file)
                continue
            aside += [below] if below else []
            top.pop(fold(file.path), None)  # to the end: files of one zip stay together, which opens it once
            top[fold(file.path)] = file
    names = NameRegistry()  # once more, for a file of one archive that is a folder in another
    return [file._replace(path=names.give(file.path)) for file in top.values()], aside


def _folders(people: Iterable[FolderOwner], roster: RosterIndex, book: CollectManifest) -> dict[str, str]:
    """Name a folder for each person: as before, else by the student's key, else by what the LMS calls them."""
    folders = dict(book.folders)
    names = NameRegistry([folder.rpartition("/")[2] for folder in folders.values()])
    known = [
        FolderOwner(f"student:{person.student}", person.student, RosterMatch(how=MatchKind.ID))
        for person in roster.people
    ]
    for who in [*known, *sorted(people, key=lambda who: who.identity)]:
        if who.identity not in folders:
            name = names.give(safe(who.label))
            folders[who.identity] = f"{AMBIGUOUS}/{name}" if who.match.how is MatchKind.AMBIGUOUS else name
    return folders
