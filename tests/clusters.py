"""A real Dask cluster on this machine, and work for it that its workers can import."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from mlgrade.errors import CourseError


class Squares(msgspec.Struct, frozen=True):
    """Squares numbers. Some of them kill the process: always, or where a mark is not yet there."""

    deadly: frozenset[int] = frozenset()
    once: str = ""  # a folder for marks
    exits: bool = False

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        if self.exits:
            os._exit(3)
        yield self._square

    def _square(self, number: int) -> int:
        if number in self.deadly and not (self.once and Path(self.once, str(number)).exists()):
            if self.once:
                Path(self.once, str(number)).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return number * number


class Naps(msgspec.Struct, frozen=True):
    """Sleeps for so many seconds."""

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[float], None]]:
        yield time.sleep


class Refuses(msgspec.Struct, frozen=True):
    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        raise CourseError(["softmax: the course is not what it was"])
        yield  # a context manager has one


class Sleeps(msgspec.Struct, frozen=True):
    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[float], float]]:
        def sleep(seconds: float) -> float:
            time.sleep(seconds)
            return seconds

        yield sleep


class Computes(msgspec.Struct, frozen=True):
    """Takes a factorial: one operation of C code, which nothing in Python interrupts."""

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        yield lambda number: math.factorial(number) % 7


class OpensLater(msgspec.Struct, frozen=True):
    """A work whose process is killed the first time that it is opened, as by a system that is short of memory."""

    mark: str

    @contextlib.contextmanager
    def open(self) -> Iterator[Callable[[int], int]]:
        if not Path(self.mark).exists():
            Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield abs


class Machines:
    """A scheduler and workers, each a process as an administrator starts it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._started = folder, list[subprocess.Popen[bytes]]()
        self.address = ""
        file = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
        self._start("distributed.cli.dask_scheduler", *options)
        self._wait(file.exists)
        self.address = msgspec.json.decode(file.read_bytes())["address"]

    def worker(self, *, nanny: bool = True) -> subprocess.Popen[bytes]:
        """Start one, which its nanny starts again when it dies, unless there is none."""
        options = [
            "--nanny" if nanny else "--no-nanny",
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(self._folder),
        ]
        return self._start("distributed.cli.dask_worker", self.address, *options)

    def _start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}  # so that they can import this
        command = [sys.executable, "-m", module, *options]
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)
        self._started.append(process)
        return process

    def _wait(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < deadline, (self._folder / "log").read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        for process in reversed(self._started):
            process.terminate()  # a nanny takes its worker along
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
