"""A process for a function of ours, with a line to it.

Not the one of multiprocessing: that starts `python -c`, where the working folder leads sys.path until long after the
first imports, starts its resource tracker the same way, and hands on the sys.path of whoever imports mlgrade. This one
imports nothing from the working folder, whoever starts it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

from mlgrade import interpreter
from mlgrade.sandbox.isolation import orphans


class GradingProcess:
    """What the pool needs of a multiprocessing.Process, under the same names.

    `alive` is our end of a pipe whose other end the process holds: when it is closed, however we end, the process ends.
    """

    def __init__(self, popen: subprocess.Popen[bytes], alive: int | None) -> None:
        self._popen, self._alive = popen, alive

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._popen.pid

    @property
    def exitcode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._popen.poll()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the process has ended."""
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return
        if self._alive is not None:
            os.close(self._alive)
            self._alive = None

    def terminate(self) -> None:
        """Ask the process to end."""
        self._popen.terminate()

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()


def start(function: Callable[..., None], *arguments: Any) -> tuple[Connection, GradingProcess]:
    """Start a process that calls `function(line, *arguments)`, and return our end of the line.

    A process that dies before it has read what to do is no error here: its line is at an end, as when it dies later.
    """
    line, theirs = connection.Pipe()
    with theirs:
        process = _started(theirs.fileno())
    try:
        line.send(interpreter.path())  # first: what comes next is found there
        line.send((function, arguments))
    except OSError:
        pass
    except BaseException:  # what cannot be sent is the caller's mistake, and leaves no process
        process.kill()
        process.join()
        line.close()
        raise
    return line, process


def _started(end: int) -> GradingProcess:
    environment = interpreter.environment()
    if sys.platform == "win32":  # there a process ends with its work, when its line is at an end
        os.set_handle_inheritable(end, True)
        only = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [end]})
        command = interpreter.command(__name__, str(end))
        return GradingProcess(
            subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, startupinfo=only), None
        )
    theirs, alive = os.pipe()
    try:
        command = interpreter.command(__name__, str(end), str(theirs))
        popen = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[end, theirs])
    except BaseException:
        os.close(alive)
        raise
    finally:
        os.close(theirs)
    return GradingProcess(popen, alive)


# -- the other process ----------------------------------------------------------------------------------------


def _line(end: int) -> Connection:
    if sys.platform == "win32":
        return connection.PipeConnection(end)
    return Connection(end)


def main() -> None:
    """Serve jobs in a grading process."""
    line = _line(int(sys.argv[1]))
    for alive in map(int, sys.argv[2:]):
        orphans.end_with(alive)
    try:
        sys.path[:] = line.recv()
        function, arguments = line.recv()
    except (EOFError, ConnectionResetError):  # whoever started us is gone
        return
    function(line, *arguments)


if __name__ == "__main__":
    main()
