"""Give a worker namespaces and mounts of its own, where the kernel allows it.

Theory of operation: a namespace gives a process its own copy of something that is otherwise the machine's. The fork
server enters them once, before any student code, and its workers are born there: a socket, if the filter ever let one
through, would find no interface, and a shared memory segment would go with the last worker. They cost a worker nothing.
No promise rests on them: Docker's default profile and some distributions refuse them, and `strict` does not ask.

A user who is not root first enters a user namespace, where it may make the others. The fork server keeps one
capability of those that it has there, by which each worker mounts its scratch folder; no worker keeps any. What the
user was allowed outside is given up on the way in, so imports are pointed at open folders before (`reach`).

Sources: namespaces(7), user_namespaces(7), unshare(2).
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from mlgrade.sandbox.isolation import identity, kernel
from mlgrade.sandbox.limits import SCRATCH_BYTES, SCRATCH_ENTRIES

NEWUSER, NEWIPC, NEWNET, NEWUTS = 0x1000_0000, 0x0800_0000, 0x4000_0000, 0x0400_0000


def enter() -> bool:
    """Enter them, and say whether that went well. A process that may not is where it was."""
    try:
        if os.geteuid() == 0:
            kernel.call("unshare", ctypes.c_ulong(NEWNS | NEWIPC | NEWNET | NEWUTS))
        else:
            _as_user(os.getuid(), os.getgid())
    except OSError:
        return False
    return True


def _as_user(user: int, group: int) -> None:
    kernel.call("unshare", ctypes.c_ulong(NEWUSER | NEWNS | NEWIPC | NEWNET | NEWUTS))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    identity.drop_bounding()
    identity.keep_only(1 << identity.CAP_SYS_ADMIN)


# -- mounts --------------------------------------------------------------------------------------------------------

# A small file system of its own for each worker's scratch folder (Linux; root, or where user namespaces are allowed).
#
# Theory of operation: the worker takes a mount namespace of its own and mounts a tmpfs over its scratch folder before
# it gives anything up. The kernel then counts every byte and every file in it, also those that are deleted and still
# open or mapped, and answers with ENOSPC beyond the bound. What a submission may hold is its memory limit and this
# file system. Nobody outside sees the files, and the kernel drops them with the worker, so there is nothing to clear
# away afterwards.
#
# Docker's default profile and some distributions refuse it. There the fork server looks at the folder from outside
# instead (`watching`).
#
# Sources: mount_namespaces(7), tmpfs(5).

NEWNS = 0x0002_0000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 1 << 14, 1 << 18
MNT_DETACH = 2
OPTIONS = f"mode=700,size={SCRATCH_BYTES},nr_inodes={SCRATCH_ENTRIES}"


def possible(folder: str) -> bool:
    """Whether this process, in a mount namespace of its own, may mount over a folder: tried once, and undone."""
    try:
        _mount("none", "/", None, MS_REC | MS_PRIVATE)  # what is mounted here is mounted nowhere else
        _tmpfs(folder)
    except OSError:
        return False
    kernel.call("umount2", ctypes.c_char_p(os.fsencode(folder)), ctypes.c_int(MNT_DETACH))
    return True


def cover(folder: str) -> None:
    """Mount an empty file system over a folder, for this process and what it starts."""
    kernel.call("unshare", ctypes.c_ulong(NEWNS))
    _tmpfs(folder)


def _tmpfs(folder: str) -> None:
    _mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, OPTIONS)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kernel.call(
        "mount",
        ctypes.c_char_p(source.encode()),
        ctypes.c_char_p(os.fsencode(target)),
        ctypes.c_char_p(kind.encode() if kind else None),
        ctypes.c_ulong(flags),
        ctypes.c_char_p(options.encode()),
    )
