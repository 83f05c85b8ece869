"""Prove that one slip costs one slip: what a right answer loses by a single mechanical change.

The solution and each alternative are changed in one place at a time (a conversion dropped, an error check removed,
keepdims dropped, a list returned ...) and graded. What is lost is split into checks that fail and checks that are
skipped because they require one that fails. Ceilings are in course.yml, under `proportion`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mlgrade.authoring.lint.model import Cost, Problem, Proportion
from mlgrade.authoring.lint.trial import ConceptTrial
from mlgrade.grading import diagnosis
from mlgrade.grading.diagnosis import Evidence
from mlgrade.results import Outcome
from mlgrade.submissions.model import Submission
from mlgrade.suite.session import Check, Ran

ROBUSTNESS, MATHEMATICS, ERRORS = "robustness", "mathematics", "errors"
_CONVERSIONS = {"asarray", "array", "asanyarray", "atleast_1d", "ascontiguousarray"}
_CLIPS = {"minimum", "maximum"}
_WRAPPED = """

def _as_list(value):
    if isinstance(value, tuple):
        return tuple(map(_as_list, value))
    return value.tolist() if type(value).__name__ == "ndarray" else value


def _with_an_axis(value):
    import numpy
    plain = isinstance(value, (int, float, numpy.number)) and not isinstance(value, bool)
    return numpy.reshape(value, (1,)) if plain else value
"""


class Slip(NamedTuple):
    """A right answer with one change."""

    kind: str  # robustness, mathematics, errors
    what: str  # "no conversion in softmax"
    line: int  # of the right answer
    source: str


def measure(trial: ConceptTrial) -> Proportion:
    """Grade every slip of the solution and of the alternatives. A slip without effect is left out."""
    weights = {check.id: check.marks.weight for check in trial.checks}
    whole = sum(weights.values())
    solution = trial.reference.source.decode("utf-8-sig")
    costs = []
    answers = {trial.course.solution(trial.concept.id): trial.reference, **trial.others}
    for path, answer in answers.items():
        if answer.cells:
            continue  # the cells of a notebook are not one source
        for slip in slips(answer.source.decode("utf-8-sig"), trial.concept.functions):
            ran = trial.grader.run(_submission(trial, slip))
            lost = [one.finding for one in ran if one.finding.outcome is not Outcome.PASSED]
            if not lost:  # the slip makes no difference, or nothing could be run
                continue
            if slip.kind == MATHEMATICS and _wrong_everywhere(ran, solution):
                continue
            skipped = sum(weights[one.id] for one in lost if one.outcome is Outcome.SKIPPED)
            failed = tuple(one.id for one in lost if one.outcome is not Outcome.SKIPPED)
            direct = sum(weights[name] for name in failed)
            costs.append(
                Cost(
                    kind=slip.kind,
                    what=slip.what,
                    file=str(path),
                    line=slip.line,
                    direct=direct / whole,
                    required=skipped / whole,
                    failed=failed,
                )
            )
    return Proportion(
        concept=trial.concept.id, costs=costs, gate=max(_gates(trial.checks).values(), default=0.0) / whole
    )


def excessive(trial: ConceptTrial, found: Proportion) -> Iterator[Problem]:
    """Each slip that costs more than its ceiling, at the check that takes most; once for each check and kind."""
    ceilings = trial.course.proportion
    limits = {ROBUSTNESS: ceilings.robustness, MATHEMATICS: ceilings.mathematics, ERRORS: ceilings.errors}
    checks = {check.id: check for check in trial.checks}
    said: set[tuple[str, str]] = set()
    for cost in sorted(found.costs, key=lambda one: -one.total):
        if cost.total <= limits[cost.kind] + 1e-9 or not cost.failed:
            continue
        heaviest = max((checks[name] for name in cost.failed), key=lambda check: check.marks.weight)
        if (cost.kind, cost.what) in said:  # of several answers the most expensive one
            continue
        said.add((cost.kind, cost.what))
        parts = f"{cost.direct:.1%} directly, {cost.required:.1%} through requires" if cost.required else "all directly"
        where = f"{Path(cost.file).name}:{cost.line}"
        costs = f"costs {cost.total:.1%} ({parts}); the ceiling is {limits[cost.kind]:.0%}"
        yield Problem(heaviest.file, heaviest.line, f"one slip ({cost.what}, as in {where}) {costs}")


def gates(checks: Sequence[Check]) -> Iterator[Problem]:
    """Checks that others require and that pass a list: who takes arrays only loses all that hangs on them."""
    required = {name for check in checks for name in check.marks.requires}
    for check in checks:
        if check.name in required and (line := _list_argument(Path(check.file), check.line)):
            yield Problem(check.file, line, f"{check.name} is required by others and passes a list; pass an array")


def _wrong_everywhere(ran: Sequence[Ran], solution: str) -> bool:
    """Whether a function is wrong in most calls: then it is no slip, but another function."""
    right = diagnosis.run(solution)
    calls = [call for one in ran for call in one.calls]
    for function in {call.function for call in calls}:
        theirs = [call for call in calls if call.function == function]
        evidence = Evidence.of(theirs, [diagnosis.replay(right[function], call) for call in theirs])
        wrong = sum(fact.way == diagnosis.VALUES for fact in evidence.wrong)
        if 2 * wrong > len(evidence.calls):
            return True
    return False


def _submission(trial: ConceptTrial, slip: Slip) -> Submission:
    name = trial.concept.id
    return Submission(concept=name, file=f"{name}.py", source=slip.source.encode())


def _gates(checks: Sequence[Check]) -> dict[str, float]:
    """For each check that others require, the weight of all that hangs on it, its own too."""
    by_name = {check.name: check for check in checks}
    hanging: dict[str, float] = {}
    for name in {name for check in checks for name in check.marks.requires}:
        hanging[name] = sum(
            check.marks.weight for check in checks if check.name == name or _hangs(check, name, by_name)
        )
    return hanging


def _hangs(check: Check, name: str, by_name: dict[str, Check]) -> bool:
    return any(one == name or (one in by_name and _hangs(by_name[one], name, by_name)) for one in check.marks.requires)


def _list_argument(path: Path, line: int) -> int:
    """The line of a list that a check passes to the student's function; 0 if there is none."""
    tree = ast.parse(path.read_text(encoding="utf-8-sig"))
    lists = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.List, ast.ListComp))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and line in range(_first_line(node), (node.end_lineno or 0) + 1):
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("student."):
                    for value in (*call.args, *(word.value for word in call.keywords)):
                        named = isinstance(value, ast.Name) and value.id in lists
                        if named or isinstance(value, (ast.List, ast.ListComp)):
                            return value.lineno
    return 0


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


