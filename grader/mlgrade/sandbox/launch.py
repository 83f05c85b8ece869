"""How a worker process comes to be, and how it ends.

`WarmParent` (Linux) keeps one process with numpy loaded and forks a worker from it in about two milliseconds.
`FreshProcess` (everywhere else: macOS's own libraries do not survive a fork, Windows has none) starts an interpreter
for each worker. Both begin to start as soon as they are made, and return at once. `Ahead` has the next worker started
while the last one is at work.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from mlgrade.errors import SandboxError
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.pipes import ClosedError, DeadlineError, Pipe, PollPipe, ThreadPipe
from mlgrade.sandbox.protocol import FAILED, End, Start
from mlgrade.sandbox.scratch import Scratch, Watch, sweep

START_SECONDS = 60.0  # for an interpreter and numpy, on a machine that is busy
STACK_BYTES = 16_384
STACK_SECONDS = 0.05
_MODULE = "mlgrade.sandbox.worker"


class Process(Protocol):
    pipe: Pipe
    walls: tuple[str, ...]  # those that stand around it, as it said itself before it read student code

    def where(self) -> bytes:
        """The worker's stack as it stands now; empty where that cannot be asked."""
        ...

    def ready(self) -> None:
        """Wait until all walls stand. Raises SandboxError if they do not."""
        ...

    def kill(self) -> str:
        """End the worker and all that it started, and say how it ended."""
        ...

    def end(self) -> None:
        """The same without a word: nobody waits until the system has cleared up behind it."""
        ...


class Launcher(Protocol):
    def begin(self, limits: Limits) -> Process:
        """Start a worker, and do not wait until it is ready."""
        ...

    def spawn(self, limits: Limits) -> Process: ...
    def close(self) -> None: ...


def launcher(without: Iterable[str] = (), listing: str = "") -> Launcher:
    """Return this system's way of starting workers.

    `without` leaves walls out, to show what each is for. `listing` names a file for the system calls that are refused.
    """
    return Ahead(WarmParent(without, listing) if sys.platform == "linux" else FreshProcess(without))


class Ahead:
    """A launcher with a worker in reserve that has seen nothing yet, for whoever wants one with the same limits."""

    def __init__(self, inner: Launcher) -> None:
        self.inner = inner
        self._next: tuple[Limits, Process] | None = None

    def begin(self, limits: Limits) -> Process:
        return self.inner.begin(limits)

    def spawn(self, limits: Limits) -> Process:
        process = self._reserve(limits) or self.inner.spawn(limits)
        with contextlib.suppress(
            SandboxError, OSError
        ):  # then the next one is started when it is wanted, or fails there
            self._next = limits, self.inner.begin(limits)
        return process

    def _reserve(self, limits: Limits) -> Process | None:
        kept, self._next = self._next, None
        if kept is None:
            return None
        made_for, process = kept
        try:
            process.ready()
        except (SandboxError, OSError):  # a parent that died, or walls that fail: the plain way says so, or mends it
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
        self.rest()
        self.inner.close()


def _command(*args: str) -> list[str]:
    return [sys.executable, "-S", "-P", "-m", _MODULE, *args]


def _environment(scratch: str) -> dict[str, str]:
    """A fixed environment: the same result on every machine, and nothing of the user's in reach."""
    count = os.environ.get("MLGRADE_BLAS_THREADS", "1")  # one by default: many workers share the cores
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), count)
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
        **threads,
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


