"""An empty network, an own name and an own System V memory, as a bonus (Linux; root, or where users may).

Theory of operation: a namespace gives a process its own copy of something that is otherwise the machine's. The warm
parent enters them once, before any student code, and its workers are born there: a socket, if the filter ever let one
through, would find no interface, and a shared memory segment would go with the last worker. They cost a worker nothing.
No promise rests on them: Docker's default profile and some distributions refuse them, and `strict` does not ask.

A user who is not root first enters a user namespace, where it may make the others, and gives up at once what it
became there. It also gives up what it was allowed outside; where that is how it reads Python, it stays out.

Sources: namespaces(7), user_namespaces(7), unshare(2).
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from mlgrade.sandbox.confine import identity, kernel

NEWUSER, NEWIPC, NEWNET, NEWUTS = 0x1000_0000, 0x0800_0000, 0x4000_0000, 0x0400_0000


def enter() -> bool:
    """Enter them, and say whether that went well. A process that may not is where it was."""
    try:
        if os.geteuid() == 0:
            kernel.call("unshare", ctypes.c_ulong(NEWIPC | NEWNET | NEWUTS))
        elif identity.python_is_open_to_all():
            _as_user(os.getuid(), os.getgid())
        else:
            return False
    except OSError:
        return False
    return True


def _as_user(user: int, group: int) -> None:
    kernel.call("unshare", ctypes.c_ulong(NEWUSER | NEWIPC | NEWNET | NEWUTS))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    identity.keep_only(0)
