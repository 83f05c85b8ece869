"""Gather the hidden lines of a course: what a student edition must not contain.

A line of a hidden suite, a solution, the misconceptions or an alternative counts if it is long enough to be told apart
and is not public already: in the code of a visible suite, in a stub beside the functions that are asked for, in a
title, a hint or an example. A line that three concepts share is an idiom and does not count.
"""

from __future__ import annotations

import ast
import doctest
import hashlib
import io
import re
import tokenize
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mlgrade.course import Course

STEP, WINDOW = 8, 12
SHORTEST = STEP + WINDOW - 1  # characters of a line that can be found: one window of it begins at each step of a text
ENOUGH = 40  # characters of one hidden file in one file of the edition that are no accident
IDIOM = 3  # concepts
_LOOSE = re.compile(r"[^!-~]|[\\'\"]")


class HiddenLine(NamedTuple):
    """Where a hidden line is from."""

    what: str
    file: str
    line: int
    concept: str
    weight: int

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.file}:{self.line}"


class Squeezed(NamedTuple):
    """A text without blanks, quotes, backslashes and all that is not ASCII, and where its lines begin."""

    text: str
    starts: list[int]

    def line(self, at: int) -> int:
        """Return the number of the line that a position is in."""
        return bisect_right(self.starts, at)


class HiddenFiles:
    """The hidden lines of a course, the hashes of its hidden files, and its seed."""

    def __init__(self, course: Course) -> None:
        self.seed = str(course.seed)
        self.hashes: dict[str, str] = {}
        public, prose = _public(course)
        concepts: defaultdict[str, set[str]] = defaultdict(set)
        lines: dict[str, HiddenLine] = {}
        for what, concept, path in _files(course):
            place = path.relative_to(course.root).as_posix()
            self.hashes[hashlib.sha256(path.read_bytes()).hexdigest()] = f"{what} ({place})"
            for text, line in _lines(what, place, concept, path.read_text(encoding="utf-8-sig", errors="replace")):
                if text not in public and (what == "a hidden suite" or text not in prose):
                    lines.setdefault(text, line)
                    concepts[text].add(concept)
        self._lines = {text: line for text, line in lines.items() if len(concepts[text]) < IDIOM}
        self._windows: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for text in self._lines:
            for offset in range(STEP):
                self._windows[text[offset : offset + WINDOW]].append((text, offset))

    def find(self, squeezed: Squeezed) -> Iterator[tuple[int, HiddenLine]]:
        """Yield each hidden line in a text, with the number of the line it begins on."""
        within = squeezed.text
        for at in range(0, len(within), STEP):
            for text, offset in self._windows.get(within[at : at + WINDOW], ()):
                if at >= offset and within.startswith(text, at - offset):
                    yield squeezed.line(at - offset), self._lines[text]


def squeeze(text: str) -> Squeezed:
    """Reduce a text to what no layout, quoting or comment sign changes."""
    parts, starts, at = list[str](), list[int](), 0
    for line in text.split("\n"):
        parts.append(_LOOSE.sub("", line))
        starts.append(at)
        at += len(parts[-1])
    return Squeezed("".join(parts), starts)


def _files(course: Course) -> Iterator[tuple[str, str, Path]]:
    tests = course.root / "tests"
    for concept in (one.id for one in course.concepts):
        found = [
            ("a hidden suite", tests / "hidden" / f"test_{concept}.py"),
            ("a solution", course.solution(concept)),
            ("the misconceptions", course.misconceptions(concept)),
            *(("a right answer", path) for path in sorted((tests / "alternatives" / concept).glob("*.py"))),
        ]
        yield from ((what, concept, path) for what, path in found if path.is_file())


def _lines(what: str, place: str, concept: str, source: str) -> Iterator[tuple[str, HiddenLine]]:
    titles = {number for node in _functions(_parsed(source)) for number in _title_lines(node)}
    for number, line in enumerate(source.split("\n"), 1):
        text = squeeze(line).text
        if len(text) >= SHORTEST and number not in titles:
            yield text, HiddenLine(what, place, number, concept, min(len(text), ENOUGH))


def _title_lines(node: ast.FunctionDef) -> range:
    """Return the lines of a docstring: that of a check is its title, which students read."""
    first = node.body[0]
    return range(first.lineno, (first.end_lineno or 0) + 1) if ast.get_docstring(node) else range(0)


# -- what is public already -----------------------------------------------------------------------------------


def _public(course: Course) -> tuple[str, set[str]]:
    """Return the public text, and the prose of the stubs, which a solution may repeat."""
    parts: list[str] = []
    prose: set[str] = set()
    for concept in course.concepts:
        suites = course.suites(concept.id)
        visible = (path for path in suites if path.parent.name == "public")
        parts += [_without_texts(path.read_text(encoding="utf-8-sig")) for path in visible]
        stub = _source(course.exercise(concept.id))
        prose.update(squeeze(line).text for line in stub.splitlines() if not _is_code(line))
        parts += _of_stub(_parsed(stub), set(concept.functions))
        for path in (*suites, course.misconceptions(concept.id)):
            for node in _functions(_parsed(_source(path))):
                parts += [(ast.get_docstring(node) or "").partition("\n")[0], *_texts_of_marks(node)]
    return "\n".join(squeeze(part).text for part in parts), prose


def _of_stub(tree: ast.Module, asked: set[str]) -> Iterator[str]:
    """What stands beside the functions that are asked for; their heads and their examples."""
    yield (ast.get_docstring(tree) or "").partition("\n")[0]
    for node in tree.body:
        if not (isinstance(node, ast.FunctionDef) and node.name in asked):
            yield _without_texts(ast.unparse(node))
            continue
        yield f"def {node.name}({ast.unparse(node.args)}):"
        for example in doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""):
            yield from (example.source, example.want)


def _texts_of_marks(node: ast.FunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call):
            arguments = [*mark.args, *(word.value for word in mark.keywords)]
            yield from (str(one.value) for one in arguments if isinstance(one, ast.Constant))


def _is_code(line: str) -> bool:
    text = line.strip().lstrip("# ")
    return any(_parsed(one).body for one in (text, f"{text} pass"))


def _without_texts(source: str) -> str:
    """Return a source without comments and docstrings: something hidden may have got into them."""
    kept: list[str] = []
    start = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
            kept.append("\n" if token.type in (tokenize.NEWLINE, tokenize.NL) else "")
            start = start or token.type == tokenize.NEWLINE
        elif token.type != tokenize.COMMENT and not (start and token.type == tokenize.STRING):
            kept.append(token.string + " ")
            start = False
    return "".join(kept)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _source(path: Path) -> str:
    known = path.suffix == ".py" and path.is_file()
    return path.read_text(encoding="utf-8-sig", errors="replace") if known else ""


def _parsed(source: str) -> ast.Module:
    """Return the tree of a source; an empty one for what does not parse."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
