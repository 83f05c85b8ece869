"""Update a student's folder to a newer edition, or reset an exercise.

Everything is read, judged and decided before the first byte is written, and what says which edition is here is written
last: an update that was interrupted is finished by running it again.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import msgspec

from mlgrade import course as courses
from mlgrade.authoring.release.edition import Contents
from mlgrade.authoring.release.package import GIVEN, README, WORKFLOW, Given, stub
from mlgrade.course import FILE, Course
from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import atomic_write, read_beneath
from mlgrade.lms.archives.entries import MIB, Bounds, Budget, EntryError
from mlgrade.lms.archives.zips import OpenArchives
from mlgrade.submissions.model import MOST_BYTES
from mlgrade.text import one_line

BOUNDS = Bounds(total=256 * MIB, entry=64 * MIB, entries=5_000)
_OURS = ("tests/public/", "lessons/", "cards/", ".mlgrade/")
_LAST = (FILE, GIVEN)


class UpdateKind(StrEnum):
    """What an update does with a file."""

    NEW = "new"
    REPLACED = "replaced"
    KEPT = "kept"  # the student's own, and the edition has nothing new for it
    BESIDE = "beside"  # the student's own, with the edition's beside it


class FileUpdate(msgspec.Struct, frozen=True):
    """What becomes of one file. `target` is where the edition's bytes go; of what is kept, nowhere."""

    what: UpdateKind
    place: str
    target: str = ""
    data: bytes = b""


class Update(msgspec.Struct, frozen=True):
    """All that an update would change, from one edition to another."""

    before: str
    after: str
    moves: list[FileUpdate]


def plan(course: Course, edition: Path, *, force: bool = False) -> Update:
    """Read an edition and decide about each of its files. Writes nothing."""
    files = read(edition)
    new = _course(edition, files)
    _judge(course, new, force=force)
    given, moves = _given(course.root), list[FileUpdate]()
    for place in sorted(files, key=lambda place: (place in _LAST and _LAST.index(place) + 1, place)):
        moves += _decide(course.root, place, files[place], given.get(place, ""))
    return Update(course.edition, new.edition, moves)


def carry_out(root: Path, update: Update) -> None:
    """Make the changes of an update."""
    for move in update.moves:
        if move.target:
            write(root / move.target, move.data)


# -- reading --------------------------------------------------------------------------------------------------


def read(edition: Path) -> Contents:
    """The files of a folder or zip. One file that no edition has, or that is not safe to read, and none is taken."""
    with OpenArchives() as opened:
        source = opened.open(edition, Budget(BOUNDS))
        problems = [f"{one.entry}: {one.reason}" for one in source.refused]
        problems += _alike([entry.name for entry in source.entries])
        files: Contents = {}
        for entry in source.entries:
            try:
                files[entry.name] = b"".join(entry.read())
            except EntryError as error:
                problems.append(f"{entry.name}: {error}")
    files = _unwrapped(files)
    problems += [f"{place}: no file of an edition" for place in files if not _expected(place)]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UsageError(f"{source.file}: {one_line(problems[0])}{more}; nothing was changed")
    return files


def _alike(places: Sequence[str]) -> Iterator[str]:
    """Names that are one file on some systems: which of the two is meant is not for us to choose."""
    known: set[str] = set()
    for place in places:
        name = unicodedata.normalize("NFC", place).casefold()
        if name in known:
            yield f"{place}: is in it twice"
        known.add(name)


def _unwrapped(files: Contents) -> Contents:
    """Without the one folder around everything, if there is one."""
    tops = {place.partition("/")[0] for place in files}
    if FILE in files or len(tops) != 1:
        return files
    return {place.partition("/")[2]: data for place, data in files.items() if "/" in place}


def _expected(place: str) -> bool:
    """Handouts may have any name but a hidden one: such files make editors and git do things."""
    return place == WORKFLOW or place.startswith(".mlgrade/") or not any(p.startswith(".") for p in place.split("/"))


def _course(edition: Path, files: Contents) -> Course:
    if FILE not in files:
        raise UsageError(f"{edition}: no {FILE} in it, so it is no edition of a course")
    course = courses.parse(files[FILE].decode("utf-8", "replace"), f"{one_line(str(edition))}: {FILE}")
    if not course.edition:
        raise UsageError(f"{edition}: is a course, but no student edition of one")
    return course


def _judge(old: Course, new: Course, *, force: bool) -> None:
    if not old.edition:
        raise UsageError(f"{old.root}: is the staff's course; mlgrade update is for a student's folder")
    gone = [concept.id for concept in old.concepts if concept.id not in {one.id for one in new.concepts}]
    problem = ""
    if old.title != new.title:
        problem = f'is of another course ("{one_line(new.title)}")'
    elif _version(new) < _version(old):
        problem = f"is older: {new.edition}, and you have {old.edition}"
    elif gone:
        problem = f"has no {', '.join(gone)}, which you have"
    if problem and not force:
        raise UsageError(f"this edition {problem}; nothing was changed. To take it all the same: --force")


