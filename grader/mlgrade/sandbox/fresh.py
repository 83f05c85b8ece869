"""Workers that are an interpreter of their own: everywhere but on Linux.

macOS's own libraries do not survive a fork, and Windows has none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import msgspec

from mlgrade.errors import SandboxError
from mlgrade.sandbox.isolation.orphans import kill_all
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.pipes import Pipe, ThreadPipe
from mlgrade.sandbox.scratch import Scratch, sweep
from mlgrade.sandbox.starting import await_ready, command, ending, environment, ready


class FreshProcess:
    """Start each worker as a Python of its own, where no fork server can be."""

    def __init__(self, without: Iterable[str] = ()) -> None:
        self._without = tuple(without)
        self._scratch = Scratch()
        self._started: list[OwnProcess] = []

    def spawn(self, limits: Limits) -> OwnProcess:
        """Start a worker, and wait until it is ready."""
        return ready(self.begin(limits))

    def begin(self, limits: Limits) -> OwnProcess:
        """Start a worker, and do not wait for it."""
        process = OwnProcess(self._scratch.folder(), limits, self._without)
        self._started = [*(one for one in self._started if one.running), process]
        return process

    def close(self) -> None:
        """Remove the scratch folder."""
        for process in self._started:
            process.stop()
        self._scratch.close()


class OwnProcess:
    """A worker that was started afresh."""

    def __init__(self, scratch: str, limits: Limits, without: tuple[str, ...] = ()) -> None:
        self._scratch = scratch
        request, ours_out = os.pipe()
        ours_in, reply = os.pipe()
        with os.fdopen(request, "rb") as stdin, os.fdopen(reply, "wb") as stdout:
            try:
                self._process = subprocess.Popen(
                    command("--once", msgspec.json.encode(limits).decode(), *without),
                    env=environment(scratch),
                    cwd=scratch,
                    stdin=stdin,
                    stdout=stdout,
                    start_new_session=True,
                )
            except OSError as error:
                os.close(ours_in)
                os.close(ours_out)
                raise SandboxError(f"a worker could not be started: {error}") from None
        self.pipe: Pipe = ThreadPipe(ours_in, ours_out)
        self.walls: tuple[str, ...] = ()

    def ready(self) -> None:
        """Wait until the worker is isolated."""
        self.walls = await_ready(self)

    @property
    def running(self) -> bool:
        """Return whether the worker is still running."""
        return self._process.poll() is None

    def where(self) -> bytes:
        """Return where the worker's code is, as a traceback."""
        return b""

    def stop(self) -> int:
        """Stop the worker, and return its exit status."""
        if sys.platform != "win32":
            kill_all(self._process.pid)
        self._process.kill()
        return self._process.wait()

    def kill(self) -> str:
        """End the worker, and say how it ended."""
        status = self.stop()
        self.pipe.close()
        sweep(self._scratch)
        return ending(status)

    def end(self) -> None:
        """End the worker."""
        self.kill()
