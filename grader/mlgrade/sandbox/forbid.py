"""Forbid functions by what they are, not by one of their names. Runs in the worker, once, before the student's code.

A course forbids `numpy.linalg.norm`, and the same function has many names: `numpy.linalg._linalg.norm`, what other
modules imported from there, `__wrapped__` of numpy's dispatcher. So the object itself refuses:

- A function written in Python gets other code. Every alias of it refuses then, also one that is made later. The old
  code object is gone, for nothing else held it.
- A class refuses to make instances, where Python lets its attributes be set.
- Anything else (a function written in C, a ufunc) is replaced in whatever holds it: the namespaces of modules and
  classes, dicts, lists, sets, cells. The garbage collector knows them all, in 3 ms; no course pays that without such a
  name in its list.

The module is not loaded a second time, and its source and compiled code cannot be opened: an audit hook refuses, which
Python cannot take out again, and which `gc` does not list.

What else calls a forbidden function refuses too (`numpy.linalg.vector_norm` calls `norm`, `numpy.linalg.cond` for the
orders other than None, 2 and -2): it would be the same answer by a detour. What computes the same by itself does not:
name it too.

Not closed, and no list of names closes it: who rewrites this process through ctypes; who reads the text of numpy
somewhere else and pastes it; the `__self__` of a bound method that numpy needs itself (`umr_maximum`, if a course
forbids `numpy.maximum`); methods and operators of arrays (`a @ b` for `numpy.dot`).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import BuiltinMethodType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple, NoReturn

from mlgrade.sandbox.faults import ForbiddenError, ForbiddenSourceError

_MOST_LAYERS = 10  # of decorators around one function
_COMPILED = (".so", ".pyd", ".dll")
# A function that raises: its two constants are put in later, and no name is looked up in whatever its globals are.
_TEMPLATE = compile("def refuse(*_, **__):\n    raise 'error'.named('name')\n", __file__, "exec").co_consts[0]


class Named(NamedTuple):
    """What a dotted name stands for, and the module, class or other object that has it."""

    owner: Any
    value: Any


class _Held(NamedTuple):
    """An object that is replaced wherever it is held."""

    value: Any
    instead: Callable[..., NoReturn]


def find(name: str) -> Named | None:
    """Return what a dotted name stands for; None if its package is not installed or has no such name."""
    home, *rest = _homes(name)
    if not rest:
        return None
    owner, value = None, home
    for part in rest:
        owner, value = value, getattr(value, part, None)
    return None if value is None else Named(owner, value)


def _homes(name: str) -> list[Any]:
    """The innermost module that a name begins with, and the rest of the name."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        home = ".".join(parts[:count])
        with contextlib.suppress(ImportError):
            return [sys.modules.get(home) or importlib.import_module(home), *parts[count:]]
    return [None]


def impossible(name: str) -> str:
    """Say why a name that is there cannot be forbidden, or nothing."""
    found = find(name)
    if found is None:
        return ""
    if not callable(found.value):
        return "is nothing that can be called"
    if _functions(found.value) or isinstance(found.value, type) or isinstance(found.owner, ModuleType):
        return ""
    kind = f"the type {found.owner.__name__}" if isinstance(found.owner, type) else f"a {type(found.owner).__name__}"
    return f"is a method of {kind}, which Python cannot replace; forbid functions of a module"


def forbid(names: Sequence[str]) -> None:
    """Let every call of these functions end in a ForbiddenError."""
    homes: set[str] = set()
    files: set[str] = set()
    held: list[_Held] = []
    for name in names:
        if found := find(name):
            held += _close(found.value, name, homes, files)
    if held:
        homes |= _replace(held)
    if homes:
        _bar({*homes, gc.__name__}, files)
        gc.freeze()  # what is frozen is neither listed by gc nor found as a referrer: the hook is not
        gc.unfreeze = lambda: None


def _close(value: Any, name: str, homes: set[str], files: set[str]) -> list[_Held]:
    """Let a function written in Python, or a class, refuse. Return what must be replaced instead."""
    if functions := _functions(value):
        for function in functions:
            homes.add(function.__globals__.get("__name__", ""))  # __module__ is what numpy wants to be shown
            files.add(function.__code__.co_filename)
            _refuse(function, name)
        return []
    if isinstance(value, type):
        try:
            value.__new__ = staticmethod(_Refusal(name))  # type: ignore[method-assign]
        except TypeError:  # a type written in C
            pass
        else:
            homes.add(value.__module__)
            files.add(getattr(sys.modules.get(value.__module__), "__file__", None) or "")
            return []
    return [_Held(layer, _Refusal(name)) for layer in _layers(value)]


class _Refusal:
    """Stands where a function or a ufunc was, and refuses to be called or to give its methods."""

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name.rpartition(".")[2]
        self._of = name

    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise ForbiddenError.named(self._of)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # copy, inspect and others ask any object for these
            raise AttributeError(name)
        raise ForbiddenError.named(self._of)


def _refuse(function: FunctionType, name: str) -> None:
    """Give a function code that raises."""
    assert isinstance(_TEMPLATE, CodeType)  # noqa: S101  (for the type checker)
    given = {"error": ForbiddenError, "name": name}
    constants = tuple(given.get(constant, constant) for constant in _TEMPLATE.co_consts)
    function.__code__ = _TEMPLATE.replace(co_consts=constants, co_freevars=function.__code__.co_freevars)
    function.__defaults__ = function.__kwdefaults__ = None


