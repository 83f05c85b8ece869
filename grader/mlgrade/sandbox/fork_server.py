"""Start workers by forking a process that has loaded numpy.

The fork server ends when its line to the grader is closed, also by the kernel: it kills its workers first and clears
their folders away. So nothing needs the grader to live until the end.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Iterable

import msgspec

from mlgrade.errors import SandboxError
from mlgrade.sandbox.isolation.orphans import kill_all
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.pipes import Pipe, PollPipe
from mlgrade.sandbox.protocol import End, Start
from mlgrade.sandbox.scratch import Scratch
from mlgrade.sandbox.starting import await_ready, command, ending, environment, ready

STACK_BYTES = 16_384
STACK_SECONDS = 0.05
LEAVE_SECONDS = 5.0  # for the fork server to end its workers, before it is killed itself


class ForkServer:
    """The fork server: a process that has loaded numpy and forks workers."""

    def __init__(self, without: Iterable[str] = (), listing: str = "") -> None:
        self._without, self._listing = tuple(without), listing
        self._scratch = Scratch()
        self._start()
        from mlgrade.sandbox.isolation import process

        process.hide()

    def _start(self) -> None:
        self._begun: deque[ForkedProcess] = deque()  # asked for; their numbers are the next answers, in this order
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # keeps messages apart
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command("forking", str(theirs.fileno()), self._scratch.path, self._listing, *self._without),
                    pass_fds=[theirs.fileno()],
                    env=environment(self._scratch.path),
                    cwd=self._scratch.path,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as error:
                self._line.close()
                self._scratch.close()
                raise SandboxError(f"a worker could not be started: {error}") from None

    def spawn(self, limits: Limits) -> ForkedProcess:
        """Fork a worker and wait for it. A parent that a submission has killed is started again."""
        try:
            return ready(self.begin(limits))
        except (ConnectionError, SandboxError):
            self._stop()
            self._start()
        try:
            return ready(self.begin(limits))
        except ConnectionError:
            raise SandboxError("the worker's parent process does not stay up; run: mlgrade doctor") from None

    def begin(self, limits: Limits) -> ForkedProcess:
        """Ask for a worker, and do not wait for it."""
        scratch = self._scratch.folder()
        request, ours_out = os.pipe()
        ours_in, reply = os.pipe()
        stack_in, stack = os.pipe()
        process = ForkedProcess(self, PollPipe(ours_in, ours_out), stack_in, scratch)
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
            self._begun.popleft().pid = int(self._answer())
        return process.pid

    def reap(self, pid: int, scratch: str) -> None:
        """Have a killed worker and its folder cleared away, when there is time for it."""
        with contextlib.suppress(OSError):  # a parent that is gone took its workers along
            self._line.send(msgspec.json.encode(End(pid, scratch)))

    def status(self, pid: int, scratch: str) -> tuple[int, str]:
        """Do the same at once, and return how the worker ended: status, and why the fork server killed it, if it did.

        The status is 0 if the fork server is gone and nobody can say.
        """
        try:
            self._line.send(msgspec.json.encode(End(pid, scratch, asked=True)))
            while self._begun:
                self.number(self._begun[0])
            status, _, why = self._answer().partition(" ")
            return int(status), why
        except (OSError, SandboxError):
            return 0, ""

    def _answer(self) -> str:
        text = self._line.recv(256)
        if not text:
            raise SandboxError("the worker's parent process could not start; run: mlgrade doctor")
        return text.decode()

    def close(self) -> None:
        """End the fork server and its workers."""
        self._stop()
        self._scratch.close()

    def _stop(self) -> None:
        """Let it end by itself, with its workers; a worker that outlived it could write into a folder being removed."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(LEAVE_SECONDS)
        self._process.kill()
        self._process.wait()


class ForkedProcess:
    """A worker that the fork server has made."""

    def __init__(self, parent: ForkServer, pipe: Pipe, stack: int, scratch: str) -> None:
        self._parent, self._stack, self._scratch = parent, stack, scratch
        self.pid = 0
        self.pipe = pipe
        self.walls: tuple[str, ...] = ()

    def ready(self) -> None:
        """Wait until the worker is isolated."""
        try:
            self._parent.number(self)
        except BaseException:
            self.forget()
            raise
        self.walls = await_ready(self)

    def where(self) -> bytes:
        """Return where the worker's code is, as a traceback."""
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
        """End the worker, and say how it ended."""
        self._stop()
        status, why = self._parent.status(self.pid, self._scratch)
        return why or ending(os.waitstatus_to_exitcode(status))

    def end(self) -> None:
        """End the worker."""
        with contextlib.suppress(OSError, SandboxError):  # a parent that is gone took its workers along
            self._parent.number(self)
        self._stop()
        self._parent.reap(self.pid, self._scratch)

    def _stop(self) -> None:
        if self.pid:
            kill_all(self.pid)  # its parent reaps it later: until then its number cannot pass to another process
        self.forget()

    def forget(self) -> None:
        """Close what belongs to the worker."""
        self.pipe.close()
        os.close(self._stack)