# -- slips ----------------------------------------------------------------------------------------------------


def slips(source: str, functions: Sequence[str]) -> Iterator[Slip]:
    """Yield every single slip of a source. What is changed in one function at once is one slip."""
    tree = ast.parse(source)
    for number, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef):
            for kind, what, change in _OF_FUNCTION:
                yield from _changed(source, number, kind, f"{what} in {node.name}", node.lineno, change)
            for place, part in enumerate(ast.walk(node)):
                for kind, what, one in _OF_NODE:
                    if one(part) is not None:
                        change = _Only(place, one)
                        yield from _changed(
                            source, number, kind, f"{what} in {node.name}", getattr(part, "lineno", node.lineno), change
                        )
            if node.name in functions and not _called(tree, node.name):
                yield from _returning(source, number, node, "_as_list", f"{node.name} returns a list")
                yield from _returning(
                    source, number, node, "_with_an_axis", f"{node.name} returns shape (1,) for a number"
                )
    removed = ast.unparse(_Each(_without_check).visit(ast.parse(source)))
    if removed != ast.unparse(tree):
        yield Slip(ERRORS, "no error checks at all", 1, removed)


Change = Callable[[ast.FunctionDef], ast.AST]
Rule = Callable[[ast.AST], ast.AST | None]


def _changed(source: str, number: int, kind: str, what: str, line: int, change: Change) -> Iterator[Slip]:
    tree = ast.parse(source)
    function = tree.body[number]
    assert isinstance(function, ast.FunctionDef)  # noqa: S101  (it is one in the same source)
    before = ast.unparse(function)
    changed = change(function)
    if ast.unparse(changed) != before:
        yield Slip(kind, what, line, ast.unparse(ast.fix_missing_locations(tree)))


def _returning(source: str, number: int, node: ast.FunctionDef, wrapper: str, what: str) -> Iterator[Slip]:
    def change(function: ast.FunctionDef) -> ast.AST:
        for part in _own(function):
            if isinstance(part, ast.Return) and part.value is not None:
                part.value = ast.Call(ast.Name(wrapper, ast.Load()), [part.value], [])
        return function

    for slip in _changed(source, number, ROBUSTNESS, what, node.lineno, change):
        yield slip._replace(source=slip.source + _WRAPPED)


