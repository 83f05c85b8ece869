"""How a worker process comes to be.

On Linux one process with numpy loaded stays warm, and each worker is forked from it; elsewhere each starts an
interpreter. Both begin to start as soon as they are made, and return at once. `Ahead` has the next worker started
while the last one is at work.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable

from mlgrade.errors import SandboxError
from mlgrade.sandbox.fork_server import ForkServer
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.starting import FreshProcess, Launcher, WorkerProcess


def launcher(without: Iterable[str] = (), listing: str = "") -> Launcher:
    """Return this system's way of starting workers.

    `without` leaves layers out, to show what each is for. `listing` names a file for the system calls that are refused.
    """
    return Ahead(ForkServer(without, listing) if sys.platform == "linux" else FreshProcess(without))


class Ahead:
    """A launcher with a worker in reserve that has seen nothing yet, for whoever wants one with the same limits."""

    def __init__(self, inner: Launcher) -> None:
        self.inner = inner
        self._next: tuple[Limits, WorkerProcess] | None = None

    def begin(self, limits: Limits) -> WorkerProcess:
        """Return the worker in reserve, or begin one."""
        return self.inner.begin(limits)

    def spawn(self, limits: Limits) -> WorkerProcess:
        """Return a worker that is ready, and begin the next one."""
        process = self._reserve(limits) or self.inner.spawn(limits)
        with contextlib.suppress(
            SandboxError, OSError
        ):  # then the next one is started when it is wanted, or fails there
            self._next = limits, self.inner.begin(limits)
        return process

    def _reserve(self, limits: Limits) -> WorkerProcess | None:
        kept, self._next = self._next, None
        if kept is None:
            return None
        made_for, process = kept
        try:
            process.ready()
        except (
            SandboxError,
            OSError,
        ):  # a parent that died, or isolation layers that fail: the plain way says so, or fixes it
            return None
        if made_for == limits:
            return process
        process.end()
        return None

    def rest(self) -> None:
        """End the worker in reserve: until the next one is asked for, nothing of ours runs and no folder is kept."""
        kept, self._next = self._next, None
        if kept is not None:
            kept[1].end()

    def close(self) -> None:
        """End the worker in reserve and the launcher."""
        self.rest()
        self.inner.close()
