"""Read student source without running it. Loads no numpy."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterator

from mlgrade.sandbox import cells
from mlgrade.sandbox.faults import fault_of
from mlgrade.sandbox.protocol import Function, Load, Loaded

STDLIB = "stdlib"
MOST_BYTES = 256 * 1024  # of a source that `outcome` reads: what is longer is left to a worker
_HARMLESS = {"numpy", "math"}  # imports that do nothing but succeed, where a course allows them


def outcome(request: Load) -> Loaded | None:
    """Return the reply of a worker to a file, where it is certain without running the file; else None.

    It is certain of what is no Python, and of a file whose functions are all stubs and that does nothing else.
    """
    if request.cells or len(request.source) > MOST_BYTES:
        return None
    missing = {name: Function(defined=False) for name in request.functions}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(request.source, request.filename, "exec", dont_inherit=True)
            module = ast.parse(request.source)
    except (SyntaxError, ValueError) as error:
        return Loaded(functions=missing, fault=fault_of(error, request.filename))
    except (RecursionError, MemoryError):
        return None
    if not all(_does_nothing(statement, request) for statement in module.body):
        return None
    last = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    if not all(name in last and _is_stub(last[name]) for name in request.functions):
        return None
    return Loaded(
        functions={
            name: Function(defined=True, stub=True, line=last[name].body[-1].lineno) for name in request.functions
        }
    )


def _does_nothing(statement: ast.stmt, request: Load) -> bool:
    """Whether executing a statement of a module defines something and can do nothing else, nor fail."""
    match statement:
        case ast.Expr(ast.Constant()):
            return True
        case ast.Import(names=names):
            return all(alias.name in _HARMLESS and _allowed(alias.name, request) for alias in names)
        case ast.FunctionDef(decorator_list=[], args=args, returns=None):
            parameters = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
            defaults = [*args.defaults, *filter(None, args.kw_defaults)]
            return all(_is_constant(default) for default in defaults) and not any(
                parameter and parameter.annotation for parameter in parameters
            )
    return False


def _allowed(name: str, request: Load) -> bool:
    return name in request.imports or (STDLIB in request.imports and name in sys.stdlib_module_names)


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.UnaryOp(ast.USub(), ast.Constant(value=int() | float())):
            return True
    return False


def parts(request: Load) -> Iterator[tuple[int, str | bytes]]:
    """Yield what is executed in one go, with its first line."""
    if request.cells:
        yield from cells.python(request.source, request.cells)
    else:
        yield 1, request.source


def stubs(request: Load) -> Iterator[tuple[tuple[str, int], int]]:
    """Find functions without a body: the name and first line of each, decorators included, and the line to edit."""
    for _, source in parts(request):
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # `load` has already said what is wrong
        for node in body:
            if isinstance(node, ast.FunctionDef) and _is_stub(node):
                yield (node.name, _first_line(node)), node.body[-1].lineno


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _is_stub(node: ast.FunctionDef) -> bool:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return not body or (len(body) == 1 and _is_empty(body[0]))


def _is_empty(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Return(None | ast.Constant(None)):
            return True
        case ast.Raise(ast.Name("NotImplementedError") | ast.Call(ast.Name("NotImplementedError"))):
            return True
    return False
