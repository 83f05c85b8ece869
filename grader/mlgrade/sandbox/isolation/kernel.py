"""How this package speaks to the Linux kernel: system calls that Python does not wrap, by name."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
from pathlib import Path

TABLE = Path(__file__).with_name("syscalls.csv")  # names and numbers, from the kernel's own headers
PR_SET_NO_NEW_PRIVS = 38


@functools.cache
def numbers(machine: str = "") -> dict[str, int]:
    """Return every system call of an architecture (x86_64 or aarch64; this one, if none is named) by name."""
    header, *rows = (line.split(",") for line in TABLE.read_text().splitlines())
    machine = machine or platform.machine()
    column = header.index(machine) if machine in header else 0
    return {row[0]: int(row[column]) for row in rows if column and row[column]}


@functools.cache
def libc() -> ctypes.CDLL:
    """Return the C library."""
    return ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """Make a system call. Raises OSError with the call's name."""
    result = int(libc().syscall(ctypes.c_long(numbers()[name]), *arguments))
    if result < 0:
        _fail(name)
    return result


def prctl(what: int, value: int) -> None:
    """Call prctl. Raise OSError if it fails."""
    if libc().prctl(what, ctypes.c_ulong(value), 0, 0, 0) != 0:
        _fail(f"prctl({what})")


def no_new_privileges() -> None:
    """No program gives this process rights that it does not have. Landlock and seccomp ask for it."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def _fail(name: str) -> None:
    code = ctypes.get_errno()
    raise OSError(code, f"{os.strerror(code)} ({name})")
