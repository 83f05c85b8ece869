"""Makes a module of student source, whatever shape the file has. Runs in the worker only."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from mlgrade.sandbox.faults import ForbiddenError, RefusedError, fault_of
from mlgrade.sandbox.protocol import Fault, Function, Load

STDLIB = "stdlib"


class Allowed(MetaPathFinder):
    """Stands first among the finders and answers every import that is not on the course's list with a sentence."""

    def __init__(self, imports: Sequence[str]) -> None:
        self._names = set(imports) - {STDLIB}
        if STDLIB in imports:
            self._names |= sys.stdlib_module_names
        self._list = ", ".join("the standard library" if name == STDLIB else name for name in imports)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        top = fullname.partition(".")[0]
        if top not in self._names:
            raise RefusedError(f"this course does not use {top}; what you can import: {self._list}")
        return None


def load(request: Load) -> tuple[ModuleType, Fault | None]:
    """Execute the source under its own name. A fault leaves a module with what was defined until then."""
    module = ModuleType(request.name)
    module.__file__ = request.filename
    sys.modules[request.name] = module  # a dataclass with string annotations looks itself up
    _remember_lines(request)
    _forbid(request.forbid)
    _restrict(request.imports)
    try:
        exec(compile(request.source, request.filename, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  (what a worker is for)
    except BaseException as error:  # noqa: BLE001  (SystemExit and KeyboardInterrupt of a student are results too)
        return module, fault_of(error, request.filename)
    return module, None


def _remember_lines(request: Load) -> None:
    lines = request.source.decode("utf-8", "replace").splitlines(keepends=True)
    linecache.cache[request.filename] = (len(request.source), None, lines, request.filename)


def _restrict(imports: Sequence[str]) -> None:
    sys.meta_path.insert(0, Allowed(imports))
    allowed = set(imports) | (sys.stdlib_module_names if STDLIB in imports else set())
    # What the worker itself needed is loaded already and would be found without asking the finder.
    for name in [name for name in sys.modules if name.partition(".")[0] in {"mlgrade", "msgspec"} - allowed]:
        del sys.modules[name]


def _forbid(names: Sequence[str]) -> None:
    for name in names:
        home, _, last = name.rpartition(".")
        owner = sys.modules.get(home)
        if owner is not None and hasattr(owner, last):
            setattr(owner, last, _refusal(name))


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> None:
        raise ForbiddenError(f"{name} is what this exercise asks you to write yourself")

    return refuse


# -- what the file holds --------------------------------------------------------------------------------------


def functions(module: ModuleType, request: Load) -> dict[str, Function]:
    stubs = _stubs(request.source)
    return {name: _function(module, name, stubs) for name in request.functions}


def _function(module: ModuleType, name: str, stubs: dict[str, tuple[int, bool]]) -> Function:
    value = module.__dict__.get(name)
    if not callable(value):
        return Function(defined=False)
    line, stub = stubs.get(name, (0, False))
    return Function(defined=True, stub=stub, line=line, signature=_signature(value))


def _signature(value: Callable[..., Any]) -> str:
    try:
        return str(inspect.signature(value))[:200]
    except (TypeError, ValueError):  # a ufunc has none
        return ""


def _stubs(source: bytes) -> dict[str, tuple[int, bool]]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}  # `load` has already said what is wrong
    return {node.name: (_first_line(node), _is_stub(node)) for node in body if isinstance(node, ast.FunctionDef)}


def _first_line(node: ast.FunctionDef) -> int:
    return node.body[-1].lineno if _is_stub(node) else node.lineno


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
