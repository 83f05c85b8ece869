"""Code as what it does: without names of its own, comments, docstrings and layout."""

from __future__ import annotations

import ast
import builtins
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlgrade.authoring.release.layers import parsed

KEPT = set(dir(builtins))  # names that nobody renames
MOST_LINES = 400  # of one paragraph that might be code
MOST_TRIES = 4_000
# What stands before a line of code in comments, examples, quotes, differences, sessions of IPython and listings.
_LEADER = re.compile(r"^\s*(#+ ?|//+ ?|\+|>>> ?|\.\.\.:? ?|> |In \[\d*\]: |\d+[:.]? )")
_SKIPPED = {"ctx", "type_comment", "type_params", "returns", "annotation", "decorator_list", "kind"}


class Form(NamedTuple):
    """One statement or function body. `size` counts its parts: a short one is anybody's."""

    text: str
    size: int
    line: int
    function: str = ""  # the name of the function whose whole body it is
    names: frozenset[str] = frozenset()


def forms(tree: ast.Module) -> Iterator[Form]:
    """Every function body, and every statement in it and beside it."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield _form([node.args, *_cases(node), *body(node)], node.lineno, node.name)
        elif isinstance(node, ast.stmt) and not _is_text(node) and not isinstance(node, (ast.Import, ast.ImportFrom)):
            yield _form([node], node.lineno)


def body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    return node.body[1:] if _is_text(node.body[0]) else node.body


def _cases(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.Call]:
    """What a check is repeated for. It is half of the check; points, hints and the like are not."""
    marks = (mark for mark in node.decorator_list if isinstance(mark, ast.Call))
    return [mark for mark in marks if isinstance(mark.func, ast.Attribute) and mark.func.attr == "parametrize"]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _form(nodes: Sequence[ast.AST], line: int, function: str = "") -> Form:
    names: dict[str, str] = {}
    parts: list[str] = []
    for node in nodes:
        _spell(node, names, parts)
    return Form(" ".join(parts), len(parts), line, function, frozenset(names))


def _spell(node: ast.AST, names: dict[str, str], parts: list[str]) -> None:
    parts.append(type(node).__name__)
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED or (field == "name" and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                _spell(part, names, parts)
            elif part is not None:
                own = isinstance(node, (ast.Name, ast.arg)) and part not in KEPT
                parts.append(names.setdefault(part, f"v{len(names)}") if own else repr(part))


def fragments(text: str) -> Iterator[tuple[ast.Module, int]]:
    """The code in a text, with the line that each piece begins on: a source, or what of prose and comments parses."""
    if tree := parsed(text):
        yield tree, 1
        text = "\n".join(line if line.lstrip().startswith("#") else "" for line in text.split("\n"))
    tries = MOST_TRIES
    for start, lines in _paragraphs(text):
        tries -= len(lines)
        if tries < 0:
            return
        yield from _longest(start, lines)


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines with no empty one between them; the marks of comments and examples are taken away."""
    lines = [_LEADER.sub("", line).rstrip() if _LEADER.match(line) else line.rstrip() for line in text.split("\n")]
    start, run = 0, list[str]()
    for number, line in enumerate([*lines, ""], 1):
        if line:
            start = start or number
            run.append(line)
        elif run:
            yield start, run[:MOST_LINES]
            start, run = 0, []


def _longest(start: int, lines: list[str]) -> Iterator[tuple[ast.Module, int]]:
    """What parses of a paragraph: from each line that begins something, as far as it goes."""
    at = 0
    while at < len(lines):
        ends = range(len(lines), at, -1) if len(lines) - at <= 40 else (at + 40, at + 20, at + 10, at + 5, at + 1)
        for end in ends:
            if tree := parsed(textwrap.dedent("\n".join(lines[at:end]))):
                yield tree, start + at
                at = end
                break
        else:
            at += 1