def _version(course: Course) -> list[int]:
    numbers = [int(part) for part in course.version.split(".")]
    return numbers + [0] * (4 - len(numbers))


def _given(root: Path) -> Mapping[str, str]:
    """What the files were when they were given out. Without this, every file that differs counts as the student's."""
    try:
        return msgspec.json.decode(read_beneath(root, GIVEN, 4 * MIB), type=Given).files
    except (SubmissionError, msgspec.MsgspecError):
        return {}


# -- deciding -------------------------------------------------------------------------------------------------


def _decide(root: Path, place: str, data: bytes, given: str) -> Iterator[FileUpdate]:
    here = _here(root, place)
    if here is None:
        yield FileUpdate(UpdateKind.NEW, place, place, data)
    elif same(here, data):
        return
    elif place in (FILE, README, WORKFLOW) or place.startswith(_OURS) or given in (_sha(here), _sha(_plain(here))):
        yield FileUpdate(UpdateKind.REPLACED, place, place, data)
    elif _sha(data) == given:
        yield FileUpdate(UpdateKind.KEPT, place)
    else:
        yield from _beside(root, place, data)


def _beside(root: Path, place: str, data: bytes) -> Iterator[FileUpdate]:
    """softmax.new.py, or the next free name; once only, also when the same edition comes twice."""
    path = PurePosixPath(place)
    for number in range(1, 1000):
        target = str(path.with_name(f"{path.stem}.new{f'-{number}' if number > 1 else ''}{path.suffix}"))
        here = _here(root, target)
        if here is None:
            yield FileUpdate(UpdateKind.BESIDE, place, target, data)
            return
        if same(here, data):
            yield FileUpdate(UpdateKind.KEPT, place)
            return
    raise UsageError(f"{place}: too many new versions lie beside it; delete some")


def _here(root: Path, place: str) -> bytes | None:
    """What is there, through no link; None for nothing."""
    if not os.path.lexists(root / place) and not any(map(_in_the_way, _folders(root, place))):
        return None
    try:
        return read_beneath(root, place, BOUNDS.entry)
    except SubmissionError as error:
        raise UsageError(f"{error}; it is in the way of the update; nothing was changed") from None


def _folders(root: Path, place: str) -> Iterator[Path]:
    yield from (root / parent for parent in PurePosixPath(place).parents)


def _in_the_way(folder: Path) -> bool:
    return folder.is_symlink() or (folder.exists() and not folder.is_dir())


def same(one: bytes, other: bytes) -> bool:
    """Whether two files are equal but for the line ends, which editors and git change by themselves."""
    return _plain(one) == _plain(other)


def _plain(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(path: Path, data: bytes) -> None:
    """Write one file of an update. Raise UsageError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, data)
    except OSError as error:
        fault = f"{one_line(str(path))}: cannot be written: {error.strerror}"
        raise UsageError(f"{fault}; run the same again when that is fixed") from None


# -- reset ---------------------------------------------------------------------------------------------------------

# An exercise as it was given out, and the student's own kept beside it.


class Reset(NamedTuple):
    """What a reset did."""

    exercise: Path
    backup: Path | None  # None where there was nothing to keep
    changed: bool


def reset(course: Course, name: str) -> Reset:
    """Put the stub back. The student's file is copied first, under a name that no other backup has."""
    exercise = course.exercise(course.concept(name).id)
    place = stub(exercise.name)
    if not (course.root / place).is_file():
        raise UsageError(f"{course.root}: the empty {exercise.name} is not kept here; mlgrade update EDITION brings it")
    empty = read_beneath(course.root, place, MOST_BYTES)
    if not exercise.is_symlink() and not exercise.exists():
        write(exercise, empty)
        return Reset(exercise, None, changed=True)
    own = read_beneath(course.root, exercise.relative_to(course.root).as_posix(), MOST_BYTES)
    if same(own, empty):
        return Reset(exercise, None, changed=False)
    backup = _keep(exercise, own)
    write(exercise, empty)
    return Reset(exercise, backup, changed=True)


def _keep(exercise: Path, own: bytes) -> Path:
    for number in range(1, 10_000):
        backup = exercise.with_name(f"{exercise.stem}.bak-{number}{exercise.suffix}")
        try:
            with backup.open("xb") as file:  # never over another one
                file.write(own)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(f"{backup}: cannot be written: {error.strerror}; nothing was changed") from None
        return backup
    raise UsageError(f"{exercise}: ten thousand backups lie beside it; delete some")