# -- what a function is made of -------------------------------------------------------------------------------


def _layers(value: Any) -> Iterator[Any]:
    """A function and what it wraps, as decorators and numpy's dispatchers say it."""
    for _ in range(_MOST_LAYERS):
        yield value
        value = getattr(value, "__wrapped__", None)
        if value is None:
            return


def _functions(value: Any) -> list[FunctionType]:
    """The functions written in Python that do the work: all of them, also what a decorator keeps in a closure."""
    found: list[FunctionType] = []
    waiting = list(_layers(value))
    while waiting and len(found) < _MOST_LAYERS:
        layer = waiting.pop()
        layer = layer.__func__ if isinstance(layer, MethodType) else layer
        if isinstance(layer, FunctionType) and layer not in found:
            found.append(layer)
            waiting += [kept for kept in _kept(layer) if getattr(kept, "__name__", None) == layer.__name__]
    return found


def _kept(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # an empty one
            continue


# -- what cannot be changed -----------------------------------------------------------------------------------


def _replace(held: Sequence[_Held]) -> set[str]:
    """Put the refusal in the place of each object; return the names of compiled modules that would make another one."""
    instead = {id(one.value): one.instead for one in held}
    homes: set[str] = set()
    gc.unfreeze()  # the fork server has frozen all that it has loaded, and what is frozen is not found
    try:
        for holder in gc.get_referrers(*(one.value for one in held)):
            _put(holder, instead)
            homes |= _compiled(holder)
    finally:
        gc.freeze()
    # Namespaces of classes were changed without their knowledge.
    getattr(sys, "_clear_internal_caches", getattr(sys, "_clear_type_cache", int))()
    return homes


def _put(holder: Any, instead: dict[int, Callable[..., NoReturn]]) -> None:
    if isinstance(holder, dict):
        for key, value in list(holder.items()):
            if id(value) in instead:
                holder[key] = instead[id(value)]
            if id(key) in instead:
                holder[instead[id(key)]] = holder.pop(key)
    elif isinstance(holder, list):
        holder[:] = [instead.get(id(value), value) for value in holder]
    elif isinstance(holder, set):
        for value in [value for value in holder if id(value) in instead]:
            holder.remove(value)
            holder.add(instead[id(value)])
    elif isinstance(holder, CellType):
        holder.cell_contents = instead[id(holder.cell_contents)]
    elif not isinstance(holder, (type, BuiltinMethodType)):
        _put(getattr(holder, "__dict__", {}), instead)  # since Python 3.12 an object may hold its attributes itself


def _compiled(holder: Any) -> set[str]:
    spec = holder.get("__spec__") if isinstance(holder, dict) else None
    if isinstance(spec, ModuleSpec) and (spec.origin == "built-in" or str(spec.origin).endswith(_COMPILED)):
        return {spec.name}
    return set()


# -- a second time --------------------------------------------------------------------------------------------


class _OnlyOnce:
    """Find no module whose functions are forbidden: it is loaded, and another one would have them back."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        del path, target
        if name in self._names:
            raise ForbiddenSourceError.named(name)


def _bar(homes: set[str], files: set[str]) -> None:
    """Refuse to load these modules again, and to open what they are made from."""
    names, found = frozenset(homes), list(_variants(files))
    hook = _hook(names, frozenset(_inodes(found)), frozenset(map(_base, found)))
    sys.addaudithook(hook)
    sys.meta_path.insert(0, _OnlyOnce(names))


def _variants(files: set[str]) -> Iterator[str]:
    """A source file and what Python may have compiled it to."""
    for file in filter(None, files):
        yield file
        compiled = importlib.util.cache_from_source(file, optimization="").removesuffix(".pyc")
        yield from (f"{compiled}{optimized}.pyc" for optimized in ("", ".opt-1", ".opt-2"))


def _inodes(paths: Sequence[str]) -> Iterator[tuple[int, int]]:
    for path in paths:
        with contextlib.suppress(OSError):
            status = os.stat(path)  # noqa: PTH116  (a Path for each costs more than all the rest)
            yield status.st_dev, status.st_ino


def _hook(
    modules: frozenset[str], inodes: frozenset[tuple[int, int]], names: frozenset[str]
) -> Callable[[str, tuple[Any, ...]], None]:
    """Make the audit hook. It uses nothing that student code can reach: no name of a module, no builtin, no cell."""

    def hook(
        event: str,
        args: tuple[Any, ...],
        *,
        modules: frozenset[str] = modules,
        inodes: frozenset[tuple[int, int]] = inodes,
        names: frozenset[str] = names,
        stat: Callable[[Any], os.stat_result] = os.stat,
        base: Callable[[Any], Any] = _base,
        error: Callable[[str], ForbiddenSourceError] = ForbiddenSourceError.named,
        missing: type[Exception] = Exception,
        number: type = int,
        kind: Callable[[Any], type] = type,
    ) -> None:
        if event == "import" and args[0] in modules:
            raise error(args[0])
        if event == "open" and kind(args[0]) is not number:
            path = args[0]
            try:
                found = stat(path)
            except missing:  # by a name relative to another folder, or there is no such file
                if base(path) in names:
                    raise error(base(path)) from None
                return
            if (found.st_dev, found.st_ino) in inodes:
                raise error(base(path))

    return hook


def _base(path: Any) -> Any:
    return os.path.basename(os.fsdecode(path)) if isinstance(path, (str, bytes, os.PathLike)) else path  # noqa: PTH119
