"""Which attempt counts, and under which names its files go.

An archive is one assignment, and its latest attempt counts as a whole. Archives lie over one another: where two have a
file of one name, the later one wins (by the LMS's time, else by its numbers, else the archive given later). What does
not win is kept aside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import PurePath
from typing import NamedTuple

from mlgrade.lms.archives.entries import Entry
from mlgrade.lms.archives.manifest import Book, Meta, newer
from mlgrade.lms.archives.matching import How, Match, Roster
from mlgrade.lms.archives.model import Handin, Key
from mlgrade.lms.archives.naming import Names, fold, lifted, safe
from mlgrade.lms.archives.reading import Read

AMBIGUOUS = ".ambiguous"


class Piece(NamedTuple):
    """One file on its way to `path` in the student's folder."""

    path: str
    was: str
    entry: Entry
    meta: Meta
    own: bool


class Who(NamedTuple):
    identity: str
    label: str
    match: Match


class Plan(NamedTuple):
    who: Who
    folder: str
    pieces: list[Piece]
    aside: list[Piece]


def plan(read: Sequence[Read], roster: Roster, stems: Collection[str], book: Book, zone: tzinfo | None) -> list[Plan]:
    """What is to be written, folder by folder, in the order of their names."""
    layers: dict[str, list[tuple[list[Piece], list[Piece]]]] = defaultdict(list)
    people: dict[str, Who] = {}
    for one in read:
        for who, handins in _by_person(one, roster):
            people.setdefault(who.identity, who)
            layers[who.identity].append(_attempts(one, handins, stems, zone))
    folders = _folders(people.values(), roster, book)
    plans = [Plan(people[who], folders[who], *_laid_over(layer)) for who, layer in layers.items()]
    return sorted(plans, key=lambda one: one.folder)


def _by_person(read: Read, roster: Roster) -> list[tuple[Who, list[Handin]]]:
    found: dict[str, tuple[Who, list[Handin]]] = {}
    matches: dict[Key, Who] = {}
    for handin in read.handins:
        for key in handin.found.keys:
            if key not in matches:
                matches[key] = _who(key, roster.match(key), read.format.name)
            who = matches[key]
            found.setdefault(who.identity, (who, []))[1].append(handin)
    return list(found.values())


def _who(key: Key, match: Match, source: str) -> Who:
    if match.student:
        return Who(f"student:{match.student}", match.student, match)
    return Who(f"{source}|{key.label}|{key.lms_id}|{key.sis_id}|{key.email}|{key.name}", key.label, match)


def _attempts(
    read: Read, handins: Sequence[Handin], stems: Collection[str], zone: tzinfo | None
) -> tuple[list[Piece], list[Piece]]:
    """The pieces of the latest attempt in one archive, and those of all others."""
    groups: dict[str, list[Handin]] = defaultdict(list)
    for handin in handins:
        groups[handin.found.attempt].append(handin)
    made = [(_meta(read, group, zone), group) for group in groups.values()]
    made.sort(key=lambda pair: (_moment(pair[0]), pair[0].rank, pair[0].attempt))
    *others, (meta, latest) = made
    aside = [piece for meta, group in others for piece in _pieces(group, meta, (), numbered=False)]
    return _pieces(latest, meta, stems, numbered=read.format.numbers_files), aside


def _meta(read: Read, handins: Sequence[Handin], zone: tzinfo | None) -> Meta:
    first = handins[0].found
    rank = max(handin.found.rank for handin in handins)
    told = first.attempt or (str(rank) if rank else PurePath(read.file.replace("\\", "/")).stem)
    late = {handin.found.late for handin in handins}
    return Meta(
        source=read.format.name,
        attempt=told,
        at=_zoned(first.at, zone) if first.at else None,
        late=late.pop() if len(late) == 1 else True in late or None,  # one late file makes an attempt late
        rank=rank,
    )


def _zoned(at: datetime, zone: tzinfo | None) -> str:
    """A time without a zone is read in the one given, else in this computer's."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone) if zone else at.astimezone()
    return at.isoformat(timespec="seconds")


def _moment(meta: Meta) -> datetime:
    return datetime.fromisoformat(meta.at) if meta.at else datetime.min.replace(tzinfo=UTC)


def _pieces(handins: Sequence[Handin], meta: Meta, stems: Collection[str], *, numbered: bool) -> list[Piece]:
    paths = [handin.found.path for handin in handins]
    wanted = lifted(paths, stems, numbered=numbered)
    names = Names()
    # A name that can stay as it is goes before one that only becomes equal to it when it is made safe.
    order = sorted(range(len(paths)), key=lambda at: wanted[at] != "/".join(map(safe, wanted[at].split("/"))))
    given = {at: names.give(wanted[at]) for at in order}
    return [Piece(given[at], paths[at], one.entry, meta, one.found.own) for at, one in enumerate(handins)]


def _laid_over(layers: Iterable[tuple[list[Piece], list[Piece]]]) -> tuple[list[Piece], list[Piece]]:
    top: dict[str, Piece] = {}
    aside: list[Piece] = []
    for pieces, others in layers:
        aside += others
        for piece in pieces:
            below = top.get(fold(piece.path))
            if below and not newer(piece.meta, below.meta):
                aside.append(piece)
                continue
            aside += [below] if below else []
            top.pop(fold(piece.path), None)  # to the end: files of one zip stay together, which opens it once
            top[fold(piece.path)] = piece
    names = Names()  # once more, for a file of one archive that is a folder in another
    return [piece._replace(path=names.give(piece.path)) for piece in top.values()], aside


def _folders(people: Iterable[Who], roster: Roster, book: Book) -> dict[str, str]:
    """A folder for each person: the one of before, else the student's key, else what the LMS calls them."""
    folders = dict(book.folders)
    names = Names([folder.rpartition("/")[2] for folder in folders.values()])
    known = [Who(f"student:{person.student}", person.student, Match(how=How.ID)) for person in roster.people]
    for who in [*known, *sorted(people, key=lambda who: who.identity)]:
        if who.identity not in folders:
            name = names.give(safe(who.label))
            folders[who.identity] = f"{AMBIGUOUS}/{name}" if who.match.how is How.AMBIGUOUS else name
    return folders
