"""What every way of starting a worker shares: the command, a fixed environment, waiting until it is ready, its end."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from mlgrade.errors import SandboxError
from mlgrade.sandbox import numerics
from mlgrade.sandbox.isolation.orphans import kill_all
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.pipes import ClosedError, DeadlineError, Pipe, ThreadPipe
from mlgrade.sandbox.protocol import FAILED
from mlgrade.sandbox.scratch import Scratch, sweep

START_SECONDS = 60.0  # for an interpreter and numpy, on a machine that is busy


class WorkerProcess(Protocol):
    """A worker process as the host sees it."""

    pipe: Pipe
    walls: tuple[str, ...]  # those that stand around it, as it said itself before it read student code

    def where(self) -> bytes:
        """The worker's stack as it stands now; empty where that cannot be asked."""
        ...

    def ready(self) -> None:
        """Wait until all isolation is active. Raises SandboxError if they do not."""
        ...

    def kill(self) -> str:
        """End the worker and all that it started, and say how it ended."""
        ...

    def end(self) -> None:
        """The same without a word: nobody waits until the system has cleared up behind it."""
        ...


class Launcher(Protocol):
    """Start worker processes."""

    def begin(self, limits: Limits) -> WorkerProcess:
        """Start a worker, and do not wait until it is ready."""
        ...

    def spawn(self, limits: Limits) -> WorkerProcess:
        """Return a worker that is ready."""

    def close(self) -> None:
        """End everything that was started."""


def command(module: str, *args: str) -> list[str]:
    """Return the command line of `worker`, or of `forking`."""
    return [sys.executable, "-S", "-P", "-m", f"mlgrade.sandbox.{module}", *args]


def environment(scratch: str) -> dict[str, str]:
    """A fixed environment: nothing of the user's in reach, and numbers that are rounded as in this process."""
    system = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        "PYTHONPATH": os.pathsep.join(_homes()),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "TMPDIR": scratch,
        "TEMP": scratch,
        "HOME": scratch,
        "LC_ALL": "C.UTF-8",
        **numerics.settings(),
        **system,
    }


def _homes() -> list[str]:
    """Where the worker's few packages are, found without importing them. `-S` skips everything else."""
    homes = []
    for name in ("mlgrade", "numpy", "msgspec"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise SandboxError(f"{name} is not installed next to {sys.executable}")
        homes.append(str(Path(spec.origin).parent.parent))
    return list(dict.fromkeys(homes))


_P = TypeVar("_P", bound=WorkerProcess)


def ready(process: _P) -> _P:
    """Wait until a process is ready, and return it."""
    process.ready()
    return process


def await_ready(process: WorkerProcess) -> tuple[str, ...]:
    """Wait until a worker says behind which isolation layers it stands. What fails before that is our fault."""
    deadline = time.monotonic() + START_SECONDS
    try:
        [length] = process.pipe.read(1, deadline)
        word = process.pipe.read(length, deadline).decode(errors="replace")
    except (DeadlineError, ClosedError):
        raise _failed(process.kill()) from None
    if word.startswith(FAILED):
        process.kill()
        raise _failed(word.removeprefix(FAILED))
    return tuple(word.split(","))


def _failed(why: str) -> SandboxError:
    return SandboxError(f"a worker could not be started ({why}); run: mlgrade doctor")


def ending(status: int) -> str:
    """Say an exit status (negative: a signal) as a student may read it."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
        return f"signal {-status}"
    return f"exit status {status}"


# -- fresh ---------------------------------------------------------------------------------------------------------

# Workers that are an interpreter of their own: everywhere but on Linux.
#
# macOS's own libraries do not survive a fork, and Windows has none.


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
                    command("worker", msgspec.json.encode(limits).decode(), *without),
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
