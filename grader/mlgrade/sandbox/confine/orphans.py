"""No worker outlives the process that started it (Linux).

Theory of operation: the kernel sends SIGKILL to the worker when its parent dies, however it dies. Without this a
submission in an endless loop would run on for ever when the grader is killed, because it never looks at its pipe. What
a worker starts itself is adopted by the warm parent when the worker dies, and killed by it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from mlgrade.sandbox.confine import kernel

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with(parent: int) -> None:
    """Ask to be killed with the parent; if it is gone already, go too."""
    kernel.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


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
