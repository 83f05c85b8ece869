"""A user of its own for each worker (Linux, where the grader runs as root).

Theory of operation: a root process may become any user and cannot become root again. Each worker takes another number
from a range that no account uses, so that it owns nothing but its scratch folder, may signal and trace nobody, and its
processes are counted by themselves (RLIMIT_NPROC). Whoever does not run as root has this layer already around the rest
of the machine, and cannot have it between grader and worker: there, seccomp and Landlock do the work alone.

No worker keeps a capability, whoever its user is: all sets are empty, and the bounding set too where it may be lowered.
Where Python itself lies in a folder that only root may enter (as its home), late imports go through descriptors of its
folders instead (`reach`). Where its files themselves may be read by root alone, no other user could import anything:
this layer is then left out, and reports say so.

Sources: credentials(7), capabilities(7), user_namespaces(7). The range lies in what systemd keeps for transient users.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import os
import secrets
import struct
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mlgrade.sandbox.isolation import kernel

FIRST, COUNT = 61_184, 4_096
PR_CAPBSET_DROP = 24
CAPABILITIES_VERSION = 0x2008_0522
CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_SYS_ADMIN = 6, 7, 8, 21


@functools.cache  # asked with every report
def available() -> bool:
    """Whether this process may become one of these users: root, and not a root whom a container keeps to itself."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not Path("/proc/self/uid_map").exists():
        return False
    mapped = all(_maps(Path(f"/proc/self/{kind}_map")) for kind in ("uid", "gid"))
    return mapped and all(capabilities() >> one & 1 for one in (CAP_SETUID, CAP_SETGID))


def _maps(table: Path) -> bool:
    rows = (tuple(map(int, row.split())) for row in table.read_text().splitlines())
    return any(first <= FIRST and first + count >= FIRST + COUNT for first, _, count in rows)


def capabilities() -> int:
    """Return the capabilities of this process, as a bit mask."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))


def users() -> Iterator[int]:
    """Yield numbers for workers one after another, from a start of our own: two graders seldom meet."""
    start = secrets.randbelow(COUNT)
    return (FIRST + (start + step) % COUNT for step in itertools.count())


def become(user: int, scratch: str) -> None:
    """Become this user for good, who has no group, no right and nothing but a scratch folder."""
    os.chown(scratch, user, user)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


@contextlib.contextmanager
def seen_as(user: int) -> Iterator[None]:
    """Look at files and at /proc as this user, for a moment; 0 stands for whoever we are.

    Root without CAP_SYS_PTRACE, as in a container, does not see what another user's process holds open: that user does.
    """
    if not user:
        yield
        return
    _look_as(user)
    try:
        yield
    finally:
        _look_as(0)


def _look_as(user: int) -> None:
    for name in ("setfsgid", "setfsuid") if user else ("setfsuid", "setfsgid"):
        kernel.call(name, ctypes.c_ulong(user))


def keep_only(capabilities: int) -> None:
    """Give up every capability but these: effective, permitted, inheritable, and with them ambient."""
    low, high = capabilities & 0xFFFF_FFFF, capabilities >> 32
    header = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    kernel.call("capset", header, struct.pack("=6I", low, low, 0, high, high, 0))


def drop_bounding() -> None:
    """Lower the bounding set to nothing, where this process may."""
    if not capabilities() >> CAP_SETPCAP & 1:
        return
    for one in itertools.count():
        try:
            kernel.prctl(PR_CAPBSET_DROP, one)
        except OSError:  # the kernel knows no more
            return


def homes() -> tuple[Path, Path]:
    """Return where the standard library and numpy lie, with links followed: a link's own path may be open."""
    return Path(sysconfig.get_path("stdlib")).resolve(), Path(np.__file__).resolve().parent


def open_to_all(folder: Path) -> bool:
    """Whether any user may enter a folder: every one on the way lets others in."""
    return all(one.stat().st_mode & 0o001 for one in (folder, *folder.parents))


def python_is_open_to_all() -> bool:
    """Whether any user gets to Python and numpy by their paths."""
    return all(map(open_to_all, homes()))


def python_is_readable_to_all() -> bool:
    """Whether any user may read Python's and numpy's files, however it gets to them."""
    return all(home.stat().st_mode & 0o005 == 0o005 and _readable(home) for home in homes())


def _readable(home: Path) -> bool:
    return all(path.stat().st_mode & 0o004 for path in home.glob("*.py"))
