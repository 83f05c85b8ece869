"""Names the known mistake that an answer looks like, from the calls that were recorded. No student code runs here.

Each misconception is a small wrong implementation. It is run on the arguments of every recorded call, and named when
it does what the student's function did, in every way in which it differs from the right answer: in values, in errors
that should have been raised, in what it did to its arguments. When two fit equally well, nothing is said: silence is
better than a wrong diagnosis.
"""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from mlgrade.errors import SuiteError
from mlgrade.results import Diagnosis
from mlgrade.sandbox import effects
from mlgrade.sandbox.faults import fault_of
from mlgrade.sandbox.host import Raised, Value
from mlgrade.suite.student import Record

_F = TypeVar("_F", bound=Callable[..., Any])


def misconception(of: str, *, title: str, hint: str) -> Callable[[_F], _F]:
    """Mark a function of a misconceptions file as a wrong version of the function `of`.

    It takes the place of `of` in the solution's file, so it may call the solution's other functions. The title ends
    the sentence "Looks like: ..."; the hint is a question or a nudge, not the answer.
    """
    del of, title, hint  # read from the source by `read`, which runs nothing

    def keep(function: _F) -> _F:
        return function

    return keep


class Misconception(msgspec.Struct, frozen=True, kw_only=True):
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
        return Diagnosis(misconception=self.name, function=self.function, title=self.title, hint=self.hint)


# -- reading --------------------------------------------------------------------------------------------------


def read(path: Path, solution: str) -> list[Misconception]:
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
        raise SuiteError(f'{path}:{node.lineno}: write @misconception("function", title="...", hint="...")') from None
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


# -- diagnosing -----------------------------------------------------------------------------------------------


class Seen(msgspec.Struct, frozen=True):
    """What one call did, in the three ways in which it can be wrong."""

    value: Any
    raised: str  # "" or the exception's type
    message: str
    changed: tuple[str, ...]
    shares: tuple[str, ...]


VALUES, ERRORS, EFFECTS = "values", "errors", "effects"


def diagnose(solution: str, known: Iterable[Misconception], calls: Sequence[Record]) -> list[Diagnosis]:
    """Return the misconceptions that explain the recorded calls, at most one for each way of being wrong."""
    wrong: dict[str, list[Misconception]] = {}
    for misconception_ in known:
        wrong.setdefault(misconception_.function, []).append(misconception_)
    right = run(solution)
    return [
        found.as_diagnosis()
        for function, candidates in wrong.items()
        for found in _explain(right[function], candidates, [c for c in calls if c.function == function])
    ]


def _explain(
    right: Callable[..., Any], candidates: Sequence[Misconception], calls: Sequence[Record]
) -> list[Misconception]:
    student = [_of(call) for call in calls]
    if not calls or None in student:  # stopped or dead: nothing to compare with
        return []
    reference = [_replay(right, call) for call in calls]
    seen = [see for see in student if see is not None]
    fits: list[tuple[Misconception, set[str]]] = []
    for candidate in candidates:
        replayed = [_replay(run(candidate.source)[candidate.function], call) for call in calls]
        ways = _ways(replayed, reference)
        if ways and not ways & _ways(replayed, seen, reference, strict=_only_raises(replayed, reference)):
            fits.append((candidate, ways))
    return [candidate for candidate, ways in fits if not _rivals(candidate, ways, fits)]


def _rivals(candidate: Misconception, ways: set[str], fits: list[tuple[Misconception, set[str]]]) -> bool:
    """Whether another one explains the same at least as well."""
    return any(other is not candidate and ways & theirs and not theirs < ways for other, theirs in fits)


def _ways(
    a: Sequence[Seen], b: Sequence[Seen], reference: Sequence[Seen] | None = None, *, strict: bool = False
) -> set[str]:
    """The ways in which two histories differ."""
    ways = set()
    for one, other, right in zip(a, b, reference or b, strict=True):
        if right.raised:  # which error is raised is a matter of taste; that one is raised is not
            ways |= {ERRORS} if bool(one.raised) != bool(other.raised) else set()
        elif not _alike(one, other, strict=strict):
            ways.add(VALUES)
        if (one.changed, one.shares) != (other.changed, other.shares) and not right.raised:
            ways.add(EFFECTS)
    return ways


def _alike(one: Seen, other: Seen, *, strict: bool) -> bool:
    if bool(one.raised) != bool(other.raised):
        return False
    if one.raised:
        return one.raised == other.raised and (not strict or one.message == other.message)
    return alike(one.value, other.value)


def _only_raises(replayed: Sequence[Seen], reference: Sequence[Seen]) -> bool:
    """A misconception that shows only by raising is known by its message too: anything can raise a TypeError."""
    differing = [one for one, right in zip(replayed, reference, strict=True) if not _alike(one, right, strict=False)]
    return bool(differing) and all(one.raised for one in differing)


def alike(a: Any, b: Any) -> bool:
    """Whether two values are the same up to rounding. Kind of container and precision do not matter, shape does."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if a is None or b is None or isinstance(a, (str, dict)) or isinstance(b, (str, dict)):
        return type(a) is type(b) and bool(a == b)
    try:
        x, y = np.asarray(a), np.asarray(b)
    except ValueError:  # ragged: entry by entry
        return _sequences(a, b) and len(a) == len(b) and all(map(alike, a, b))
    if x.shape != y.shape:
        return False
    if x.dtype.kind in "iufcb" and y.dtype.kind in "iufcb":
        kind = complex if "c" in (x.dtype.kind, y.dtype.kind) else float
        return bool(np.allclose(x.astype(kind), y.astype(kind), rtol=1e-6, atol=1e-12, equal_nan=True))
    if x.ndim == 0 or x.dtype.kind not in "OU":
        return x.dtype.kind == y.dtype.kind and bool(np.all(x == y))
    return all(map(alike, list(a), list(b)))


def _sequences(a: Any, b: Any) -> bool:
    return isinstance(a, (list, tuple)) and isinstance(b, (list, tuple))


def _of(call: Record) -> Seen | None:
    match call.result:
        case Value(value=value, unusable=""):
            return Seen(value, "", "", tuple(call.changed), tuple(call.shares))
        case Raised(fault=fault):
            kind = next(iter(fault.bases), fault.type)
            return Seen(None, kind, fault.message, tuple(call.changed), ())
    return None


def _replay(function: Callable[..., Any], call: Record) -> Seen:
    args, kwargs = copy.deepcopy((call.args, call.kwargs))
    before = effects.named(list(call.args), call.kwargs)
    value, raised, message = None, "", ""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  (a wrong version may raise anything; that is what is compared)
            raised, message = fault_of(error, "").bases[0], str(error)
    after = effects.named(list(args), kwargs)
    shares = effects.shared(after, value) if not raised else []
    return Seen(copy.deepcopy(value), raised, message, tuple(effects.changed(before, after)), tuple(shares))


_loaded: dict[str, dict[str, Any]] = {}


def run(source: str) -> dict[str, Any]:
    """Run a course's own file. Kept between submissions: it is the same file each time."""
    if source not in _loaded:
        namespace: dict[str, Any] = {"__name__": "solution"}
        exec(compile(source, "<solution>", "exec"), namespace)  # noqa: S102  (the course's own code, not a student's)
        _loaded[source] = namespace
    return _loaded[source]
