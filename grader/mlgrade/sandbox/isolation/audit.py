"""Python's own audit events, refused (where the kernel has no layer around files: macOS, Windows, old Linux).

Theory of operation: CPython announces what is about to happen (a file opened, a socket made, a program started) to
hooks that cannot be taken off, and an exception in a hook prevents it. This catches the student who opens the solution
because it is there, and tells them so. It is a hint and no isolation: code that reaches past Python's own functions is
not announced. No report counts it towards `strict`.

Source: PEP 578; Python's table of audit events.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from mlgrade.sandbox.isolation.landlock import readable

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PROGRAMS = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.kill", "os.startfile")
SOCKETS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo")
CHANGES = (
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "os.utime",
)


def refuse(scratch: str, *, packages: bool) -> None:
    """Refuse, from now on, what student code has no business with."""
    libraries = tuple({os.path.realpath(path) for path in readable(packages=packages)})
    sys.addaudithook(_hook(os.path.realpath(scratch), libraries))


def _hook(scratch: str, libraries: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            allowed = (scratch,) if flags & WRITING else (scratch, *libraries)
            if not isinstance(path, int) and not _within(path, allowed):
                raise PermissionError(f"a submission may not open {os.path.basename(os.fsdecode(path))}")  # noqa: PTH119
        elif event.startswith(PROGRAMS + SOCKETS):
            raise PermissionError(f"a submission may not use {event}")
        elif event in CHANGES and not _within(arguments[0], (scratch,)):
            raise PermissionError(f"a submission may not use {event} here")

    return hook


def _within(path: Any, folders: tuple[str, ...]) -> bool:
    real = os.path.realpath(os.fsdecode(path))
    return real == os.devnull or any(real == folder or real.startswith(folder + os.sep) for folder in folders)
