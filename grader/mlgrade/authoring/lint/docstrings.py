"""The docstring is the specification: its examples are true, and it speaks of what the checks demand.

Two demands can be seen in the calls that the checks make of the solution: that an argument of some name is taken, and
that an error is raised. What else a check may demand (a dtype, a shape, an untouched input) is said in words that no
rule can look for; that stays with the reader.
"""

from __future__ import annotations

import ast
import doctest
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlgrade.authoring.lint import files
from mlgrade.authoring.lint.model import Problem
from mlgrade.course import Concept, Course
from mlgrade.grading import diagnosis
from mlgrade.results import Outcome
from mlgrade.sandbox.protocol import Raised
from mlgrade.suite.session import Check, Ran
from mlgrade.suite.student import CallRecord

_ANY = {"Exception", "BaseException", "object"}


def examples(course: Course, concept: Concept) -> Iterator[Problem]:
    """Run the docstrings' examples on the solution's functions."""
    path = course.exercise(concept.id)
    solved = diagnosis.run(course.solution(concept.id).read_text(encoding="utf-8-sig"))
    known = diagnosis.run(path.read_text(encoding="utf-8-sig")) | {name: solved[name] for name in concept.functions}
    for name, node in files.functions(path).items():
        test = _test(name, node, path, known)
        if name in concept.functions and not test.examples:
            yield Problem(str(path), node.lineno, f"{name} has no example in its docstring")
        yield from _run(test, path)


def _test(name: str, node: ast.FunctionDef, path: Path, known: Mapping[str, Any]) -> doctest.DocTest:
    text = ast.get_docstring(node, clean=False) or ""
    return doctest.DocTestParser().get_doctest(text, dict(known), name, str(path), node.body[0].lineno - 1)


def _run(test: doctest.DocTest, path: Path) -> Iterator[Problem]:
    failed: list[tuple[int, str]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _Runner(failed).run(test, out=lambda _: None)
    for line, got in failed:
        yield Problem(str(path), (test.lineno or 0) + line + 1, f"an example of {test.name} is not true: {got}")


class _Runner(doctest.DocTestRunner):
    """Remembers each example that failed, by its own line."""

    def __init__(self, failed: list[tuple[int, str]]) -> None:
        super().__init__(verbose=False)
        self._failed = failed

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        del out, test
        self._failed.append((example.lineno, f"{_short(example.source)} gives {_short(got)}"))

    def report_unexpected_exception(
        self, out: Any, test: doctest.DocTest, example: doctest.Example, exc_info: Any
    ) -> None:
        del out, test
        raised = f"{exc_info[0].__name__}: {exc_info[1]}"
        self._failed.append((example.lineno, f"{_short(example.source)} raises {_short(raised)}"))


def _short(text: str) -> str:
    return " ".join(text.split())[:120] or "nothing"


# -- demands --------------------------------------------------------------------------------------------------


def demands(course: Course, concept: Concept, ran: Sequence[Ran], checks: Sequence[Check]) -> Iterator[Problem]:
    """What passing checks demand of the solution and the docstring does not speak of, each once."""
    stubs = files.functions(course.exercise(concept.id))
    said: set[str] = set()
    for one, check in zip(ran, checks, strict=True):
        calls = one.calls if one.finding.outcome is Outcome.PASSED else []
        known = [(call, stubs[call.function]) for call in calls if call.function in stubs]
        for wish in (wish for call, stub in known for wish in _wishes(call, stub)):
            if wish not in said:
                yield Problem(check.file, check.line, f"{check.name} {wish}")
            said.add(wish)


def _wishes(call: CallRecord, stub: ast.FunctionDef) -> Iterator[str]:
    text = ast.get_docstring(stub) or ""
    for name in _given(call, stub.args):
        if not _speaks(text, name):
            yield f"gives {name} to {call.function}, which its docstring does not speak of"
    if isinstance(call.result, Raised):
        kinds = [base for base in call.result.fault.bases if base not in _ANY]
        if not any(_speaks(text, kind) for kind in kinds):
            kind = next(iter(kinds), call.result.fault.type)
            yield f"wants {call.function} to raise {kind}, which its docstring does not speak of"


def _given(call: CallRecord, arguments: ast.arguments) -> list[str]:
    """The names of the arguments that a call gives, also of those that it gives by their place."""
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    return [*names[: len(call.args)], *call.kwargs]


def _speaks(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None