class WarmParent:
    def __init__(self, without: Iterable[str] = (), listing: str = "") -> None:
        self._without, self._listing = tuple(without), listing
        self._scratch = Scratch()
        self._start()
        from mlgrade.sandbox.confine import hiding  # now, while the warm parent loads numpy

        hiding.hide()

    def _start(self) -> None:
        self._begun: deque[ForkedProcess] = deque()  # asked for; their numbers are the next answers, in this order
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps messages apart
        with theirs:
            try:
                self._process = subprocess.Popen(
                    _command("--warm", str(theirs.fileno()), self._scratch.path, self._listing, *self._without),
                    pass_fds=[theirs.fileno()],
                    env=_environment(self._scratch.path),
                    cwd=self._scratch.path,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                self._line.close()
                sweep(self._scratch.path)
                raise SandboxError(f"a worker could not be started: {error}") from None

    def spawn(self, limits: Limits) -> ForkedProcess:
        """Fork a worker and wait for it. A parent that a submission has killed is started again."""
        try:
            return _ready(self.begin(limits))
        except (ConnectionError, SandboxError):
            self._stop()
            self._start()
        try:
            return _ready(self.begin(limits))
        except ConnectionError:
            raise SandboxError("the worker's parent process does not stay up; run: mlgrade doctor") from None

    def begin(self, limits: Limits) -> ForkedProcess:
        scratch = self._scratch.folder()
        request, ours_out = os.pipe()
        ours_in, reply = os.pipe()
        stack_in, stack = os.pipe()
        process = ForkedProcess(self, PollPipe(ours_in, ours_out, Watch(scratch)), stack_in, scratch)
        try:
            socket.send_fds(self._line, [msgspec.json.encode(Start(limits, scratch))], [request, reply, stack])
        except OSError:
            process.forget()
            raise
        finally:
            for theirs in (request, reply, stack):
                os.close(theirs)
        self._begun.append(process)
        return process

    def number(self, process: ForkedProcess) -> int:
        """The process id, which comes some time after the worker was asked for."""
        while not process.pid:
            self._begun.popleft().pid = self._answer()
        return process.pid

    def bury(self, pid: int, scratch: str) -> None:
        """Have a killed worker and its folder cleared away, when there is time for it."""
        with contextlib.suppress(OSError):  # a parent that is gone took its workers along
            self._line.send(msgspec.json.encode(End(pid, scratch)))

    def status(self, pid: int, scratch: str) -> int:
        """The same, at once; how the worker ended, or 0 if its parent is gone and nobody can say."""
        try:
            self._line.send(msgspec.json.encode(End(pid, scratch, asked=True)))
            while self._begun:
                self.number(self._begun[0])
            return self._answer()
        except (OSError, SandboxError):
            return 0

    def _answer(self) -> int:
        text = self._line.recv(32)
        if not text:
            raise SandboxError("the worker's parent process could not start; run: mlgrade doctor")
        return int(text)

    def close(self) -> None:
        self._stop()
        sweep(self._scratch.path)

    def _stop(self) -> None:
        self._line.close()
        self._process.kill()
        self._process.wait()


class ForkedProcess:
    def __init__(self, parent: WarmParent, pipe: Pipe, stack: int, scratch: str) -> None:
        self._parent, self._stack, self._scratch = parent, stack, scratch
        self.pid = 0
        self.pipe = pipe
        self.walls: tuple[str, ...] = ()

    def ready(self) -> None:
        try:
            self._parent.number(self)
        except BaseException:
            self.forget()
            raise
        self.walls = _await_ready(self)

    def where(self) -> bytes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)
        stack, deadline = b"", time.monotonic() + STACK_SECONDS
        while len(stack) < STACK_BYTES and (left := deadline - time.monotonic()) > 0:
            if not select.select([self._stack], [], [], left)[0]:
                break
            chunk = os.read(self._stack, 4096)
            if not chunk:
                break
            stack += chunk
            deadline = min(deadline, time.monotonic() + STACK_SECONDS / 4)  # it writes at once or not at all
        return stack

    def kill(self) -> str:
        self._stop()
        return ending(os.waitstatus_to_exitcode(self._parent.status(self.pid, self._scratch)))

    def end(self) -> None:
        with contextlib.suppress(OSError, SandboxError):  # a parent that is gone took its workers along
            self._parent.number(self)
        self._stop()
        self._parent.bury(self.pid, self._scratch)

    def _stop(self) -> None:
        if self.pid:
            _kill_all(self.pid)  # its parent reaps it later: until then its number cannot pass to another process
        self.forget()

    def forget(self) -> None:
        self.pipe.close()
        os.close(self._stack)


class FreshProcess:
    def __init__(self, without: Iterable[str] = ()) -> None:
        self._without = tuple(without)
        self._scratch = Scratch()
        self._started: list[OwnProcess] = []

    def spawn(self, limits: Limits) -> OwnProcess:
        return _ready(self.begin(limits))

    def begin(self, limits: Limits) -> OwnProcess:
        process = OwnProcess(self._scratch.folder(), limits, self._without)
        self._started = [*(one for one in self._started if one.running), process]
        return process

    def close(self) -> None:
        for process in self._started:
            process.stop()
        sweep(self._scratch.path)


class OwnProcess:
    def __init__(self, scratch: str, limits: Limits, without: tuple[str, ...] = ()) -> None:
        self._scratch = scratch
        request, ours_out = os.pipe()
        ours_in, reply = os.pipe()
        with os.fdopen(request, "rb") as stdin, os.fdopen(reply, "wb") as stdout:
            try:
                self._process = subprocess.Popen(
                    _command("--once", msgspec.json.encode(limits).decode(), *without),
                    env=_environment(scratch),
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
        from mlgrade.sandbox.confine import JOB, job  # now, while the worker loads numpy

        self.walls: tuple[str, ...] = (JOB,) if job.contain(self._process, limits.memory_bytes) else ()

    def ready(self) -> None:
        self.walls = (*_await_ready(self), *self.walls)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def where(self) -> bytes:
        return b""

    def stop(self) -> int:
        if sys.platform != "win32":
            _kill_all(self._process.pid)
        self._process.kill()
        return self._process.wait()

    def kill(self) -> str:
        status = self.stop()
        self.pipe.close()
        sweep(self._scratch)
        return ending(status)

    def end(self) -> None:
        self.kill()


_P = TypeVar("_P", bound=Process)


def _ready(process: _P) -> _P:
    process.ready()
    return process


def _await_ready(process: Process) -> tuple[str, ...]:
    """Wait until a worker says behind which walls it stands. What fails before that is our fault."""
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


def _kill_all(pid: int) -> None:
    """Kill a worker and, with its group, the processes that it started."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def ending(status: int) -> str:
    """Say an exit status (negative: a signal) as a student may read it."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
        return f"signal {-status}"
    return f"exit status {status}"
