"""Files and TCP out of reach (Linux 5.13 and later; any user).

Theory of operation: Landlock lets a process give up rights on files for good. Every right that the running kernel
knows is handled, so what is not allowed below is refused: reading anything but Python, numpy and the shared
libraries that they need, file by file; writing anywhere but in the worker's own scratch folder; executing any program;
TCP; and, where the kernel can, signals and abstract sockets beyond this process. Each worker shuts itself in before it
reads its source, twice: in a large ruleset that the fork server has made once and that is the same for all its workers,
scratch folders included, and in a small one of its own, which leaves open only that worker's scratch folder among them.
What either refuses is refused. The course, the suites, the solutions and the user's own files are under no
allowed folder: this is the layer that keeps a submission from simply opening them.

What it does not cover: `stat` and the names of files, `chmod` and the like on one's own files, UDP and Unix sockets
with a path. Those are the system call filter's part.

Source: the kernel's documentation of Landlock (userspace-api/landlock).
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from mlgrade.sandbox.isolation import kernel, libraries

CREATE, ADD_RULE, RESTRICT_SELF = "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"
VERSION, PATH_BENEATH = 1, 1

READ_FILE, READ_DIR, WRITE_FILE, TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
READ = READ_FILE | READ_DIR
FILE_ONLY = READ_FILE | WRITE_FILE | TRUNCATE  # rights that a rule for a single file may carry
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}  # by the ABI that brought them
ALL = (1 << 16) - 1
MAKE = sum(1 << right for right in (4, 5, 7, 8))  # remove folders and files, make folders and regular files
OWN = READ | WRITE_FILE | TRUNCATE | MAKE  # in one's own scratch folder
TCP = 0b11
SCOPES = 0b11  # abstract sockets, signals


def abi() -> int:
    """Return the version of the kernel's Landlock, 0 where there is none."""
    if platform.system() != "Linux" or CREATE not in kernel.numbers():
        return 0
    try:
        return kernel.call(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION))
    except OSError:
        return 0


class LandlockRules:
    """What workers may still do, whose scratch folders all lie in `scratch`. Paths are opened once, in the parent."""

    def __init__(self, scratch: str, *, packages: bool = False) -> None:
        self._abi = abi()
        self._rights = max(rights for version, rights in FILE_RIGHTS.items() if version <= self._abi)
        allowed = dict(_allowed(packages)) | {os.path.realpath(scratch): OWN}
        rules = self._rules(allowed)
        self._all = self._ruleset(rules)
        for beneath, _ in rules:  # the kernel has what it needs, and there may be more than one process may hold
            os.close(beneath)
        self._apart = self._rules(dict(_apart(allowed, os.path.realpath(scratch))))

    def _rules(self, allowed: Mapping[str, int]) -> list[tuple[int, int]]:
        return [rule for path, rights in allowed.items() if (rule := self._rule(path, rights))]

    def _rule(self, path: str, rights: int) -> tuple[int, int] | None:
        """Rights beneath a path; one that is not there, or that we do not get to ourselves, needs no rule."""
        try:
            beneath = os.open(libraries.path(path), os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None
        return beneath, (rights if stat.S_ISDIR(os.fstat(beneath).st_mode) else rights & FILE_ONLY) & self._rights

    def apply(self, scratch: str) -> None:
        """Give up everything else, in this process and for good."""
        own = self._ruleset([*self._apart, *self._rules({scratch: OWN})])
        kernel.no_new_privileges()
        for ruleset in (self._all, own):
            kernel.call(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))

    def _ruleset(self, rules: Iterable[tuple[int, int]]) -> int:
        net, scoped = TCP if self._abi >= 4 else 0, SCOPES if self._abi >= 6 else 0
        attributes = struct.pack("=QQQ", self._rights, net, scoped)
        size = 24 if self._abi >= 6 else 16 if self._abi >= 4 else 8
        ruleset = kernel.call(CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
        for rule in rules:
            _add(ruleset, rule)
        return ruleset


def _allowed(packages: bool) -> Iterator[tuple[str, int]]:
    for folder in sys.path:
        yield os.path.realpath(folder), READ_DIR  # an import looks at names before it opens anything
    folders = {os.path.realpath(path) for path in readable(packages=packages)}
    yield from ((path, READ) for path in folders)
    for path in map(os.path.realpath, (*libraries.needed(), *(libraries.cached() if packages else ()))):
        if folders.isdisjoint(map(str, Path(path).parents)):
            yield path, READ_FILE
    for device in ("/dev/null", "/dev/zero", "/dev/urandom"):
        yield device, READ_FILE | WRITE_FILE


def _apart(allowed: Mapping[str, int], scratch: str) -> Iterator[tuple[str, int]]:
    """Few large folders that hold all that is allowed but no scratch folder: with every right, as the others decide."""
    around = {scratch, *map(str, Path(scratch).parents)}
    for path, rights in allowed.items():
        if path in around:
            if path != scratch:
                yield path, rights  # a folder of imports around the scratch folders
            continue
        yield next(str(above) for above in reversed([Path(path), *Path(path).parents]) if str(above) not in around), ALL


def _add(ruleset: int, rule: tuple[int, int]) -> None:
    beneath, rights = rule
    packed = struct.pack("=Qi", rights, beneath)
    kernel.call(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), packed, ctypes.c_uint32(0))


def readable(*, packages: bool) -> Iterable[str]:
    """Folders and files that Python and numpy may need later, beside the shared libraries, which are listed one by one.

    Installed packages are not among them, because a course may be installed as one; `packages` lets in those that are
    not ours, for a course that allows more than numpy. Where the loader cannot list libraries, their folders are in.
    """
    numpy = Path(np.__file__).parent
    yield from (str(numpy), f"{numpy}.libs", "/usr/share/zoneinfo", "/usr/lib/locale", str(libraries.CACHE))
    standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    for folder in sorted({*standard, *(() if libraries.listed() else libraries.FOLDERS)}):
        yield from _children(Path(folder), without=("site-packages", "dist-packages", "python"))
    if packages:
        yield from _children(numpy.parent, without=("mlgrade", "__editable__"))


def in_reach(folder: Path, *, packages: bool) -> str:
    """Return the readable path beneath which a folder lies, or nothing: suites must lie beneath none."""
    home = str(folder.resolve())
    above = (os.path.realpath(path) for path in readable(packages=packages))
    return next((path for path in above if home == path or home.startswith(path + os.sep)), "")


def _children(folder: Path, without: tuple[str, ...]) -> Iterable[str]:
    try:
        names = [entry.name for entry in Path(libraries.path(str(folder))).iterdir()]
        return sorted(str(folder / name) for name in names if not name.startswith(without))
    except OSError:
        return []
