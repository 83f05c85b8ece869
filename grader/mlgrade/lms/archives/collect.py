"""Collect the archives of an LMS into one folder for each student.

1. Read: each archive is opened, recognised and listed. An archive that cannot be read ends the run with no change.
2. Plan: whose each file is, which attempt counts, which name it gets.
3. Write: folder by folder, each file whole.
4. Report: what was done, and what a person should check.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from datetime import tzinfo
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import msgspec

from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives import manifest
from mlgrade.lms.archives.blackboard import BlackboardArchive
from mlgrade.lms.archives.brightspace import BrightspaceArchive
from mlgrade.lms.archives.canvas import CanvasArchive
from mlgrade.lms.archives.entries import (
    ArchiveEntry,
    ArchiveError,
    ArchiveSource,
    Bounds,
    Budget,
    EntryError,
    Refusal,
    path_text,
)
from mlgrade.lms.archives.gradescope import GradescopeArchive
from mlgrade.lms.archives.model import ArchiveFormat, PlainArchive, ReadArchive, SubmittedFile
from mlgrade.lms.archives.moodle import MoodleArchive
from mlgrade.lms.archives.planning import FolderPlan, RosterIndex, plan
from mlgrade.lms.archives.report import CollectReport, report
from mlgrade.lms.archives.writing import SCRATCH, write
from mlgrade.lms.archives.zips import OpenArchives

GROUP = "mlgrade.archives"
BOUNDS = Bounds()
PLAIN = PlainArchive()
_BUILT_IN = (CanvasArchive(), MoodleArchive(), BlackboardArchive(), BrightspaceArchive(), GradescopeArchive(), PLAIN)


def collect(
    archives: Sequence[Path],
    into: Path,
    people: Sequence[Person] = (),
    stems: Collection[str] = (),
    *,
    format: str = "",  # noqa: A002  (the word of the option)
    encoding: str = "",
    zone: tzinfo | None = None,
    bounds: Bounds = BOUNDS,
) -> CollectReport:
    """Collect archives into a folder for each student.

    `people` is the roster; without one, folders are named by what the LMS calls people. `stems` are the names of the
    course's exercises. `zone` is that of an LMS whose times have none; this computer's, if None.
    """
    _check(archives, into, encoding)
    budget, roster = Budget(bounds), RosterIndex(people)
    with OpenArchives() as opened:
        read = [_read(path, opened, budget, format, encoding) for path in archives]
        book = manifest.load(into)
        plans = plan(read, roster, stems, book, zone)
        written = write(plans, into, book)
    return report(path_text(str(into)), read, written, roster, stems, book, _notes(plans, into, zone))


def _check(archives: Sequence[Path], into: Path, encoding: str) -> None:
    """Refuse a run that would read what it writes, and an unknown encoding."""
    target = into.resolve()
    for path in archives:
        folder = os.path.isdir(path)  # noqa: PTH112  (Path.is_dir raises where opening has a better message)
        if folder and (target.is_relative_to(path.resolve()) or path.resolve().is_relative_to(target)):
            raise UsageError(f"{path}: this folder and {into} lie in one another; give another --into")
    try:
        "a".encode(encoding or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        raise UsageError(f'no encoding "{encoding}"; well known are cp437, cp850, cp852, cp1252, cp932, gbk') from None


def _notes(plans: Sequence[FolderPlan], into: Path, zone: tzinfo | None) -> Iterator[str]:
    metas = [file.meta for one in plans for file in [*one.files, *one.aside]]
    if zone is None and any(meta.source in ("blackboard", "brightspace") for meta in metas):
        yield "the times of this LMS have no zone, and were read in that of this computer; --timezone names another"
    if mixed := [one.folder for one in plans if len({file.meta.late for file in one.files}) > 1]:
        yield (
            f"{len(mixed)} folders hold files in time and late ones of several archives, so their lateness is left "
            "open; one --into for each assignment keeps it"
        )
    for path in sorted(into.glob(f"{SCRATCH}*")):
        yield f"{path} was left by a run that was killed; it can be deleted"


# -- reading --------------------------------------------------------------------------------------------------


def _read(path: Path, opened: OpenArchives, budget: Budget, wanted: str, encoding: str) -> ReadArchive:
    source = opened.open(path, budget, encoding)
    if not source.entries and not source.refused:
        raise ArchiveError(f"{source.file}: holds no files")
    chosen, entries = choose(source, wanted)
    files = list(chosen.read(entries))
    skipped = [entry for entry in entries if chosen.skips(entry.name)]
    refused = [*source.refused, *_not_understood(chosen, entries, files)]
    done = ReadArchive(source.file, chosen, [], refused, len(source.passed) + len(skipped), [])
    if source.guessed:
        done.notes.append(
            f"{source.file}: {len(source.guessed)} names are not in UTF-8 (the first: {source.guessed[0]}); if they "
            "look wrong, give their code page with --encoding (Western Europe: cp850, Eastern Europe: cp852, "
            "Japan: cp932)"
        )
    for file in files:
        for one in _unpacked(file, done, opened, budget, encoding):
            try:
                for _ in one.found.keys[1:]:  # the work of a group is written once for each of its members
                    budget.take(one.entry.size)
                done.files.append(one)
            except EntryError as error:
                done.refused.append(_refusal(one.entry, str(error)))
    return done


def _not_understood(
    chosen: ArchiveFormat, entries: Sequence[ArchiveEntry], files: Sequence[SubmittedFile]
) -> Iterator[Refusal]:
    understood = {id(file.entry.read) for file in files}  # names may be doubled; readers are not
    for entry in entries:
        if id(entry.read) not in understood and not chosen.skips(entry.name):
            yield _refusal(entry, f"its name is none that {chosen.title} gives, so its student is unknown")


def _unpacked(
    file: SubmittedFile, done: ReadArchive, opened: OpenArchives, budget: Budget, encoding: str
) -> Iterator[SubmittedFile]:
    """Yield the files of a submitted zip, in a folder of its name; any other file as it is."""
    path = file.found.path
    if not path.lower().endswith(".zip"):
        yield file
        return
    try:
        inner = opened.open_within(file.entry, budget, encoding)
    except EntryError:  # damaged: it is refused, with the reason, when it is written
        yield file
        return
    except ArchiveError as error:
        done.notes.append(f"{error}; kept as it is")
        yield file
        return
    done.refused.extend(inner.refused)
    for entry in inner.entries:
        if entry.name.lower().endswith(".zip"):
            done.refused.append(_refusal(entry, "a zip within a submitted zip; only the outer one is opened"))
        else:
            found = msgspec.structs.replace(file.found, path=f"{path[:-4] or 'zip'}/{entry.name}")
            yield SubmittedFile(entry, found)


def _refusal(entry: ArchiveEntry, reason: str) -> Refusal:
    return Refusal(archive=entry.archive, entry=entry.name, reason=reason)


# -- formats --------------------------------------------------------------------------------------------------


def known_formats() -> dict[str, ArchiveFormat]:
    """Return all formats by name. An added one cannot take the name of a built-in one."""
    found: dict[str, ArchiveFormat] = {one.name: one for one in _BUILT_IN}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, _loaded(point))
    return found


def _loaded(point: EntryPoint) -> ArchiveFormat:
    try:
        made = point.load()
        found: ArchiveFormat = made() if isinstance(made, type) else made
        found.fits([])
    except Exception as error:  # a plug-in may fail in any way, and the TA must read which one
        raise UsageError(f'the archive format "{point.name}" of another package does not load: {error}') from error
    return found


def choose(source: ArchiveSource, wanted: str = "") -> tuple[ArchiveFormat, list[ArchiveEntry]]:
    """Return the format of an archive, and its entries under the names that the format knows."""
    formats, inner = known_formats(), unwrapped(source.entries)
    if wanted and wanted not in formats:
        raise UsageError(f'no archive format "{wanted}"{closest(wanted, formats)}; known: {", ".join(formats)}')
    fitting = [formats[wanted]] if wanted else []
    if not wanted:
        fitting = [one for one in formats.values() if one is not PLAIN]
        fitting = [one for one in fitting if _fits(one, source.entries) or _fits(one, inner)]
    if len(fitting) > 1:
        titles, names = " and ".join(one.title for one in fitting), "|".join(one.name for one in fitting)
        raise ArchiveError(f"{source.file}: looks like {titles}; say which with --format {names}")
    chosen = fitting[0] if fitting else PLAIN
    return chosen, inner if not _fits(chosen, source.entries) and _fits(chosen, inner) else source.entries


def _fits(one: ArchiveFormat, entries: Sequence[ArchiveEntry]) -> bool:
    return bool(entries) and one.fits([entry.name for entry in entries])


def unwrapped(entries: Sequence[ArchiveEntry]) -> list[ArchiveEntry]:
    """Remove the one folder around everything, which packing an unpacked archive again adds."""
    tops = {entry.name.partition("/")[0] for entry in entries}
    if len(tops) != 1 or any("/" not in entry.name for entry in entries):
        return []
    return [entry._replace(name=entry.name.partition("/")[2]) for entry in entries]
