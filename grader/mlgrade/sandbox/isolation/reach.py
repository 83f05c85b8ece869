"""Python's own folders by descriptor, where the way to them is closed to a worker (Linux).

Theory of operation: a path in a home folder asks for the right to pass through every folder on the way. A
worker that is a user of its own has none in /root, and no worker keeps the capability that does without. So the fork
server opens Python's folders while it may, and points imports at /proc/self/fd/N: from there only what lies beneath is
asked for, and Landlock still decides which files are opened. The descriptors name folders (O_PATH) and read nothing by
themselves. Nothing is changed where every user gets to Python.

Sources: proc(5), "/proc/pid/fd"; open(2), O_PATH.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mlgrade.sandbox.isolation import identity

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
