"""What a worker gives up before it reads student code, and which isolation layers then stand.

One module per layer; each opens with how it works and what it stops. `Plan` prepares them once, in the fork server, and
puts them up in each worker. What stands is what was put up: a worker says so itself, before any student code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from mlgrade.sandbox.isolation import audit, identity, landlock, libraries, orphans, process, seccomp
from mlgrade.sandbox.limits import Limits

if sys.platform != "win32":
    from mlgrade.sandbox.isolation import rlimits

PROCESS = "process"
NAMESPACES = "namespaces"
IDENTITY = "identity"
RLIMITS = "rlimits"
LANDLOCK = "landlock"
DESCRIPTORS = "descriptors"
SECCOMP = "seccomp"
AUDIT = "audit hook"

# What each stops, in a reader's words.
WALLS = {
    PROCESS: "suites, solutions and results are in no memory that student code can reach",
    NAMESPACES: "no network interface, no shared memory of the machine (a bonus)",
    IDENTITY: "the worker is a user of its own who owns nothing",
    LANDLOCK: "no file but Python's, numpy's and its own scratch is opened; nothing else is written",
    DESCRIPTORS: "nothing is open but its own pipes",
    RLIMITS: "memory, open files, file sizes and processor time are limited",
    SECCOMP: "no processes, programs, sockets, signals to others, or memory of others",
    AUDIT: "files and sockets are refused inside Python: a hint, which able code gets around",
}
NEEDED = frozenset({PROCESS, DESCRIPTORS, RLIMITS, LANDLOCK, SECCOMP})
HELD_BY_THE_KERNEL = frozenset({RLIMITS, LANDLOCK, SECCOMP, IDENTITY})


def missing(walls: Iterable[str]) -> list[str]:
    """Return the isolation layers that hidden suites ask for on this system and that do not stand."""
    needed = NEEDED | ({IDENTITY} if identity.available() else set())
    return [wall for wall in WALLS if wall in needed - set(walls)]


def level(walls: Iterable[str]) -> str:
    """Return `strict` if all needed layers are active, `none` if the kernel holds not one, else `reduced`."""
    standing = set(walls)
    if not missing(standing):
        return "strict"
    return "reduced" if standing & HELD_BY_THE_KERNEL else "none"


class IsolationPlan:
    """The isolation layers of this machine, less those that are left out to show what they are for.

    `scratch` is where the scratch folders of all workers lie. With a `listing`, the names of refused system calls are
    appended to that file.
    """

    def __init__(self, scratch: str, *, packages: bool = False, without: Iterable[str] = (), listing: str = "") -> None:
        self._without = frozenset(without)
        self._files = (
            landlock.LandlockRules(scratch, packages=packages) if self._has(LANDLOCK, landlock.abi() > 0) else None
        )
        self._calls = _filter(listing) if self._has(SECCOMP, seccomp.available()) else None
        self.identity = self._has(IDENTITY, identity.available() and identity.python_is_readable_to_all())

    def _has(self, wall: str, available: bool) -> bool:
        return available and wall not in self._without

    def activate(
        self,
        limits: Limits,
        scratch: str,
        kept: tuple[int, ...],
        *,
        parent: int = 0,
        user: int = 0,
        watched: bool = False,
    ) -> tuple[str, ...]:
        """Put the isolation layers up around this process, for good, and say which stand.

        `kept` are the descriptors that stay open, `parent` whom to die with, `user` whom to become where that is
        possible; a process that is `watched` shows that user what it holds open. Each step comes before what it would
        be refused by: descriptors are closed after the last folder was named and before their number is limited, and
        the filter comes last, because it refuses what puts up the others.
        """
        if self.identity:
            identity.become(user, scratch)
            if watched:
                process.show()
        return (PROCESS, *self._erect(limits, scratch, kept, parent))

    def _erect(self, limits: Limits, scratch: str, kept: tuple[int, ...], parent: int) -> Iterator[str]:
        if self.identity:
            yield IDENTITY
        if self._has(IDENTITY, sys.platform == "linux"):
            identity.keep_only(0)
        if parent:
            orphans.die_with(parent)  # once more: the kernel forgets it when the user changes
        if self._files is not None:
            self._files.apply(scratch)
            yield LANDLOCK
        elif self._has(AUDIT, True):
            audit.refuse(scratch, packages=limits.packages)
            yield AUDIT
        if self._has(DESCRIPTORS, sys.platform != "win32"):
            process.close_all_but(*kept, *libraries.descriptors(), *(self._calls.kept if self._calls else ()))
            yield DESCRIPTORS
        if self._has(RLIMITS, sys.platform != "win32"):
            rlimits.apply(limits, alone=self.identity)
            yield RLIMITS
        if self._calls is not None:
            self._calls.apply()
            yield SECCOMP


def _filter(listing: str) -> seccomp.Filter:
    if not listing:
        return seccomp.Filter()
    from mlgrade.sandbox.isolation import trace  # rarely wanted, and not for Windows

    return trace.TracedFilter(listing)
