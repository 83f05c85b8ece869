"""course.yml: where it is, what it says, and all that is wrong with it at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mlgrade.course.convert import MISSING, Converter, Tree
from mlgrade.course.location import FILE, VARIABLE, configured, find, handed_in, nearest, quoted, refuse_inside
from mlgrade.course.model import FORMAT, Concept, Course, Unit
from mlgrade.errors import CourseError, UsageError, closest

__all__ = [
    "FILE",
    "VARIABLE",
    "Concept",
    "Course",
    "Unit",
    "configured",
    "find",
    "handed_in",
    "load",
    "nearest",
    "parse",
    "quoted",
    "refuse_inside",
]


def load(path: Path) -> Course:
    """Read a course.yml (or the folder that holds one). Raises CourseError with every problem found."""
    path = path / FILE if path.is_dir() else path
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CourseError([f"{path.name}: not UTF-8 (byte {error.start}); save it as UTF-8"]) from None
    return msgspec.structs.replace(parse(text, path.name), root=path.resolve().parent)


def parse(text: str, file: str = FILE) -> Course:
    """Parse and check the text of a course.yml. Raise CourseError with every fault."""
    tree = Tree(text, file)
    converter = Converter(tree, skip=frozenset({"root"}))
    course = converter.value(tree.data, Course, "")
    problems = tree.problems + converter.problems
    if course is not MISSING:
        problems += [tree.at(place, problem) for place, problem in _contradictions(course)]
    if problems:
        raise CourseError(sorted(problems, key=_line))  # in the order of the file; equal lines keep theirs
    result: Course = course
    return result


def _line(problem: str) -> int:
    found = re.match(r"[^:]*:(\d+):", problem)
    return int(found[1]) if found else 0


def _contradictions(course: Course) -> Iterator[tuple[str, str]]:
    """What no single value shows: a name used twice, a requirement that is nowhere, a circle."""
    if course.format != FORMAT:
        yield "format", f"this mlgrade reads format {FORMAT} (got {course.format})"
    placed = [
        (f"units[{u}].concepts[{c}]", concept)
        for u, unit in enumerate(course.units)
        for c, concept in enumerate(unit.concepts)
    ]
    yield from _doubled((f"units[{u}].id", unit.id) for u, unit in enumerate(course.units))
    yield from _doubled((f"{place}.id", concept.id) for place, concept in placed)
    yield from _unmet(placed)
    for name, amount in msgspec.structs.asdict(course.limits).items():
        if not amount and name != "output":
            yield f"limits.{name}", "must be more than nothing"
    if course.late.cap is not None and course.late.cap < course.late.grace:
        yield "late.cap", "ends before the grace time does"


def _doubled(named: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for place, name in named:
        seen[name] += 1
        if seen[name] == 2:
            yield place, f'"{name}" is used twice'


def _unmet(placed: list[tuple[str, Concept]]) -> Iterator[tuple[str, str]]:
    """A requirement must come earlier in the course: that rules out circles too."""
    known = {concept.id for _, concept in placed}
    before: set[str] = set()
    for place, concept in placed:
        for number, name in enumerate(concept.requires):
            if name not in known:
                yield f"{place}.requires[{number}]", f'no concept "{name}"{closest(name, known)}'
            elif name not in before:
                yield f"{place}.requires[{number}]", f'"{name}" does not come before "{concept.id}"'
        before.add(concept.id)
