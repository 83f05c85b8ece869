"""From what an LMS lets one download to one folder for each student.

read      every archive is opened, recognised and understood; what cannot be read ends here, with nothing changed
choose    whose each file is, which attempt counts, which name it gets
write     folder by folder, each file whole
account   what was done, and what a person should look at
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import tzinfo
from pathlib import Path

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives import manifest, reading
from mlgrade.lms.archives.account import Account, Told, account
from mlgrade.lms.archives.bounds import Bounds, Budget
from mlgrade.lms.archives.choosing import Plan, plan
from mlgrade.lms.archives.entries import said
from mlgrade.lms.archives.matching import Roster
from mlgrade.lms.archives.safe import Shelf
from mlgrade.lms.archives.writing import SCRATCH, write

BOUNDS = Bounds()


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
) -> Account:
    """Collect archives into a folder for each student.

    `people` is the roster; without one, folders are named by what the LMS calls people. `stems` are the names of the
    course's exercises. `zone` is that of an LMS which tells times without one; this computer's, if None.
    """
    _apart(archives, into)
    _known(encoding)
    budget, shelf, roster = Budget(bounds), Shelf(), Roster(people)
    try:
        read = [reading.read(path, budget, shelf, format, encoding) for path in archives]
        book = manifest.load(into)
        plans = plan(read, roster, stems, book, zone)
        written = write(plans, into, book)
    finally:
        shelf.close()
    return account(Told(said(str(into)), read, written, roster, stems, book), _notes(plans, into, zone))


def _apart(archives: Sequence[Path], into: Path) -> None:
    """A run that reads what it writes would never give the same tree twice."""
    target = into.resolve()
    for path in archives:
        folder = os.path.isdir(path)  # noqa: PTH112  (Path.is_dir raises for what the opening has a sentence for)
        if folder and (target.is_relative_to(path.resolve()) or path.resolve().is_relative_to(target)):
            raise UsageError(f"{path}: this folder and {into} lie in one another; give another --into")


def _known(encoding: str) -> None:
    try:
        "a".encode(encoding or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        raise UsageError(f'no encoding "{encoding}"; well known are cp437, cp850, cp852, cp1252, cp932, gbk') from None


def _notes(plans: Sequence[Plan], into: Path, zone: tzinfo | None) -> list[str]:
    notes = []
    metas = [piece.meta for one in plans for piece in [*one.pieces, *one.aside]]
    if zone is None and any(meta.source in ("blackboard", "brightspace") for meta in metas):
        notes.append(
            "the times of this LMS carry no zone, and were read in that of this computer; --timezone names another"
        )
    mixed = [one.folder for one in plans if len({piece.meta.late for piece in one.pieces}) > 1]
    if mixed:
        notes.append(
            f"{len(mixed)} folders hold files in time and late ones of several archives, so their lateness is left "
            "open; one --into for each assignment keeps it"
        )
    notes += [
        f"{path} was left by a run that was killed; it can be deleted" for path in sorted(into.glob(f"{SCRATCH}*"))
    ]
    return notes
