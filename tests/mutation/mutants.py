"""Small mistakes in a Python file, one at a time: the solution with one thing changed.

Pure: text in, mutants out. Nothing is run. A mutant is named by the function and the line that it changes, as both
read before and after; so a name holds while the lines around it move, and two changes that read alike are one.

What is not changed: messages of errors (they are for people, no docstring promises them) and docstrings.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Mutant(NamedTuple):
    function: str
    line: int
    before: str
    after: str
    source: str


class _Place(NamedTuple):
    """A node where it hangs: `holder[key]` is the node. `statement` is the line that it belongs to."""

    holder: Any
    key: Any
    node: ast.AST
    statement: _Place | None
    function: ast.FunctionDef | None


def mutants(source: str) -> Iterator[Mutant]:
    """Yield each changed file once, in the order of its lines."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    found = [mutant for place in _places(tree) for mutant in _at(tree, place)]
    for mutant in sorted(found, key=lambda one: one.line):
        if mutant.source not in seen:
            seen.add(mutant.source)
            yield mutant


def _at(tree: ast.Module, place: _Place) -> Iterator[Mutant]:
    """Put each change of one node in its place, read the file, and put the node back."""
    line = place.statement or place
    before, name = _first_line(line), place.function.name if place.function else ""
    for changed in [*_changes(place.node), *_other_parameters(place)]:
        _put(place, changed)
        yield Mutant(name, line.node.lineno, before, _first_line(line), ast.unparse(tree))  # type: ignore[attr-defined]
        _put(place, place.node)


def _put(place: _Place, node: ast.AST) -> None:
    if isinstance(place.holder, list):
        place.holder[place.key] = node
    else:
        setattr(place.holder, place.key, node)


def _first_line(place: _Place) -> str:
    holder, key = place.holder, place.key
    return ast.unparse(holder[key] if isinstance(holder, list) else getattr(holder, key)).partition("\n")[0]


# -- where ----------------------------------------------------------------------------------------------------


def _places(
    node: ast.AST, statement: _Place | None = None, function: ast.FunctionDef | None = None
) -> Iterator[_Place]:
    """Walk over every node that may change, with the line and the function that it is in."""
    for holder, key, child in _children(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)) or _is_docstring(child):
            continue
        inside = child if isinstance(child, ast.FunctionDef) else function
        place = _Place(holder, key, child, statement, inside)
        if isinstance(child, ast.stmt):
            place = place._replace(statement=None)
        yield place
        if not (isinstance(child, ast.Raise) or _is_negative(child)):
            yield from _places(child, place if isinstance(child, ast.stmt) else statement, inside)


