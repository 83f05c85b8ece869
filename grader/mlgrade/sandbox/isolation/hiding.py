"""The grader's own memory, shut to other processes of the same user (Linux).

Theory of operation: a process that is not dumpable cannot be traced, its memory and open files cannot be read through
/proc, and a crash leaves no core file, except for root. The grader holds suites, solutions and results; it becomes
such a process before it starts the first worker, and stays one. A worker's filter refuses the calls that would try;
this holds where there is no filter.

Source: PR_SET_DUMPABLE in prctl(2); proc(5).
"""

from __future__ import annotations

import platform

from mlgrade.sandbox.isolation import kernel

PR_SET_DUMPABLE = 4


def hide() -> None:
    """Shut this process to the other processes of its user, for good."""
    if platform.system() == "Linux":
        kernel.prctl(PR_SET_DUMPABLE, 0)


def show() -> None:
    """Let the other processes of one's user look: a worker is the only one, and its fork server watches as that user.

    A process that became another user is shut by itself.
    """
    kernel.prctl(PR_SET_DUMPABLE, 1)
