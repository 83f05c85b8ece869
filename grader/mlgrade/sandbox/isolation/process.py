"""Close what a worker inherits, and hide the grader from processes of its own user."""

from __future__ import annotations

import os
import platform

from mlgrade.sandbox.isolation import kernel

# Nothing open but one's own pipes (every system but Windows, which hands none on).
#
# Theory of operation: an open descriptor is a right that no later layer takes back. A forked worker inherits those of
# its fork server: the line on which workers are asked for, the allowed folders, whatever a library opened. All are
# closed but the ones named, so that student code holds two pipes to the grader, one for its stack, /dev/null, and at
# most a few that name Python's own folders (`reach`), through which nothing is read that Landlock refuses.

HIGHEST = 1 << 20  # close_range does it in one call where there is one; rlimits keep what may be open below this


def close_all_but(*kept: int) -> None:
    """Close all descriptors but these."""
    low = 3  # the standard three point at nothing
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, HIGHEST)


# -- hiding --------------------------------------------------------------------------------------------------------

# The grader's own memory, shut to other processes of the same user (Linux).
#
# Theory of operation: a process that is not dumpable cannot be traced, its memory and open files cannot be read through
# /proc, and a crash leaves no core file, except for root. The grader holds suites, solutions and results; it becomes
# such a process before it starts the first worker, and stays one. A worker's filter refuses the calls that would try;
# this holds where there is no filter.
#
# Source: PR_SET_DUMPABLE in prctl(2); proc(5).

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
