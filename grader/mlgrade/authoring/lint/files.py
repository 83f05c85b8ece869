"""Check the files of a concept: are they there, do they parse, do their signatures agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from mlgrade.authoring.lint.model import Problem
from mlgrade.course import FILE, Concept, Course
from mlgrade.sandbox.forbid import impossible
from mlgrade.text import one_line

TODO = "TODO(author)"  # not a bare TODO: that is what a stub may say to a student


def needed(course: Course, concept: Concept) -> list[Path]:
    """Return the files that a concept must have."""
    suites = [course.root / "tests" / folder / f"test_{concept.id}.py" for folder in ("public", "hidden")]
    return [course.exercise(concept.id), course.solution(concept.id), course.misconceptions(concept.id), *suites]


def alternatives(course: Course, concept: Concept) -> list[Path]:
    """Right answers in other styles, where the course has them."""
    return sorted((course.root / "tests" / "alternatives" / concept.id).glob("*.py"))


def missing(course: Course, concept: Concept) -> Iterator[Problem]:
    """Report files that are missing."""
    beside = [path for path in (course.lesson(concept.id), *alternatives(course, concept)) if path.exists()]
    for path in [*needed(course, concept), *beside]:
        try:
            path.open("rb").close()
        except (FileNotFoundError, IsADirectoryError):
            yield Problem(str(path), 1, f"the concept {concept.id} has no such file")
        except OSError as error:
            yield Problem(str(path), 1, f"cannot be read: {error.strerror}")


def todos(course: Course, concept: Concept) -> Iterator[Problem]:
    """What `mlgrade new concept` has left to be written."""
    paths = [*needed(course, concept), course.lesson(concept.id), *alternatives(course, concept)]
    for path in filter(Path.is_file, paths):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            _, found, rest = line.partition(TODO)
            if found:
                yield Problem(str(path), number, f"still to write: {_wish(rest)}")


def _wish(rest: str) -> str:
    return one_line(rest.lstrip(": ").partition('"')[0].strip()) or "this line"


def unreadable(course: Course, concept: Concept) -> Iterator[Problem]:
    """Report files that cannot be read or do not parse."""
    for path in [*needed(course, concept), *alternatives(course, concept)]:
        try:
            ast.parse(path.read_bytes().decode("utf-8-sig"))
        except SyntaxError as error:
            yield Problem(str(path), error.lineno or 1, f"cannot be collected: {error.msg}")
        except UnicodeDecodeError as error:
            yield Problem(str(path), 1, f"cannot be collected: not UTF-8 (byte {error.start})")
        except (ValueError, RecursionError) as error:  # a null byte, or brackets without an end
            yield Problem(str(path), 1, f"cannot be collected: {error}")


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    """Return the functions that a file defines, by name."""
    body = ast.parse(path.read_text(encoding="utf-8-sig")).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def absent(course: Course, concept: Concept) -> Iterator[Problem]:
    """Functions that are asked for and not there: nothing else can be said before they are."""
    for path in (course.exercise(concept.id), course.solution(concept.id)):
        for name in concept.functions:
            if name not in functions(path):
                yield Problem(str(path), 1, f"course.yml asks for {name}, which is not here: no def {name}")


def signatures(course: Course, concept: Concept) -> Iterator[Problem]:
    """Report functions whose parameters differ between stub and solution."""
    path = course.exercise(concept.id)
    stubs, solved = functions(path), functions(course.solution(concept.id))
    for name in concept.functions:
        if not ast.get_docstring(stubs[name]):
            yield Problem(str(path), stubs[name].lineno, f"{name} has no docstring: it is the specification")
        elif ast.dump(stubs[name].args) != ast.dump(solved[name].args):
            yield Problem(str(path), stubs[name].lineno, f"{name} has another signature in the solution")


def forbidden(course: Course, concept: Concept) -> Iterator[Problem]:
    """Names of `forbid` that are there and cannot be forbidden: a worker would pass over them in silence."""
    path = course.root / FILE
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    for name in concept.forbid:
        if reason := impossible(name):
            line = next((number for number, text in enumerate(lines, 1) if name in text), 1)
            yield Problem(str(path), line, f"{concept.id}: forbid: {name} {reason}")


# -- places --------------------------------------------------------------------------------------------------------

# From what pytest, a reader of files or Python says to a place and a sentence.

_HEAD = re.compile(r"(?P<file>[^\n:]+\.(?:py|ya?ml))(?:::(?P<test>\w+)[^:\s]*|:(?P<line>\d+))?: (?P<text>.*)")
_FRAME = re.compile(r"(?P<file>[^\n:]+\.py):(?P<line>\d+): in ")
_MARK = re.compile(r"'(\w+)' not found in `markers`")
_RAISED = re.compile(r"E\s+(?P<text>\S.*)")


def of(text: str, root: Path, otherwise: Path) -> list[Problem]:
    """Find the places in the text of an error; what names none is said of the file `otherwise`."""
    found: list[Problem] = []
    for line in text.splitlines():
        if frame := _FRAME.match(line):
            found[-1:] = [_moved(one, frame, root) for one in found[-1:]]
        elif head := _HEAD.match(line):
            found.append(_problem(head, root))
        elif raised := _RAISED.match(line):
            found[-1:] = [Problem(one.file, one.line, f"{_kind(one.text)}: {raised['text']}") for one in found[-1:]]
    return list(dict.fromkeys(found)) or [Problem(str(otherwise), 1, " ".join(text.split()))]


def _problem(head: re.Match[str], root: Path) -> Problem:
    path = root / head["file"]
    wanted = _MARK.search(head["text"])
    words = rf"\s*(async )?def {head['test']}\b" if head["test"] else rf".*\bmark\.{wanted[1]}\b" if wanted else ""
    return Problem(str(path), int(head["line"] or _line(path, words)), head["text"])


def _moved(problem: Problem, frame: re.Match[str], root: Path) -> Problem:
    """A traceback goes down into other files; the author wants the line of the suite."""
    same = str(root / frame["file"]) == problem.file
    return Problem(problem.file, int(frame["line"]), problem.text) if same else problem


def _kind(text: str) -> str:
    return text.partition(": ")[0]


def _line(path: Path, words: str) -> int:
    if not words or not path.is_file():
        return 1
    return next((number for number, line in _lines(path) if re.match(words, line)), 1)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
