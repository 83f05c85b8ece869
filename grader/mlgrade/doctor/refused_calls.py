"""Which system calls the filter refused, and to whom. A wrong filter is our fault, and this is how it is found.

What honest numerical code does (`HONEST`) is run in a traced worker, each use by itself; what a use was refused is
listed under its name. A new Python or numpy that needs a call which the filter does not know shows here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from mlgrade.course import Course
from mlgrade.grading.grader import Grader
from mlgrade.results import Outcome
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Load, Loaded, Raised, Value
from mlgrade.submissions.model import Submission
from mlgrade.text import one_line

HONEST = b"""
import numpy as np

def linear_algebra():
    a = np.random.default_rng(1).normal(size=(300, 300))
    return float(np.linalg.svd(a)[1][0] + np.linalg.solve(a, a[0])[0] + np.linalg.eigvalsh(a @ a.T)[0])

def fourier():
    return float(np.abs(np.fft.ifft(np.fft.fft(np.arange(1024.0)))).sum())

def einsum():
    a = np.ones((20, 20, 20))
    return float(np.einsum("ijk,kl->", a, a[0], optimize=True))

def threads():
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(8) as pool:
        return float(sum(pool.map(lambda n: np.ones((100, 100)).dot(np.ones(100)).sum(), range(32))))

def late_imports():
    import csv, dataclasses, decimal, fractions, heapq, json, logging, pickle, random, sqlite3, statistics, zoneinfo
    return float(decimal.Decimal("0.5")) + fractions.Fraction(1, 2)

def files():
    import os, tempfile
    with tempfile.TemporaryDirectory() as folder:
        np.save(os.path.join(folder, "a.npy"), np.eye(3))
        np.memmap(os.path.join(folder, "b"), dtype=float, mode="w+", shape=10)[:] = 1
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"1")
        return float(np.load(os.path.join(folder, "a.npy")).sum())

def warns():
    import warnings
    warnings.warn("careful")
    return float(np.log(np.zeros(1))[0] < 0)

def memory():
    return float(sum(np.ones(n).sum() for n in (10, 10**5, 10**7)))

def clocks():
    import time
    time.sleep(0.01)
    return float(time.perf_counter() > 0 and time.process_time() >= 0)

def randomness():
    import os, random, secrets, uuid
    return float(len(os.urandom(8)) + random.random() + secrets.randbelow(2) + len(str(uuid.uuid4())))
"""
USES = [line.split()[1].split(b"(")[0].decode() for line in HONEST.splitlines() if line.startswith(b"def ")]


class TracedUse(msgspec.Struct, frozen=True):
    """One use, whether it worked, and the system calls that it was refused, in order."""

    name: str
    worked: bool
    refused: list[str]


class RefusedCalls:
    """The file to which traced workers append, read piece by piece."""

    def __init__(self, folder: str) -> None:
        self.path = str(Path(folder) / "refused")
        self._read = 0

    def new(self) -> list[str]:
        """Return the names of the system calls that were refused."""
        path = Path(self.path)
        lines = path.read_text().splitlines() if path.exists() else []
        new, self._read = lines[self._read :], len(lines)
        return new


def honest() -> Iterator[TracedUse]:
    """Run each honest use in a traced worker of its own."""
    imports = ["stdlib", "numpy"]
    load = Load(source=HONEST, name="honest", filename="honest.py", functions=USES, imports=imports, forbid=[])
    with tempfile.TemporaryDirectory() as folder:
        listing = RefusedCalls(folder)
        with Host(launcher(listing=listing.path)) as host:
            for name in USES:
                worker = host.worker(Limits())
                ready = isinstance(worker.load(load), Loaded)
                result = worker.call(name, (), {}, 10.0) if ready else None
                worker.close()
                yield TracedUse(name, isinstance(result, Value), listing.new())


def of(submissions: Sequence[Submission], course: Course) -> Iterator[TracedUse]:
    """Grade submissions in traced workers; a use `worked` if no call of its checks met a PermissionError."""
    with tempfile.TemporaryDirectory() as folder:
        listing = RefusedCalls(folder)
        with Host(launcher(listing=listing.path)) as host:
            grader = Grader(course, [one.concept for one in submissions], host)
            for one in submissions:
                ran = grader.run(one)
                calls = [call.result for check in ran for call in check.calls]
                met = any(isinstance(result, Raised) and "PermissionError" in result.fault.bases for result in calls)
                fine = not met and all(check.finding.outcome is not Outcome.BROKEN for check in ran)
                yield TracedUse(one_line(one.file), fine, listing.new())
