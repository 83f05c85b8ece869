"""Find the files that a worker may read: shared libraries, Python's and numpy's own folders.

Theory of operation: glibc's loader lists what a program would load instead of starting it, when the environment says
LD_TRACE_LOADED_OBJECTS; LD_PRELOAD adds the extension modules of the standard library and numpy to that program. One
such run takes about ten milliseconds beside the fork server's own start. What is loaded already stands in
/proc/self/maps. libgcc_s is asked for by name: the C library opens it when a thread is ended. Where the loader cannot
be asked, every library that its cache names is taken.

Another C library (musl) has no such loader. There the system's library folders are readable as a whole (`FOLDERS`).
With installed packages, whose modules nobody has listed, the whole cache is taken too.

Source: ld.so(8).
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import struct
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mlgrade.sandbox.isolation import identity

FOLDERS = ("/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64")
CACHE = Path("/etc/ld.so.cache")
CACHE_MAGIC = b"glibc-ld.so.cache1.1"
LATE = ("libgcc_s.so.1",)
SEPARATORS = set(" :")  # a path with one of them cannot stand in LD_PRELOAD
TESTS = ("_test", "_xx", "xx")  # the standard library's modules for its own tests need nothing special


@functools.cache
def listed() -> bool:
    """Whether the loader can be asked here."""
    try:
        return sys.platform == "linux" and bool(os.confstr("CS_GNU_LIBC_VERSION"))
    except (ValueError, OSError):
        return False


@functools.cache
def ask() -> tuple[int, int]:
    """Start the loader, and return the process and what it writes to. `needed` reads it."""
    answer, theirs = os.pipe()
    keep = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    environment = {**keep, "LD_TRACE_LOADED_OBJECTS": "1", "LD_PRELOAD": ":".join((*LATE, *_modules()))}
    nothing = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, theirs, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
    try:
        program = [sys.executable, "-I", "-S", "-c", ""]  # of a loader that does not know the variable: nothing
        process = os.posix_spawn(sys.executable, program, environment, file_actions=actions)
    finally:
        os.close(theirs)
        os.close(nothing)
    return process, answer


@functools.cache
def needed() -> tuple[str, ...]:
    """Return the files, as the loader names them."""
    if not listed():
        return ()
    process, answer = ask()
    with os.fdopen(answer) as lines:
        text = lines.read()
    os.waitpid(process, 0)
    found = re.findall(r"^\t(?:\S+ => )?(/.+) \(0x[0-9a-f]+\)$", text, re.MULTILINE)
    unanswered = not found or any(set(path) & SEPARATORS for path in _modules())
    return tuple(dict.fromkeys([*found, *(cached() if unanswered else ()), *_mapped()]))


def cached() -> Iterator[str]:
    """Yield every library that the loader's cache names."""
    with contextlib.suppress(OSError, struct.error):
        data = CACHE.read_bytes()
        start = data.find(CACHE_MAGIC)  # an older table may stand before it
        count = struct.unpack_from("=I", data, start + len(CACHE_MAGIC))[0]
        for number in range(count if start >= 0 else 0):
            value = start + struct.unpack_from("=iII", data, start + 48 + 24 * number)[2]
            yield os.fsdecode(data[value : data.index(b"\0", value)])


@functools.cache
def _modules() -> Sequence[str]:
    """Return the extension modules that are not loaded yet: what those need that are is loaded too."""
    mapped = set(_mapped())
    standard = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    dynamic = [path for folder in sorted(standard) for path in _files(Path(folder, "lib-dynload"))]
    found = [path for path in dynamic if not path.name.startswith(TESTS)]
    for folder in (Path(np.__file__).parent, *_folders(Path(np.__file__).parent)):
        found += _files(folder)
    return [str(path) for path in found if os.path.realpath(path) not in mapped]


def _files(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if entry.name.endswith(".so")]
    return []


def _folders(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if entry.is_dir()]


def _mapped() -> list[str]:
    with Path("/proc/self/maps").open() as lines:
        return list(dict.fromkeys(path for line in lines if ".so" in (path := line.rstrip("\n")[73:])))


# -- reach ---------------------------------------------------------------------------------------------------------

# Python's own folders by descriptor, where the way to them is closed to a worker (Linux).
#
# Theory of operation: a path in a home folder asks for the right to pass through every folder on the way. A worker
# that is a user of its own has none in /root, and no worker keeps the capability that does without. So the fork
# server opens Python's folders while it may, and points imports at /proc/self/fd/N: from there only what lies beneath
# is asked for, and Landlock still decides which files are opened. The descriptors name folders (O_PATH) and read
# nothing by themselves. Nothing is changed where every user gets to Python.
#
# Sources: proc(5), "/proc/pid/fd"; open(2), O_PATH.

_moved: dict[str, int] = {}  # folders that are reached by descriptor


def redirect() -> None:
    """Point imports at open descriptors where the worker will not get through by path."""
    if (os.geteuid() != 0 and not identity.capabilities()) or identity.python_is_open_to_all():
        return
    for folder in filter(os.path.isdir, sys.path):
        real = Path(folder).resolve()
        if not identity.open_to_all(real):
            _moved.setdefault(str(real), os.open(real, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC))
    sys.path[:] = map(_renamed, sys.path)
    for module in list(sys.modules.values()):
        if isinstance(folders := getattr(module, "__path__", None), list):
            folders[:] = map(_renamed, folders)


def descriptors() -> tuple[int, ...]:
    """Return the descriptors that imports go through: a worker keeps them open."""
    return tuple(_moved.values())


def path(real: str) -> str:
    """Return how to open a path: through the nearest folder that is reached by descriptor, or as it is."""
    above = [folder for folder in _moved if real == folder or real.startswith(folder + os.sep)]
    if not above:
        return real
    nearest = max(above, key=len)
    return f"/proc/self/fd/{_moved[nearest]}{real[len(nearest) :]}"


def _renamed(folder: str) -> str:
    """Rename a folder of imports, and let the listing that Python keeps of it go by the new name."""
    renamed = path(os.path.realpath(folder))
    finder = sys.path_importer_cache.get(folder)
    if renamed.startswith("/proc/") and finder is not None and hasattr(finder, "path"):
        finder.path = renamed
        sys.path_importer_cache[renamed] = finder
    return renamed if renamed.startswith("/proc/") else folder
