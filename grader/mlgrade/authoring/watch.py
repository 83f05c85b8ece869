"""Waits for changes of a course on disk, and says which of its concepts they touch.

Files are looked at again and again, because that works on every system, on shares and in containers, and needs nothing
installed. A change is told when two looks in a row agree: editors write in several steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from mlgrade import course as courses
from mlgrade.course import FILE, Course
from mlgrade.errors import CourseError, UsageError

FOLDERS = (
    *("exercises", "solutions", "lessons", "cards"),
    *("tests/public", "tests/hidden", "tests/misconceptions", "tests/alternatives"),
)
ENDINGS = {".py", ".yml", ".yaml", ".tex"}
Look = dict[str, tuple[int, int, int]]  # place -> what a write changes: time, size, number of the file


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do: `changed` are the places that differ, `concepts` those to prove again.

    `course` is None, and `problems` says why, while course.yml cannot be read.
    """

    changed: list[str]
    concepts: list[str]
    course: Course | None = None
    problems: list[str] = []


def rounds(root: Path, only: Sequence[str], pause: Callable[[], None]) -> Iterator[Round]:
    """One round for all at once, then one for each change that touches a concept; without end."""
    before: Course | None = None
    seen = look(root)
    changed: list[str] = []
    missed: list[str] = []  # what changed while course.yml could not be read
    while True:
        made = _round(root, only, before, changed, missed)
        if made.concepts or made.problems or not before:
            yield made
        missed = [] if made.course else [*missed, *changed]
        before = made.course or before
        changed = []
        while not changed:
            pause()
            seen, changed = _settled(root, seen, pause)


def look(root: Path) -> Look:
    """Return the state of every watched file of a course."""
    found: Look = {}
    for path in (root / FILE, *(path for folder in FOLDERS for path in (root / folder).rglob("*"))):
        try:
            status = path.stat()
        except OSError:  # gone between two looks
            continue
        if path.suffix in ENDINGS and not path.name.startswith("."):
            found[path.relative_to(root).as_posix()] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def touched(changed: Iterable[str], before: Course | None, now: Course) -> list[str]:
    """The concepts that a change of these files touches, in the order of the course."""
    if before is None or _apart(before) != _apart(now):
        return [concept.id for concept in now.concepts]
    known = {concept.id: concept for concept in before.concepts}
    names = {name for place in changed for name in _named(place, now)}
    return [one.id for one in now.concepts if one.id in names or one != known.get(one.id)]


def _settled(root: Path, seen: Look, pause: Callable[[], None]) -> tuple[Look, list[str]]:
    now = look(root)
    while now != seen:
        pause()
        if (again := look(root)) == now:
            return now, sorted(place for place in now.keys() | seen.keys() if now.get(place) != seen.get(place))
        now = again
    return now, []


def _round(root: Path, only: Sequence[str], before: Course | None, changed: list[str], missed: list[str]) -> Round:
    try:
        now = courses.load(root)
    except CourseError as error:
        return Round(changed=changed, concepts=[], problems=error.problems)
    except UsageError as error:
        return Round(changed=changed, concepts=[], problems=[f"{FILE}: {error}"])
    wanted = touched([*missed, *changed], before, now)
    return Round(changed=changed, concepts=[name for name in wanted if not only or name in only], course=now)


def _apart(course: Course) -> Course:
    """The course without its concepts: what holds for all of them, and what a proof does not depend on."""
    return msgspec.structs.replace(course, units=[], title="", version="", edition="")


def _named(place: str, course: Course) -> Iterator[str]:
    """The concepts that a file belongs to; what helps several suites belongs to all."""
    path = PurePosixPath(place)
    if path.parts[:2] == ("tests", "alternatives"):
        yield from path.parts[2:3]
    elif path.parts[0] not in ("cards", FILE):
        name = path.stem.removeprefix("test_") if path.parts[0] == "tests" else path.stem
        known = [concept.id for concept in course.concepts]
        yield from [name] if name in known or path.parts[0] != "tests" else known
