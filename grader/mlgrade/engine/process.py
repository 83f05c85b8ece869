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


class Process:
    """What the pool needs of a multiprocessing.Process, under the same names."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exitcode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._popen.poll()

    def join(self, timeout: float | None = None) -> None:
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return

    def terminate(self) -> None:
        self._popen.terminate()

    def kill(self) -> None:
        self._popen.kill()


def start(function: Callable[..., None], *arguments: Any) -> tuple[Connection, Process]:
    """Start a process that calls `function(line, *arguments)`, and return our end of the line.

    A process that dies before it has read what to do is no error here: its line is at an end, as when it dies later.
    """
    line, theirs = connection.Pipe()
    with theirs:
        process = Process(_popen(interpreter.command(__name__, str(theirs.fileno())), theirs.fileno()))
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


def _popen(command: list[str], end: int) -> subprocess.Popen[bytes]:
    environment = interpreter.environment()
    if sys.platform == "win32":
        os.set_handle_inheritable(end, True)
        only = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [end]})
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, startupinfo=only)
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, pass_fds=[end])


# -- the other process ----------------------------------------------------------------------------------------


def _line(end: int) -> Connection:
    if sys.platform == "win32":
        return connection.PipeConnection(end)
    return Connection(end)


def main() -> None:
    line = _line(int(sys.argv[1]))
    try:
        sys.path[:] = line.recv()
        function, arguments = line.recv()
    except (EOFError, ConnectionResetError):  # whoever started us is gone
        return
    function(line, *arguments)


if __name__ == "__main__":
    main()
