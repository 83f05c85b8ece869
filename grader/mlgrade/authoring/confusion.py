"""Measure how far the diagnoses can be trusted: which misconceptions are named when one, or two, are in a file.

A diagnosis may be silent; it must not be wrong. Two misconceptions share a file when they replace different functions,
or when they change different parts of one function.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import msgspec

from mlgrade.course import Concept
from mlgrade.grading.grader import Grader
from mlgrade.submissions.model import Submission
from mlgrade.suite.misconceptions import Misconception, read_misconceptions


class Case(msgspec.Struct, frozen=True):
    """The misconceptions that were in a file, and those that were named."""

    given: tuple[str, ...]
    named: tuple[str, ...]
    inherited: tuple[str, ...] = ()  # of `named`, those of functions that call one of the wrong functions

    @property
    def wrong(self) -> bool:
        """Return whether a misconception was named that is not in the file."""
        return not set(self.named) <= {*self.given, *self.inherited}

    @property
    def complete(self) -> bool:
        """Return whether every misconception in the file was named."""
        return set(self.named) - {*self.inherited} == set(self.given)


def cases(grader: Grader, concept: Concept) -> Iterator[Case]:
    """Grade a file for each misconception of a concept, and for each pair that fits into one file."""
    solution = grader.course.solution(concept.id).read_text(encoding="utf-8-sig")
    known = read_misconceptions(grader.course.misconceptions(concept.id), solution)
    for one in known:
        yield _case(grader, concept, one.source, [one])
    for one, other in combinations(known, 2):
        code = composed(one, other)
        if code:
            yield _case(grader, concept, f"{solution}\n\n\n{code}", [one, other])


def composed(one: Misconception, other: Misconception) -> str:
    """Return code with both mistakes in it, or "" where they change the same part of one function."""
    if one.function != other.function:
        return f"{one.code}\n\n\n{other.code}"
    right = _tokens(one.solution, one.function)
    changes = sorted(
        [*_changes(right, _tokens(one.code, one.function)), *_changes(right, _tokens(other.code, one.function))]
    )
    if any(later.first <= earlier.last for earlier, later in pairwise(changes)):
        return ""
    for change in reversed(changes):
        right[change.first : change.last] = change.tokens
    code = f"{one.code}\n\n\n{other.code}\n\n\n" + "".join(right)
    try:
        compile(code, one.file, "exec")
    except SyntaxError:
        return ""
    return code


class _Change(NamedTuple):
    first: int  # of the right function's tokens
    last: int
    tokens: list[str]


def _tokens(source: str, function: str) -> list[str]:
    """The tokens of a function, spaces too, without its docstring and all alike in layout."""
    node = next(node for node in reversed(ast.parse(source).body) if getattr(node, "name", "") == function)
    assert isinstance(node, ast.FunctionDef)  # noqa: S101  (a misconception replaces a function)
    node.decorator_list = []
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    return re.findall(r"\w+|\s+|[^\w\s]", ast.unparse(node))


def _changes(right: list[str], wrong: list[str]) -> list[_Change]:
    codes = difflib.SequenceMatcher(None, right, wrong, autojunk=False).get_opcodes()
    return [_Change(first, last, wrong[a:b]) for tag, first, last, a, b in codes if tag != "equal"]


def _case(grader: Grader, concept: Concept, source: str, given: Sequence[Misconception]) -> Case:
    report = grader.grade(Submission(concept=concept.id, file=f"{concept.id}.py", source=source.encode()))
    names = tuple(one.name for one in given)
    wrong = {one.function for one in given}
    inherited = [
        one.misconception
        for one in report.diagnoses
        if one.misconception not in names and _called(source, one.function) & (wrong - {one.function})
    ]
    return Case(names, tuple(one.misconception for one in report.diagnoses), tuple(inherited))


def _called(source: str, function: str) -> set[str]:
    """The names that the last definition of a function calls."""
    [*_, node] = (node for node in ast.parse(source).body if getattr(node, "name", "") == function)
    calls = (part.func for part in ast.walk(node) if isinstance(part, ast.Call))
    return {called.id for called in calls if isinstance(called, ast.Name)}
