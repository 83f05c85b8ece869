"""An account as lines for a terminal: what is there, then what a person should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from mlgrade.lms.archives.account import Account, Folder
from mlgrade.lms.archives.matching import How
from mlgrade.text import one_line

MOST = 20


def lines(account: Account, *, most: int = MOST) -> Iterator[str]:
    """Each section has at most so many lines; the rest are counted, and are in --json."""
    for archive in account.archives:
        over = f", {archive.passed_over} passed over (made by a system or the LMS)" if archive.passed_over else ""
        yield one_line(f"{archive.file}: {archive.title}, {_many(archive.files, 'file')}{over}")
    yield ""
    yield from (one_line(_folder(folder)) for folder in account.folders)
    yield from ("", one_line(f"{account.into}: {_summary(account)}"))
    for heading, found in _sections(account):
        yield from _section(heading, list(found), most)


def _sections(account: Account) -> Iterator[tuple[str, Iterable[str]]]:
    by = {how: [folder for folder in account.folders if folder.matched is how] for how in How}
    yield (
        "Refused; everything else was collected",
        (f"{one.entry}: {one.reason} ({one.archive})" for one in account.refused),
    )
    yield (
        "Ambiguous; whose it is must be decided by a person",
        (f"{one.folder}: {_among(one)}" for one in by[How.AMBIGUOUS]),
    )
    yield (
        "Left alone, because somebody changed it; the collected file is in .others",
        (f"{one.folder}/{file}" for one in account.folders for file in one.left_alone),
    )
    yield "Matched by name only; have a look", (f"{one.called}" for one in by[How.NAME])
    yield "Unknown to the roster, each in a folder of its own", (one.folder for one in by[How.UNKNOWN])
    yield "Missing: in the roster, and in none of these archives", account.missing
    yield "Not named after an exercise", (f"{one.folder}/{one.file}: {one.says}" for one in account.misnamed)
    yield "Written under another name", (f"{one.folder}/{one.file}: {one.says}" for one in account.renamed)
    yield (
        "Kept from an earlier run, and in none of these archives",
        (f"{one.folder}: {', '.join(one.kept)}" for one in account.folders if one.kept),
    )
    yield "Notes", account.notes


def _section(heading: str, found: list[str], most: int) -> Iterator[str]:
    if found:
        yield from ("", f"{heading} ({len(found)}):")
        yield from (f"  {one_line(one)}" for one in found[:most])
        if len(found) > most:
            yield f"  ... and {len(found) - most} more (--json has all)"


def _folder(one: Folder) -> str:
    when = [one.submitted_at.replace("T", " ")] if one.submitted_at else []
    late = {True: ["late"], False: [], None: []}[one.late]
    others = [f"{_many(one.others, 'other file')} aside"] if one.others else []
    facts = [_many(len(one.files), "file"), f"attempt {one.attempt}", *when, *late, *others, str(one.state)]
    return f"  {one.folder}: {', '.join(facts)}"


def _among(one: Folder) -> str:
    return f"{one.called} may be {' or '.join(one.among)}"


def _summary(account: Account) -> str:
    states = Counter(str(one.state) for one in account.folders)
    late = sum(one.late is True for one in account.folders)
    parts: list[Any] = [_many(len(account.folders), "folder")]
    parts += [f"{states[name]} {name}" for name in ("new", "changed", "as before") if states[name]]
    return ", ".join([*parts, *([f"{late} late"] if late else [])])


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
