"""A user of its own for each worker (Linux, where the grader runs as root).

Theory of operation: a root process may become any user and cannot become root again. Each worker takes another number
from a range that no account uses, so that it owns nothing but its scratch folder, may signal and trace nobody, and its
processes are counted by themselves (RLIMIT_NPROC). Whoever does not run as root has this wall already around the rest
of the machine, and cannot have it between grader and worker: there, seccomp and Landlock do the work alone.

One capability may be kept. Where Python itself lies in a folder that only root may enter (as its home), the worker
keeps CAP_DAC_READ_SEARCH, or its late imports would fail (CAP_DAC_OVERRIDE in a container that grants only that).
What it may then read and write is still Landlock's list.

Sources: credentials(7), capabilities(7), user_namespaces(7). The range lies in what systemd keeps for transient users.
"""

from __future__ import annotations

import functools
import itertools
import os
import secrets
import struct
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mlgrade.sandbox.confine import kernel

FIRST, COUNT = 61_184, 4_096
PR_SET_KEEPCAPS = 8
CAPABILITIES_VERSION = 0x2008_0522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SETGID, CAP_SETUID = 1, 2, 6, 7


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
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))


def users() -> Iterator[int]:
    """Yield numbers for workers one after another, from a start of our own: two graders seldom meet."""
    start = secrets.randbelow(COUNT)
    return (FIRST + (start + step) % COUNT for step in itertools.count())


class Identity:
    """What all workers of one parent have in common."""

    def __init__(self) -> None:
        self._kept = 0 if python_is_open_to_all() else _right_to_read()

    def become(self, user: int, scratch: str) -> None:
        """Become this user for good, who has no group, no right and nothing but a scratch folder."""
        os.chown(scratch, user, user)
        if self._kept:
            kernel.prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        keep_only(self._kept)


def keep_only(capabilities: int) -> None:
    """Give up every capability but these, in all sets that matter without a new program."""
    low, high = capabilities & 0xFFFF_FFFF, capabilities >> 32
    header = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    kernel.call("capset", header, struct.pack("=6I", low, low, 0, high, high, 0))


def _right_to_read() -> int:
    held = capabilities()
    return next((1 << one for one in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if held >> one & 1), 0)


def python_is_open_to_all() -> bool:
    """Whether any user may read Python and numpy: every folder on the way lets others in."""
    homes = (Path(sysconfig.get_path("stdlib")), Path(np.__file__).parent)
    return all(folder.stat().st_mode & 0o001 for home in homes for folder in (home, *home.parents))
