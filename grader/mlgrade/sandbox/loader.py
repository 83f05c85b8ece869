"""Makes a module of student source, whatever shape the file has. Runs in the worker only."""

from __future__ import annotations

import builtins
import importlib
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple

from mlgrade.sandbox import cells, reading
from mlgrade.sandbox.faults import RefusedError, fault_of
from mlgrade.sandbox.forbid import forbid
from mlgrade.sandbox.protocol import MOST_FAILED, FailedCell, Fault, Function, Load, sayable

_OURS = sys.stdlib_module_names | {"numpy", "msgspec", "mlgrade"}


class _Others:
    """Says that other installed packages are not there.

    Isolation refuses to open them, and no library expects that: numpy asks for some that it can do without, and would
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


class Loading(NamedTuple):
    """A module, and what kept it from being whole: the fault that ended a file, or those of single cells."""

    module: ModuleType
    fault: Fault | None
    failed: list[FailedCell]


def load(request: Load) -> Loading:
    """Execute the source under its own name: a file as a whole, a notebook cell by cell, as Jupyter does.

    A fault leaves what was defined until then; in a notebook the cells after it are executed all the same.
    """
    module = ModuleType(request.name)
    module.__file__ = request.filename
    sys.modules[request.name] = module  # a dataclass with string annotations looks itself up
    _remember_lines(request)
    forbid(request.forbid)
    _restrict(module, request.imports, cells.furnish() if request.cells else {})
    failed = list(_failures(request, module))
    if request.cells:
        return Loading(module, None, failed[:MOST_FAILED])
    return Loading(module, failed[0].fault if failed else None, [])


def _failures(request: Load, module: ModuleType) -> Iterator[FailedCell]:
    flags = 0
    for first, source in reading.parts(request):
        try:
            code = compile(source, request.filename, "exec", flags, dont_inherit=True)
            flags |= code.co_flags & cells.FUTURE  # `from __future__` holds for the cells below too
            exec(code, module.__dict__)  # noqa: S102  (what a worker is for)
        except BaseException as error:  # noqa: BLE001  (SystemExit and KeyboardInterrupt of a student are results too)
            yield FailedCell(line=first, fault=fault_of(error, request.filename))


def _remember_lines(request: Load) -> None:
    lines = [f"{line}\n" for line in request.source.decode("utf-8", "replace").split("\n")]
    linecache.cache[request.filename] = (len(request.source), None, lines, request.filename)


def _restrict(module: ModuleType, imports: Sequence[str], instead: Mapping[str, ModuleType]) -> None:
    """Answer the student's own imports that are not on the course's list; what a library imports is its affair.

    `instead` holds modules that a student gets for those of the same name.
    """
    allowed = {module.__name__, *imports} | (sys.stdlib_module_names if reading.STDLIB in imports else set())
    listed = ", ".join("the standard library" if name == reading.STDLIB else name for name in imports)

    def admit(name: str, asking: Mapping[str, Any] | None) -> None:
        top = name.partition(".")[0]
        if asking is module.__dict__ and top not in allowed:
            raise RefusedError(f"this course does not use {top}; what you can import: {listed}")

    plain_import, plain_module = builtins.__import__, importlib.import_module

    def checked_import(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        if level == 0:
            asking = sys._getframe(1).f_globals if globals is None else globals
            if asking is module.__dict__ and name in instead:
                return instead[name if fromlist else name.partition(".")[0]]
            admit(name, asking)
        return plain_import(name, globals, locals, fromlist, level)

    def checked_module(name: str, package: str | None = None) -> ModuleType:
        admit(name, sys._getframe(1).f_globals)
        return plain_module(name, package)

    builtins.__import__, importlib.import_module = checked_import, checked_module


# -- what the file holds --------------------------------------------------------------------------------------


def functions(module: ModuleType, request: Load) -> dict[str, Function]:
    """Return what the file defines of the functions that are asked for."""
    stubs = dict(reading.stubs(request))
    return {name: _function(module, name, stubs) for name in request.functions}


def _function(module: ModuleType, name: str, stubs: Mapping[tuple[str, int], int]) -> Function:
    value = module.__dict__.get(name)
    if not callable(value):
        return Function(defined=False)
    code = getattr(value, "__code__", None)
    line = stubs.get((name, getattr(code, "co_firstlineno", 0)), 0)  # a later `name = lambda ...` has another line
    return Function(defined=True, stub=line > 0, line=line, signature=_signature(value))


def _signature(value: Callable[..., Any]) -> str:
    try:
        return sayable(inspect.signature(value), 200)
    except Exception:  # noqa: BLE001  (a ufunc has none, and a student's default may not even have a repr)
        return ""
