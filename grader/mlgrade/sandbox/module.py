"""Makes a module of student source, whatever shape the file has. Runs in the worker only."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import inspect
import linecache
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from mlgrade.sandbox.codec import sayable
from mlgrade.sandbox.faults import ForbiddenError, RefusedError, fault_of
from mlgrade.sandbox.protocol import Fault, Function, Load

STDLIB = "stdlib"
_OURS = sys.stdlib_module_names | {"numpy", "msgspec", "mlgrade"}


class _Others:
    """Says that other installed packages are not there.

    A wall refuses to open them, and no library expects that: numpy asks for some that it can do without, and would
    fail or not by what else happens to be installed.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        del target
        if path is None and name not in _OURS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def leave_out_packages() -> None:
    """Let nothing be imported any more but numpy, the standard library and what is imported already."""
    sys.meta_path.insert(0, _Others)


def load(request: Load) -> tuple[ModuleType, Fault | None]:
    """Execute the source under its own name. A fault leaves a module with what was defined until then."""
    module = ModuleType(request.name)
    module.__file__ = request.filename
    sys.modules[request.name] = module  # a dataclass with string annotations looks itself up
    _remember_lines(request)
    _forbid(request.forbid)
    _restrict(module, request.imports)
    try:
        exec(compile(request.source, request.filename, "exec", dont_inherit=True), module.__dict__)  # noqa: S102  (what a worker is for)
    except BaseException as error:  # noqa: BLE001  (SystemExit and KeyboardInterrupt of a student are results too)
        return module, fault_of(error, request.filename)
    return module, None


def _remember_lines(request: Load) -> None:
    lines = [f"{line}\n" for line in request.source.decode("utf-8", "replace").split("\n")]
    linecache.cache[request.filename] = (len(request.source), None, lines, request.filename)


def _restrict(module: ModuleType, imports: Sequence[str]) -> None:
    """Answer the student's own imports that are not on the course's list; what a library imports is its affair."""
    allowed = {module.__name__, *imports} | (sys.stdlib_module_names if STDLIB in imports else set())
    listed = ", ".join("the standard library" if name == STDLIB else name for name in imports)

    def admit(name: str, asking: Mapping[str, Any] | None) -> None:
        top = name.partition(".")[0]
        if asking is module.__dict__ and top not in allowed:
            raise RefusedError(f"this course does not use {top}; what you can import: {listed}")

    plain_import, plain_module = builtins.__import__, importlib.import_module

    def checked_import(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        if level == 0:
            admit(name, sys._getframe(1).f_globals if globals is None else globals)
        return plain_import(name, globals, locals, fromlist, level)

    def checked_module(name: str, package: str | None = None) -> ModuleType:
        admit(name, sys._getframe(1).f_globals)
        return plain_module(name, package)

    builtins.__import__, importlib.import_module = checked_import, checked_module


def _forbid(names: Sequence[str]) -> None:
    for name in names:
        home, _, last = name.rpartition(".")
        with contextlib.suppress(ImportError):  # what is not installed cannot be used either
            owner = importlib.import_module(home)
            if hasattr(owner, last):
                setattr(owner, last, _refusal(name))


def _refusal(name: str) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> None:
        raise ForbiddenError(f"{name} is what this exercise asks you to write yourself")

    return refuse


# -- what the file holds --------------------------------------------------------------------------------------


def functions(module: ModuleType, request: Load) -> dict[str, Function]:
    stubs = _stubs(request.source)
    return {name: _function(module, name, stubs) for name in request.functions}


def _function(module: ModuleType, name: str, stubs: dict[str, tuple[int, int]]) -> Function:
    value = module.__dict__.get(name)
    if not callable(value):
        return Function(defined=False)
    first, line = stubs.get(name, (0, 0))
    code = getattr(value, "__code__", None)
    stub = bool(first) and getattr(code, "co_firstlineno", 0) == first  # a later `name = lambda ...` has another line
    return Function(defined=True, stub=stub, line=line if stub else 0, signature=_signature(value))


def _signature(value: Callable[..., Any]) -> str:
    try:
        return sayable(inspect.signature(value), 200)
    except Exception:  # noqa: BLE001  (a ufunc has none, and a student's default may not even have a repr)
        return ""


def _stubs(source: bytes) -> dict[str, tuple[int, int]]:
    """Functions without a body of their own: the first line of each, decorators included, and the line to edit."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}  # `load` has already said what is wrong
    defined = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    return {name: (_first_line(node), node.body[-1].lineno) for name, node in defined.items() if _is_stub(node)}


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
