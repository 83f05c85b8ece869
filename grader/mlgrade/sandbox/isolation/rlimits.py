"""Limits of the kernel on one process (POSIX).

Theory of operation: set after numpy is loaded and before the source is read, soft and hard alike, so that student
code cannot raise them again. They stop a memory hog with a MemoryError, a core dump that would hold other people's
data, a disk filler, a hoarder of descriptors and a maker of threads: a worker that is a user of its own has a number
of them to itself, any other leaves enough of its user's to the grader, which must be able to start the next worker.
Time is kept from outside, because a process can ignore a soft limit's signal; the limit on processor time is the
backstop for a grader that was stopped itself.
"""

from __future__ import annotations

import resource
import sys

from mlgrade.sandbox.limits import FILE_BYTES, Limits

OPEN_FILES = 32  # times the bytes of one file: what deleted files can hold where nobody sees them
THREADS = 128  # of a user that has nothing else
SPARED = 64  # tasks that a worker leaves to the rest of its user, the grader among them, where the user's are limited
CORES = 64  # processor seconds are counted over all threads


def apply(limits: Limits, *, alone: bool) -> None:
    """Lower them; `alone` says that no other process belongs to this user."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_CPU, int(CORES * (limits.import_seconds + limits.total_seconds)) + 1)
    if sys.platform != "darwin":  # macOS accepts the call and ignores it, or refuses values below what is mapped
        _lower(resource.RLIMIT_AS, limits.memory_bytes)
    if alone:
        _lower(resource.RLIMIT_NPROC, THREADS)
    elif (most := resource.getrlimit(resource.RLIMIT_NPROC)[0]) > 2 * SPARED:  # for no limit at all this is -1
        _lower(resource.RLIMIT_NPROC, most - SPARED)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (value, value))
