"""How a worker process comes to be, and how it ends.

`WarmParent` (Linux) keeps one process with numpy loaded and forks a worker from it in about two milliseconds.
`FreshProcess` (everywhere else: macOS's own libraries do not survive a fork, Windows has none) starts an interpreter
for each worker. Both begin to start as soon as they are made, and return at once.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Protocol

import msgspec

from mlgrade.errors import SandboxError
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.pipes import Pipe, PollPipe, ThreadPipe

STACK_BYTES = 16_384
STACK_SECONDS = 0.05
_MODULE = "mlgrade.sandbox.worker"


class Process(Protocol):
    pipe: Pipe

    def where(self) -> bytes:
        """The worker's stack as it stands now; empty where that cannot be asked."""
        ...

    def kill(self) -> str:
        """End the worker and all that it started, and say how it ended."""
        ...


class Launcher(Protocol):
    def spawn(self, limits: Limits) -> Process: ...
    def close(self) -> None: ...


def launcher() -> Launcher:
    return WarmParent() if sys.platform == "linux" else FreshProcess()


class _Scratch:
    """A folder of the worker's own to stand in, gone with the launcher."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="mlgrade-")

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def _command(*args: str) -> list[str]:
    return [sys.executable, "-S", "-P", "-m", _MODULE, *args]


def _environment(scratch: str) -> dict[str, str]:
    """A fixed environment: the same result on every machine, and nothing of the user's in reach."""
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
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
    def __init__(self) -> None:
        self._scratch = _Scratch()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self._process = subprocess.Popen(
                _command("--warm", str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                env=_environment(self._scratch.path),
                cwd=self._scratch.path,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def spawn(self, limits: Limits) -> ForkedProcess:
        request, ours_out = os.pipe()
        ours_in, reply = os.pipe()
        stack_in, stack = os.pipe()
        socket.send_fds(self._line, [msgspec.json.encode(limits)], [request, reply, stack])
        for theirs in (request, reply, stack):
            os.close(theirs)
        return ForkedProcess(self, self._answer(), PollPipe(ours_in, ours_out), stack_in)

    def status(self, pid: int) -> int:
        self._line.send(b"%d" % pid)
        return self._answer()

    def _answer(self) -> int:
        text = b""
        while not text.endswith(b"\n"):
            part = self._line.recv(32)
            if not part:
                raise SandboxError("the worker's parent process could not start; run: mlgrade doctor")
            text += part
        return int(text)

    def close(self) -> None:
        self._line.close()
        self._process.kill()
        self._process.wait()
        self._scratch.remove()


class ForkedProcess:
    def __init__(self, parent: WarmParent, pid: int, pipe: Pipe, stack: int) -> None:
        self._parent, self._pid, self._stack = parent, pid, stack
        self.pipe = pipe

    def where(self) -> bytes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGUSR1)
        stack = b""
        while len(stack) < STACK_BYTES and select.select([self._stack], [], [], STACK_SECONDS)[0]:
            chunk = os.read(self._stack, 4096)
            if not chunk:
                break
            stack += chunk
        return stack

    def kill(self) -> str:
        _kill_all(self._pid)  # nobody else reaps this child: its number cannot have passed to another process
        self.pipe.close()
        os.close(self._stack)
        return ending(os.waitstatus_to_exitcode(self._parent.status(self._pid)))


class FreshProcess:
    def __init__(self) -> None:
        self._scratch = _Scratch()

    def spawn(self, limits: Limits) -> OwnProcess:
        return OwnProcess(self._scratch.path, limits)

    def close(self) -> None:
        self._scratch.remove()


class OwnProcess:
    def __init__(self, scratch: str, limits: Limits) -> None:
        request, ours_out = os.pipe()
        ours_in, reply = os.pipe()
        with os.fdopen(request, "rb") as stdin, os.fdopen(reply, "wb") as stdout:
            self._process = subprocess.Popen(
                _command("--once", msgspec.json.encode(limits).decode()),
                env=_environment(scratch),
                cwd=scratch,
                stdin=stdin,
                stdout=stdout,
                start_new_session=True,
            )
        self.pipe: Pipe = ThreadPipe(ours_in, ours_out)

    def where(self) -> bytes:
        return b""

    def kill(self) -> str:
        if sys.platform != "win32":
            _kill_all(self._process.pid)
        self._process.kill()
        status = self._process.wait()
        self.pipe.close()
        return ending(status)


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
