"""Makes a module of student source, whatever shape the file has. Runs in the worker only."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType, TracebackType
from typing import Any

from mlgrade.sandbox.protocol import Fault, Frame, Function, Load

STDLIB = "stdlib"


class RefusedError(ImportError):
    """An import that the course does not allow. An ImportError, so that `try: import x` falls back as usual."""


class ForbiddenError(RuntimeError):
    """A function that this exercise asks the student to write."""


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


# -- what went wrong in it ------------------------------------------------------------------------------------


def fault_of(error: BaseException, filename: str) -> Fault:
    """Describe an exception by what can be shown: the student's own frames, never the worker's."""
    frames = list(_own_frames(error.__traceback__, filename))
    syntax = error if isinstance(error, SyntaxError) and error.filename == filename else None
    return Fault(
        type=_word(type(error).__name__),
        bases=[base.__name__ for base in type(error).__mro__ if _is_builtin(base)][:20],
        message=_message(error, syntax),
        frames=[Frame(line, _word(frame.f_code.co_name)) for frame, line in frames[-40:]],
        shapes=_shapes(frames[-1][0]) if frames else [],
        line=(syntax.lineno or 0) if syntax else 0,
        column=(syntax.offset or 0) if syntax else 0,
        unbound=isinstance(error, TypeError) and not frames,
    )


def _is_builtin(kind: type) -> bool:
    return getattr(builtins, kind.__name__, None) is kind or kind in (RefusedError, ForbiddenError)


def _own_frames(trace: TracebackType | None, filename: str) -> Iterator[tuple[FrameType, int]]:
    for frame, line in traceback.walk_tb(trace):
        if frame.f_code.co_filename == filename:
            yield frame, line


def _message(error: BaseException, syntax: SyntaxError | None) -> str:
    if syntax is not None:
        return str(syntax.msg)[:2000]
    # The traceback module survives a __str__ that raises, and adds Python's own "Did you mean".
    text = "".join(traceback.TracebackException.from_exception(error, limit=1).format_exception_only())
    return text.partition(": ")[2].strip()[:2000]


def _shapes(frame: FrameType) -> list[str]:
    """Shapes and dtypes of the arrays in reach of the line that failed: most errors are there to see."""
    found = []
    for name, value in list(frame.f_locals.items())[:50]:
        shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
        if type(shape) is tuple and dtype is not None:
            found.append(_word(f"{name}: shape {shape}, {dtype}"))
    return found[:8]


def _word(text: object) -> str:
    return str(text)[:200]


# -- what it prints -------------------------------------------------------------------------------------------


class Capped:
    """A text stream that keeps the first `most` characters and counts the rest."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[str] = []
        self._kept = self._lost = 0

    def write(self, text: str) -> int:
        part = text[: self._most - self._kept]
        if part:
            self._parts.append(part)
            self._kept += len(part)
        self._lost += len(text) - len(part)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def take(self) -> str:
        text = "".join(self._parts) + (f"\n... {self._lost} more characters" if self._lost else "")
        self._parts.clear()
        self._kept = self._lost = 0
        return text


class Notes:
    """Warnings, as one line each, with the student's line where they came from."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._lines: list[str] = []

    def show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: object = None,
        line: str | None = None,
    ) -> None:
        del file, line
        place = f"{self._filename}:{lineno}: " if filename == self._filename else ""
        note = _word(f"{place}{category.__name__}: {message}")
        if note not in self._lines and len(self._lines) < 10:
            self._lines.append(note)

    def take(self) -> list[str]:
        lines, self._lines = self._lines, []
        return lines


def watch_warnings(notes: Notes) -> None:
    warnings.simplefilter("always")
    warnings.showwarning = notes.show
