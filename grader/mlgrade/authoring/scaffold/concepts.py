"""A new concept: its entry in course.yml, and its files with a mark wherever something is to be written."""

from __future__ import annotations

import contextlib
import keyword
import re
from collections.abc import Mapping
from pathlib import Path

from mlgrade.authoring.scaffold import entry
from mlgrade.authoring.scaffold.texts import papers, part
from mlgrade.course import FILE, Concept, Course, Unit
from mlgrade.errors import SubmissionError, UsageError, closest
from mlgrade.files import atomic_write, safe_read

MOST_BYTES = 1024 * 1024
_PIECES = {
    "stubs": "stub.txt",
    "solved": "solved.txt",
    "public": "public.txt",
    "hidden": "hidden.txt",
    "wrong": "wrong.txt",
}


def add(course: Course, unit: Unit, concept: Concept) -> list[Path]:
    """Add a concept to a course on disk; return the new files. No file that is there is changed but course.yml.

    Of a concept that is in course.yml already, only the files are written, as its entry says.
    """
    _admit(course, concept)
    if concept in course.concepts:
        made = _files(course, concept)
        _write(made)
        return list(made)
    place = (course.root / FILE).resolve()
    text = entry.added(_read(place), course, unit, concept)
    made = _files(course, concept)
    _write(made)
    try:
        atomic_write(place, text.encode())
    except OSError as error:
        for path in made:
            path.unlink()
        raise UsageError(f"{place}: cannot be written: {error.strerror}; nothing was added") from None
    return list(made)


def unit_of(course: Course, name: str, title: str = "") -> Unit:
    """Look up a unit; with a title it may be a new one."""
    known = {unit.id: unit for unit in course.units}
    if name in known:
        return known[name]
    if not title:
        near = closest(name, known) or f"; this course has {', '.join(known)}"
        raise UsageError(f'no unit "{name}"{near} (--unit-title begins a new one)')
    return Unit(id=name, title=title, concepts=[])


def _admit(course: Course, concept: Concept) -> None:
    """What reading course.yml would not refuse, or would say less well."""
    if course.edition:
        raise UsageError(f"{course.root}: is a student edition; a concept is added to the staff's course (--course)")
    if len(set(concept.functions)) < len(concept.functions):
        raise UsageError(f"the same function is named twice: {', '.join(concept.functions)}")
    for name in concept.functions:
        if keyword.iskeyword(name) or not name.isidentifier():
            raise UsageError(f'"{name}" cannot be the name of a function; give another one with --function')
    for name in concept.requires:
        course.concept(name)


def _files(course: Course, concept: Concept) -> dict[Path, str]:
    words = {"id": concept.id, "title": _plain(concept.title), "functions": " and ".join(concept.functions)}
    for word, text in _PIECES.items():
        words[word] = "".join(part(text, {"function": name}) for name in concept.functions)
    made = {course.root / place: text for place, text in papers("concept.txt", words).items()}
    if there := [path for path in made if path.exists() or path.is_symlink()]:
        raise UsageError(f"{there[0]}: is there already; nothing was written")
    return made


def _plain(title: str) -> str:
    """A title as it may stand in a docstring."""
    return re.sub(r'[\\"]', "'", title).rstrip(".")


def _read(path: Path) -> str:
    try:
        return safe_read(path, MOST_BYTES).decode("utf-8")
    except (OSError, SubmissionError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None


def _write(made: Mapping[Path, str]) -> None:
    """All of them or none, and over no file that came in the meantime."""
    written: list[Path] = []
    try:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except OSError as error:
        for path in written:
            with contextlib.suppress(OSError):
                path.unlink()
        raise UsageError(f"{error.filename}: cannot be written: {error.strerror}; nothing was added") from None
