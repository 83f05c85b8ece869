"""Limits of the kernel on one process (POSIX).

Theory of operation: set after numpy is loaded and before the source is read, soft and hard alike, so that student
code cannot raise them again. They stop a memory hog with a MemoryError, a core dump that would hold other people's
data, and a disk filler. Time is kept from outside, because a process can ignore a soft limit's signal.
"""

from __future__ import annotations

import resource
import sys

from mlgrade.sandbox.limits import MIB, Limits


def apply(limits: Limits) -> None:
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 64 * MIB)
    if sys.platform != "darwin":  # macOS accepts the call and ignores it, or refuses values below what is mapped
        _lower(resource.RLIMIT_AS, limits.memory_bytes)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (value, value))