def _called(tree: ast.Module, function: str) -> bool:
    """Whether the source itself calls a function: then another return value is more than one slip."""
    return any(isinstance(node, ast.Name) and node.id == function for node in ast.walk(tree))


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The parts of a function, without those of functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, (ast.FunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(part)


class _Each(ast.NodeTransformer):
    """Apply a rule everywhere."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def __call__(self, function: ast.FunctionDef) -> ast.AST:
        changed: ast.AST = self.visit(function)
        return changed

    def visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        changed = self._rule(node)
        return node if changed is None else changed


class _Only:
    """Apply a rule to the node at one place of `ast.walk`."""

    def __init__(self, place: int, rule: Rule) -> None:
        self._place, self._rule = place, rule

    def __call__(self, function: ast.FunctionDef) -> ast.AST:
        target = list(ast.walk(function))[self._place]
        return _Each(lambda node: self._rule(node) if node is target else None)(function)


def _name(call: ast.AST) -> str:
    return ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""


def _without_conversions(function: ast.FunctionDef) -> ast.AST:
    """Take the parameters as they come. What was copied stays a copy: to keep the input as it is, is another matter."""
    parameters = {one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}

    def rule(node: ast.AST) -> ast.AST | None:
        if not isinstance(node, ast.Call) or _name(node) not in _CONVERSIONS or not node.args:
            return None
        given = node.args[0]
        if not isinstance(given, ast.Name) or given.id not in parameters:
            return None
        copied = _name(node) == "array"
        return ast.Call(ast.Attribute(given, "copy", ast.Load()), [], []) if copied else given

    return _Each(rule)(function)


def _without_dtype(node: ast.AST) -> ast.AST | None:
    if not isinstance(node, ast.Call):
        return None
    if _name(node) == "astype" and isinstance(node.func, ast.Attribute):
        return node.func.value
    if _name(node) in _CONVERSIONS and (len(node.args) > 1 or any(word.arg == "dtype" for word in node.keywords)):
        return ast.Call(node.func, node.args[:1], [word for word in node.keywords if word.arg != "dtype"])
    return None


def _without_check(node: ast.AST) -> ast.AST | None:
    only_raises = (
        isinstance(node, ast.If) and not node.orelse and all(isinstance(part, ast.Raise) for part in node.body)
    )
    return ast.Pass() if only_raises else None


def _another_error(node: ast.AST) -> ast.AST | None:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return None
    name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    if not isinstance(name, ast.Name):
        return None
    other = ast.Name("ArithmeticError", ast.Load())  # a plausible one, and no parent or child of the usual ones
    return ast.Raise(ast.Call(other, node.exc.args, []) if isinstance(node.exc, ast.Call) else other, None)


def _without_guard(node: ast.AST) -> ast.AST | None:
    only_returns = isinstance(node, ast.If) and not node.orelse and [type(part) for part in node.body] == [ast.Return]
    return ast.Pass() if only_returns else None


def _without_clip(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and _name(node) == "clip" and node.args:
        return node.args[0]
    if isinstance(node, ast.Call) and _name(node) in _CLIPS and len(node.args) == 2:
        constants = [isinstance(part, (ast.Constant, ast.UnaryOp)) for part in node.args]
        return node.args[constants.index(False)] if constants.count(True) == 1 else None
    return None


def _without_keepdims(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and any(word.arg == "keepdims" for word in node.keywords):
        return ast.Call(node.func, node.args, [word for word in node.keywords if word.arg != "keepdims"])
    return None


_OF_FUNCTION: Sequence[tuple[str, str, Change]] = (
    (ROBUSTNESS, "no conversion", _without_conversions),
    (ROBUSTNESS, "no dtype", _Each(_without_dtype)),
)
_OF_NODE: Sequence[tuple[str, str, Rule]] = (
    (ROBUSTNESS, "one error check removed", _without_check),
    (ROBUSTNESS, "another type of error", _another_error),
    (MATHEMATICS, "a guard removed", _without_guard),
    (MATHEMATICS, "a clip removed", _without_clip),
    (MATHEMATICS, "keepdims dropped", _without_keepdims),
)
