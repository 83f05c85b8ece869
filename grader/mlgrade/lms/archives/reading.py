"""All archives of a run, opened and understood before a byte is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from mlgrade.lms.archives import formats
from mlgrade.lms.archives.bounds import ArchiveError, Budget, EntryError, Refusal
from mlgrade.lms.archives.entries import Entry
from mlgrade.lms.archives.model import Format, Handin
from mlgrade.lms.archives.safe import Shelf, open_inner, open_source


class Read(NamedTuple):
    file: str
    format: Format
    handins: list[Handin]
    refused: list[Refusal]
    passed: int  # what a system or the LMS put in for itself
    notes: list[str]


def read(path: Path, budget: Budget, shelf: Shelf, wanted: str = "", encoding: str = "") -> Read:
    source = open_source(path, budget, encoding)
    if not source.entries and not source.refused:
        raise ArchiveError(f"{source.file}: holds no files")
    chosen, entries = formats.choose(source, wanted)
    handins = list(chosen.read(entries))
    skipped = [entry for entry in entries if chosen.skips(entry.name)]
    refused = [*source.refused, *_strangers(chosen, entries, handins)]
    done = Read(source.file, chosen, [], refused, len(source.passed) + len(skipped), [])
    if source.guessed:
        done.notes.append(_guess(source.file, source.guessed))
    for handin in handins:
        done.handins.extend(_affordable(_unfolded(handin, done, shelf, budget, encoding), done, budget))
    return done


def _affordable(handins: Iterator[Handin], done: Read, budget: Budget) -> Iterator[Handin]:
    """The work of a group is written once for each of its members, and counts so."""
    for handin in handins:
        try:
            for _ in handin.found.keys[1:]:
                budget.take(handin.entry.size)
            yield handin
        except EntryError as error:
            refusal = Refusal(archive=handin.entry.archive, entry=handin.entry.name, reason=str(error))
            done.refused.append(refusal)


def _strangers(chosen: Format, entries: list[Entry], handins: list[Handin]) -> Iterator[Refusal]:
    """Entries that the format does not understand: whose they are cannot be said."""
    understood = {id(handin.entry.read) for handin in handins}  # names may be doubled; readers are not
    for entry in entries:
        if id(entry.read) not in understood and not chosen.skips(entry.name):
            reason = f"its name is none that {chosen.title} gives, so nobody knows whose it is"
            yield Refusal(archive=entry.archive, entry=entry.name, reason=reason)


def _guess(file: str, names: list[str]) -> str:
    return (
        f"{file}: {len(names)} names are not in UTF-8 (the first: {names[0]}); if they look wrong, "
        "say their code page with --encoding (Western Europe: cp850, Eastern Europe: cp852, Japan: cp932)"
    )


def _unfolded(handin: Handin, done: Read, shelf: Shelf, budget: Budget, encoding: str) -> Iterator[Handin]:
    """The files of a zip that was handed in, in a folder of its name; any other file as it is."""
    path = handin.found.path
    if not path.lower().endswith(".zip"):
        yield handin
        return
    try:
        inner = open_inner(handin.entry, shelf, budget, encoding)
    except EntryError:  # its bytes are bad: they will be refused, with the reason, when they are written
        yield handin
        return
    except ArchiveError as error:
        done.notes.append(f"{error}; kept as it is")
        yield handin
        return
    done.refused.extend(inner.refused)
    for entry in inner.entries:
        if entry.name.lower().endswith(".zip"):
            reason = "a zip within a zip that was handed in; only the outer one is opened"
            done.refused.append(Refusal(archive=entry.archive, entry=entry.name, reason=reason))
        else:
            found = msgspec.structs.replace(handin.found, path=f"{path[:-4] or 'zip'}/{entry.name}")
            yield Handin(entry, found)
