"""Measure what isolation costs: a worker against a bare fork, a small call, a whole check with isolation and without.

    python benchmarks/isolation.py [--runs 40]

All figures of one run are measured side by side, in turns, so that a busy machine slows all of them. A figure is the
median over the runs; ratios and differences are between medians.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as inside; numpy reads it when it is loaded

import numpy as np

from mlgrade.sandbox.fork_server import ForkServer
from mlgrade.sandbox.host import Host, Worker
from mlgrade.sandbox.isolation import WALLS
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Load, Loaded, Value

ROOT = Path(__file__).resolve().parents[1]
NO_WALLS = [*WALLS]
ECHO = Load(
    source=b"import numpy as np\ndef f(x): return x\ndef svd(n): return float(np.linalg.svd(np.ones((n, n)))[1][0])\n",
    name="echo",
    filename="echo.py",
    functions=["f", "svd"],
    imports=["numpy"],
    forbid=[],
)
SMALL = np.ones((3, 4))
CALLS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    shut, open_ = ForkServer(), ForkServer(without=NO_WALLS)  # without a worker in reserve, which would hide the cost
    fork, plain, worker = medians(runs, bare_fork, lambda: start(open_), lambda: start(shut))
    print(f"from fork to reaped: bare {ms(fork)}, a worker without walls {ms(plain)}, with walls {ms(worker)}")
    print(f"starting a confined worker costs {ms(worker - fork)} more than a bare fork (at most 5 ms)")
    with Host(shut) as walls, Host(open_) as bare:
        byte, without, within = small_calls(runs, bare, walls)
        print(f"there and back: one byte {ms(byte)}, a small call without walls {ms(without)}, with walls {ms(within)}")
        print(f"a small call costs {ms(within - without)} more with walls than without (at most 0.1 ms)")
        print(f"SVD of 300 x 300 inside against outside: ratio {linear_algebra(runs, walls):.2f}")
    for path in ("solutions/softmax.py", "solutions"):
        tries = [functools.partial(check, path, without) for without in (NO_WALLS, [])]
        without, with_walls = medians(max(3, runs // 3), *tries)
        print(f"mlgrade check {path}: {ms(without)} without walls, {ms(with_walls)} with")
        print(f"ratio {with_walls / without:.3f} (at most 1.05)")


def medians(runs: int, *acts: Callable[[], float]) -> list[float]:
    """Seconds of each act, the acts taking turns."""
    for act in acts:
        act()
    rounds = [[act() for act in acts] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def bare_fork() -> float:
    def act() -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

    return timed(act)


def start(parent: ForkServer) -> float:
    return timed(lambda: parent.spawn(Limits()).kill())


def small_calls(runs: int, *hosts: Host) -> list[float]:
    """Seconds of a round trip of one byte, and of a 3 x 4 array through a function that returns it."""
    workers = [host.worker(Limits()) for host in hosts]
    for worker in workers:
        if not isinstance(worker.load(ECHO), Loaded):
            raise SystemExit("the worker does not take its source; run: mlgrade doctor")
    with echo() as exchange:
        times = medians(runs, *(functools.partial(calls, act) for act in (exchange, *map(call_of, workers))))
    for worker in workers:
        worker.close()
    return times


def call_of(worker: Worker) -> Callable[[], object]:
    return lambda: worker.call("f", (SMALL,), {}, 5.0)


def calls(act: Callable[[], object]) -> float:
    return timed(lambda: [act() for _ in range(CALLS)]) / CALLS


@contextlib.contextmanager
def echo() -> Iterator[Callable[[], object]]:
    """A forked process that sends back each byte: what the system itself takes for a round trip."""
    (their_in, our_out), (our_in, their_out) = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(our_out)
        while byte := os.read(their_in, 1):
            os.write(their_out, byte)
        os._exit(0)
    os.close(their_in)
    yield lambda: (os.write(our_out, b"1"), os.read(our_in, 1))
    os.close(our_out)
    os.wait()


def check(path: str, without: list[str]) -> float:
    """The real command in a process of its own, which starts its workers without some isolation layers."""
    code = (
        "import functools, sys; from mlgrade.sandbox import launch;"
        f"launch.launcher = functools.partial(launch.launcher, {without!r});"
        "from mlgrade.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "check", path, "--plain"]
    return timed(lambda: subprocess.run(command, cwd=ROOT, capture_output=True, check=True))


def linear_algebra(runs: int, host: Host) -> float:
    worker = host.worker(Limits())
    worker.load(ECHO)

    def inside() -> float:
        result: list[object] = []
        seconds = timed(lambda: result.append(worker.call("svd", (300,), {}, 5.0)))
        if not isinstance(result[0], Value):
            raise SystemExit(f"SVD failed inside: {result[0]}")
        return seconds

    within, without = medians(runs, inside, lambda: timed(lambda: np.linalg.svd(np.ones((300, 300)))))
    worker.close()
    return within / without


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


if __name__ == "__main__":
    main()