def _children(node: ast.AST) -> Iterator[tuple[Any, Any, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield node, field, value
        elif isinstance(value, list):
            yield from ((value, i, item) for i, item in enumerate(value) if isinstance(item, ast.AST))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_negative(node: ast.AST) -> bool:
    """An axis of -1 is a sign and a 1 for Python; here it is one number."""
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)


def _other_parameters(place: _Place) -> Iterator[ast.AST]:
    """One parameter of a function taken for another: X for y, p for q."""
    names = [argument.arg for argument in place.function.args.args] if place.function else []
    if isinstance(place.node, ast.Name) and isinstance(place.node.ctx, ast.Load) and place.node.id in names:
        yield from (ast.Name(name, ast.Load()) for name in names if name != place.node.id)


# -- what -----------------------------------------------------------------------------------------------------

Change = Callable[[Any], Iterator[ast.AST]]
_RULES: list[tuple[type[ast.AST], Change]] = []


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    for kind, rule in _RULES:
        if isinstance(node, kind):
            yield from rule(node)


def _rule(*kinds: type[ast.AST]) -> Callable[[Change], Change]:
    def add(change: Change) -> Change:
        _RULES.extend((kind, change) for kind in kinds)
        return change

    return add


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    """The same node with other fields; what hangs below is shared."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _numbers(value: float) -> Iterator[ast.AST]:
    for other in (value + 1, value - 1, -value, value * 2, value / 2, 0, 0.5):
        if other != value:
            yield ast.Constant(other) if other >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-other))


def _without(items: list[Any]) -> Iterator[list[Any]]:
    return (items[:i] + items[i + 1 :] for i in range(len(items)))


def _swapped(items: list[Any]) -> Iterator[list[Any]]:
    """Each two neighbours change places."""
    return ([*items[:i], items[i + 1], items[i], *items[i + 2 :]] for i in range(len(items) - 1))


_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_OPERATORS: dict[type[ast.AST], tuple[type[ast.operator], ...]] = {
    **{kind: tuple(other for other in _ARITHMETIC if other is not kind) for kind in _ARITHMETIC},
    ast.Pow: (ast.Mult, ast.Div),
    ast.MatMult: (ast.Mult, ast.Add),
    ast.BitXor: (ast.BitOr, ast.BitAnd),
}
_IN_PLACE = {ast.Add: "iadd", ast.Sub: "isub", ast.Mult: "imul", ast.Div: "itruediv", ast.Pow: "ipow"}


@_rule(ast.BinOp)
def _operation(node: ast.BinOp) -> Iterator[ast.AST]:
    """Another operator, operands the other way round, one operand alone, or written into the left one's memory."""
    for kind in _OPERATORS.get(type(node.op), ()):
        yield _with(node, op=kind())
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield _with(node, left=node.right, right=node.left)
    yield from (node.left, node.right)
    name = _IN_PLACE.get(type(node.op))
    if name and isinstance(node.left, ast.Name):
        yield ast.parse(f"__import__('operator').{name}({node.left.id}, {ast.unparse(node.right)})", mode="eval").body


@_rule(ast.UnaryOp)
def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


@_rule(ast.Return, ast.Assign)
def _signed(node: ast.Return | ast.Assign) -> Iterator[ast.AST]:
    """A sign that should not be there."""
    if node.value is not None and not isinstance(node.value, (ast.Constant, ast.Tuple, ast.UnaryOp)):
        yield _with(node, value=ast.UnaryOp(ast.USub(), node.value))


_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_IDENTITY: dict[type[ast.AST], type[ast.cmpop]] = {
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@_rule(ast.Compare)
def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for i, op in enumerate(node.ops):
        others = (_IDENTITY[type(op)],) if type(op) in _IDENTITY else _COMPARISONS
        for kind in others:
            yield _with(node, ops=[*node.ops[:i], kind(), *node.ops[i + 1 :]])


@_rule(ast.BoolOp)
def _and_or(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    for values in _without(node.values):
        yield _with(node, values=values) if len(values) > 1 else values[0]


@_rule(ast.If, ast.IfExp, ast.While)
def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    """Negated, always true, never true."""
    for test in (ast.UnaryOp(ast.Not(), node.test), ast.Constant(value=True), ast.Constant(value=False)):
        yield _with(node, test=test)


_WORDS = {"left": "right", "right": "left", "ignore": "raise", "ij,j": "ij,i"}


@_rule(ast.Constant)
def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield from _numbers(value)
    elif isinstance(value, str):
        yield ast.Constant(_WORDS.get(value, value + "_"))


@_rule(ast.UnaryOp)
def _negative_number(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if _is_negative(node):
        yield from _numbers(-node.operand.value)  # type: ignore[attr-defined]


_NAMES = {
    "max": ("min", "sum"), "min": ("max",), "sum": ("mean", "max", "prod"), "mean": ("sum", "max"),
    "any": ("all",), "all": ("any",), "maximum": ("minimum",), "minimum": ("maximum",),
    "log": ("log2", "log10", "log1p"), "log1p": ("log",), "exp": ("exp2", "expm1"), "sqrt": ("square", "cbrt"),
    "zeros": ("ones",), "ones": ("zeros",), "isfinite": ("isnan", "isinf", "isreal"), "inf": ("nan", "pi"),
    "eigvalsh": ("diag", "eigvals"), "size": ("ndim",), "ndim": ("size",),
}  # fmt: skip
_BUILTINS = {"float": ("int",), "int": ("float",), "min": ("max",), "max": ("min",), "any": ("all",), "all": ("any",)}


@_rule(ast.Attribute)
def _other_attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    for name in _NAMES.get(node.attr, ()):
        yield _with(node, attr=name)
    if node.attr == "T":
        yield node.value


@_rule(ast.Name)
def _other_builtin(node: ast.Name) -> Iterator[ast.AST]:
    for name in _BUILTINS.get(node.id, ()):
        yield _with(node, id=name)


@_rule(ast.Call)
def _call(node: ast.Call) -> Iterator[ast.AST]:
    """Dropped (abs, sqrt, clip, copy, where, ...: one of its arguments instead), an argument less, or two swapped."""
    yield from node.args
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "np":
        yield node.func.value  # x.sum() becomes x
    for args in (*_without(node.args), *_swapped(node.args)):
        yield _with(node, args=args)
    for keywords in _without(node.keywords):
        yield _with(node, keywords=keywords)


@_rule(ast.Call)
def _one_off(node: ast.Call) -> Iterator[ast.AST]:
    """A range or a number of bins that is one too long or too short."""
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        for op in (ast.Add(), ast.Sub()):
            yield _with(node, args=[*node.args[:-1], ast.BinOp(node.args[-1], op, ast.Constant(1))])


@_rule(ast.IfExp)
def _branches(node: ast.IfExp) -> Iterator[ast.AST]:
    yield _with(node, body=node.orelse, orelse=node.body)


@_rule(ast.Tuple)
def _tuple(node: ast.Tuple) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield from (_with(node, elts=elements) for elements in _swapped(node.elts))


@_rule(ast.Subscript)
def _subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield node.value


@_rule(ast.Slice)
def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    for field in ("lower", "upper", "step"):
        if getattr(node, field) is not None:
            yield _with(node, **{field: None})


@_rule(ast.arguments)
def _default_dropped(node: ast.arguments) -> Iterator[ast.AST]:
    if node.defaults:
        yield _with(node, defaults=node.defaults[1:])


@_rule(ast.Return)
def _nothing_returned(node: ast.Return) -> Iterator[ast.AST]:
    yield _with(node, value=ast.Constant(None))


@_rule(ast.stmt)
def _removed(node: ast.stmt) -> Iterator[ast.AST]:
    """Guards, raises, steps. A `with` loses its context and keeps what it holds."""
    if isinstance(node, ast.With):
        yield ast.If(test=ast.Constant(value=True), body=node.body, orelse=[])
    elif not isinstance(node, ast.FunctionDef):
        yield ast.Pass()


@_rule(ast.Raise)
def _other_error(node: ast.Raise) -> Iterator[ast.AST]:
    yield ast.parse("raise TypeError").body[0]
