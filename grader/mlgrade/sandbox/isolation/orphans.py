"""No worker outlives the process that started it (Linux).

Theory of operation: the kernel sends SIGKILL to the worker when its parent dies, however it dies. Without this a
submission in an endless loop would run on for ever when the grader is killed, because it never looks at its pipe. What
a worker starts itself is adopted by the fork server when the worker dies, and killed by it.

The fork server does not ask for that signal: the kernel sends it when the *thread* that started a process ends, and a
grader may start its fork server from a thread that does not last. It ends when its line to the grader is closed, after
it has killed its workers and cleared away their folders. A process of a pool ends by the pipe that Python gives it for
this purpose (`end_with`).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from pathlib import Path

from mlgrade.sandbox.isolation import kernel

if sys.platform != "win32":
    import fcntl

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
F_SETSIG = 10  # Python has no name for it


def die_with(parent: int) -> None:
    """Ask to be killed with the parent; if it is gone already, go too."""
    kernel.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def end_with(sentinel: int) -> None:
    """Have the kernel kill this process as soon as the other end of a pipe is closed, however its holder ended.

    For a child of `multiprocessing`: `end_with(multiprocessing.parent_process().sentinel)`. Elsewhere than on Linux a
    thread waits for it.
    """
    if sys.platform != "linux":
        threading.Thread(target=_wait_and_exit, args=(sentinel,), daemon=True).start()
        return
    fcntl.fcntl(sentinel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(sentinel, F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(sentinel, fcntl.F_SETFL, fcntl.fcntl(sentinel, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([sentinel], [], [], 0)[0]:  # it was closed before we asked
        os._exit(0)


def _wait_and_exit(sentinel: int) -> None:
    from multiprocessing.connection import wait  # a large import, which a worker does without

    wait([sentinel])
    os._exit(0)


def first_for_the_oom_killer() -> None:
    """Have the kernel take this process before any other where memory runs out."""
    with contextlib.suppress(OSError):  # no /proc: the kernel goes by size, and the worker is mostly the largest
        Path("/proc/self/oom_score_adj").write_text("1000")


def kill_all(pid: int) -> None:
    """Kill a worker and, with its group, the processes that it started."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def adopt() -> None:
    """Become the parent of what a worker leaves behind, also of what hid in a session of its own."""
    kernel.prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_others(workers: set[int]) -> None:
    """Kill and reap every child that is not a worker, until none is left: killing one may bring up its children."""
    while others := _children() - workers:
        for pid in others:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> set[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:  # a kernel without the list, or no /proc: the group was killed, which is what can be done
        return set()
    return set(map(int, text.split()))
