"""Read misconceptions: known wrong versions of a function, with the hint that a student gets.

A misconceptions file is read from its source. Nothing in it runs here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mlgrade.errors import SuiteError
from mlgrade.results import Diagnosis

__all__ = ["Misconception", "misconception", "read_misconceptions"]

_F = TypeVar("_F", bound=Callable[..., Any])


def misconception(of: str, *, title: str, hint: str) -> Callable[[_F], _F]:
    """Mark a function of a misconceptions file as a wrong version of a function of the course.

    Parameters
    ----------
    of : str
        The function whose place it takes in the solution's file. It may call the solution's other functions.
    title : str
        The end of the sentence "Looks like: ...".
    hint : str
        A question or a nudge for the student, not the answer.

    Returns
    -------
    callable
        A decorator that returns the function as it is.

    Examples
    --------
    >>> @misconception("norm", title="the square root is missing", hint="Which power undoes the squares?")
    ... def no_root(x, ord=2):
    ...     return (x**2).sum()
    """
    del of, title, hint  # read from the source by `read_misconceptions`, which runs nothing

    def keep(function: _F) -> _F:
        return function

    return keep


class Misconception(msgspec.Struct, frozen=True, kw_only=True):
    """A known wrong version of a function."""

    name: str
    function: str
    title: str
    hint: str
    file: str
    line: int
    code: str  # the wrong version under the name of the right one, with what it shares with others
    solution: str

    @property
    def source(self) -> str:
        """The solution with this wrong version in it: a file that a student could have handed in."""
        return f"{self.solution.rstrip()}\n\n\n{self.code}\n"

    def as_diagnosis(self) -> Diagnosis:
        """Return what a student reads of it."""
        return Diagnosis(misconception=self.name, function=self.function, title=self.title, hint=self.hint)


# -- reading --------------------------------------------------------------------------------------------------


def read_misconceptions(path: Path, solution: str) -> list[Misconception]:
    """Read a misconceptions file; each comes out as a whole file that a student could have handed in."""
    tree = _parse(path)
    marked = {node.name: call for node in tree.body if isinstance(node, ast.FunctionDef) and (call := _mark(node))}
    shared = [node for node in tree.body if not _is_ours(node, marked)]
    nodes = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in marked]
    return [_misconception(path, node, marked[node.name], shared, solution) for node in nodes]


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8-sig"))
    except SyntaxError as error:
        raise SuiteError(f"{path}:{error.lineno}: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise SuiteError(f"{path}:1: cannot be read: {error}") from None


def _mark(node: ast.FunctionDef) -> ast.Call | None:
    calls = (part for part in node.decorator_list if isinstance(part, ast.Call))
    return next((call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "misconception"), None)


def _is_ours(node: ast.stmt, marked: dict[str, ast.Call]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] == "mlgrade"
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or (isinstance(node, ast.FunctionDef) and node.name in marked)


def _misconception(
    path: Path, node: ast.FunctionDef, call: ast.Call, shared: Sequence[ast.stmt], solution: str
) -> Misconception:
    try:
        words = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        of, title, hint = ast.literal_eval(call.args[0]), words["title"], words["hint"]
    except (IndexError, KeyError, ValueError):
        of = title = hint = None
    if not all(isinstance(text, str) for text in (of, title, hint)):
        raise SuiteError(f'{path}:{node.lineno}: write @misconception("function", title="...", hint="...")')
    if of not in {part.name for part in ast.parse(solution).body if isinstance(part, ast.FunctionDef)}:
        raise SuiteError(f"{path}:{node.lineno}: {node.name} replaces {of}, which the solution does not define")
    renamed = ast.FunctionDef(**{**dict(ast.iter_fields(node)), "name": of, "decorator_list": []})
    parts = [ast.unparse(part) for part in [*shared, ast.copy_location(renamed, node)]]
    return Misconception(
        name=node.name,
        function=of,
        title=title,
        hint=hint,
        file=str(path),
        line=node.lineno,
        code="\n\n\n".join(parts),
        solution=solution,
    )
