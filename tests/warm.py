"""The command in a process of its own, without waiting for Python, numpy and pytest to be loaded each time.

An interpreter that has loaded what every command loads waits, and forks for each one that is asked for. The fork knows
nothing of those before it, gets arguments, folder, environment and descriptors as any process, and ends as any Python
ends. What Python itself reads when it starts (PYTHON...), and what signals do, needs a real start: `fresh`.

    python tests/warm.py wait SOCKET          waits
    python tests/warm.py ask SOCKET ARG...    stands in for `mlgrade ARG...` in a shell
"""

from __future__ import annotations

import json
import os
import socket
import sys

if __name__ != "__main__":  # whoever asks from a shell loads no more than it needs
    import subprocess
    import tempfile
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Done = subprocess.CompletedProcess[str]
LOADED = ("mlgrade.cli.check", "mlgrade.api", "mlgrade.sandbox.launch", "mlgrade.sandbox.host", "mlgrade.reports.terminal")  # fmt: skip
MOST = 1 << 17  # bytes of a question: arguments, folder and environment


def fresh(arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Done:
    """Start Python for it."""
    command = [sys.executable, "-m", "mlgrade", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


class Warm:
    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mlgrade-warm-")
        self._parent: subprocess.Popen[bytes] | None = None
        self.place = str(Path(self._folder.name) / "socket")

    def __call__(self, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Done:
        if sys.platform != "linux":  # elsewhere numpy and forks do not go together
            return fresh(arguments, cwd, environment)
        self._start()
        with open(os.devnull) as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            streams = [nothing.fileno(), out.fileno(), err.fileno()]
            status = ask(self.place, arguments, str(cwd), environment, streams)
            out.seek(0)
            err.seek(0)
            texts = [said.read().decode(errors="replace") for said in (out, err)]
        return subprocess.CompletedProcess(["mlgrade", *arguments], status, *texts)

    def shim(self) -> str:
        """A line of shell that is `mlgrade` with the arguments of its script."""
        if sys.platform != "linux":
            return f'"{sys.executable}" -m mlgrade "$@"'
        self._start()
        return f'"{sys.executable}" -I -S "{__file__}" ask "{self.place}" "$@"'

    def _start(self) -> None:
        if self._parent is None:
            settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a fork keeps no threads
            command = [sys.executable, __file__, "wait", self.place]
            self._parent = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE)
            assert self._parent.stdout is not None
            assert self._parent.stdout.readline() == b"ready\n"

    def close(self) -> None:
        if self._parent is not None:
            self._parent.terminate()
            self._parent.communicate()
        self._folder.cleanup()


def ask(
    place: str, arguments: Sequence[str], cwd: str, environment: Mapping[str, str], streams: Sequence[int] = (0, 1, 2)
) -> int:
    """Have a command run, and return its exit status."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.connect(place)
        socket.send_fds(line, [json.dumps([list(arguments), cwd, dict(environment)]).encode()], streams)
        return int(line.recv(16))


# -- the interpreter that waits -------------------------------------------------------------------------------


def wait(place: str) -> None:
    """Answer for ever. Returns in each fork, which is then the command."""
    import gc

    load()
    gc.freeze()  # or each fork would copy what its collector only looks at
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(place)
        door.listen()
        print("ready", flush=True)
        while True:
            line, _ = door.accept()
            if not os.fork():
                break
            line.close()
            reap()
    message, streams, _, _ = socket.recv_fds(line, MOST, 3)
    if child := os.fork():
        line.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
        os._exit(0)
    line.close()
    become(*json.loads(message), streams)


def reap() -> None:
    """Take leave of those that have waited for a command and are done."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def load() -> None:
    from importlib import import_module

    from _pytest.config import default_plugins

    for module in (*LOADED, *(f"_pytest.{name}" for name in default_plugins)):
        import_module(module)


def become(arguments: Sequence[str], cwd: str, environment: Mapping[str, str], streams: Sequence[int]) -> None:
    import runpy

    for number, (name, stream) in enumerate(zip(("stdin", "stdout", "stderr"), streams, strict=True)):
        os.dup2(stream, number)
        os.close(stream)
        was = getattr(sys, name)  # made for another kind of file
        line = 1 if name == "stderr" or os.isatty(number) else -1
        setattr(sys, name, open(number, was.mode, line, encoding=was.encoding, errors=was.errors, closefd=False))
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv, sys.path[0] = ["mlgrade", *arguments], cwd
    runpy.run_module("mlgrade", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if sys.argv[1] == "wait":
        wait(sys.argv[2])
    else:
        sys.exit(ask(sys.argv[2], sys.argv[3:], os.getcwd(), dict(os.environ)))
