"""Show each isolation layer by an act: possible without it, refused with it. Tried for real, in workers.

For the act to speak of one layer alone, the others that would refuse it too are left out of both tries. A third try is
made behind all isolation layers together, because that is how students' files are run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from mlgrade.errors import SandboxError
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.isolation import AUDIT, DESCRIPTORS, IDENTITY, LANDLOCK, NAMESPACES, PROCESS, RLIMITS, SECCOMP
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import MIB, Limits
from mlgrade.sandbox.protocol import Load, Loaded, Value

# Student code, as far as the worker knows. Each function returns True if it was possible.
_ACTS = b"""
import os, sys

def tried(act):
    try:
        return act() is not False
    except (OSError, MemoryError):
        return False

def sees_the_suite(parent):
    return os.getpid() == parent or any(name.startswith(("pytest", "_pytest", "mlgrade.suite")) for name in sys.modules)

def signals(process):
    return tried(lambda: os.kill(process, 0))

def allocates(size):
    import mmap
    return tried(lambda: mmap.mmap(-1, size).close())

def reads(path):
    return tried(lambda: open(path, "rb").close())

def holds_more():
    import fcntl
    O_PATH = 0o10000000  # such a descriptor names a folder of Python's, and neither reads nor writes
    def works(number):
        return tried(lambda: os.fstat(number)) and not fcntl.fcntl(number, fcntl.F_GETFL) & O_PATH
    return sum(map(works, range(3, 4096))) > 3

def starts_a_process():
    def act():
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    return tried(act)

def sees_a_network():
    import socket
    return tried(lambda: any(name != "lo" for _, name in socket.if_nameindex()))
"""
MEMORY = Limits().memory_bytes


class LayerAct(msgspec.Struct, frozen=True):
    """`others` are the isolation layers that would refuse it too."""

    wall: str
    what: str
    function: str
    arguments: tuple[Any, ...] = ()
    others: tuple[str, ...] = ()


class LayerProof(msgspec.Struct, frozen=True):
    """What became of an act. `possible` is None where it cannot be tried without the layer."""

    act: LayerAct
    stands: bool
    possible: bool | None
    refused: bool

    @property
    def holds(self) -> bool:
        """Return whether the layer refused the act that was possible without it."""
        return self.stands and self.refused and self.possible is not False


def acts() -> list[LayerAct]:
    """Return one act for each layer."""
    own = os.getpid()
    kernel = (SECCOMP, LANDLOCK, AUDIT)
    return [
        LayerAct(PROCESS, "look for pytest and the suites in its own memory", "sees_the_suite", (own,)),
        LayerAct(NAMESPACES, "see a network interface", "sees_a_network", others=(SECCOMP,)),
        LayerAct(IDENTITY, "send the grader a signal", "signals", (own,), others=kernel),
        LayerAct(LANDLOCK, "open a file of the grader", "reads", (__file__,), others=(AUDIT,)),
        LayerAct(DESCRIPTORS, "find an open descriptor that is not its own", "holds_more"),
        LayerAct(RLIMITS, f"allocate more than {MEMORY // MIB} MiB", "allocates", (MEMORY + MIB,)),
        LayerAct(SECCOMP, "start a process", "starts_a_process"),
        LayerAct(AUDIT, "open a file of the grader by Python's own open", "reads", (__file__,), others=(LANDLOCK,)),
    ]


def prove(wanted: Iterable[LayerAct]) -> tuple[list[LayerProof], tuple[str, ...]]:
    """Try each act; return what became of it, and the isolation layers that stand together."""
    behind_all, walls = attempt(list(wanted := list(wanted)), ())
    proofs = []
    for act, possible_behind_all in zip(wanted, behind_all, strict=True):
        alone, standing = attempt([act], act.others)
        without = attempt([act], (*act.others, act.wall))[0] if act.wall != PROCESS else [None]
        stands = act.wall in standing
        proofs.append(LayerProof(act, stands, without[0], not alone[0] and not (stands and possible_behind_all)))
    return proofs, walls


def attempt(wanted: Sequence[LayerAct], without: Iterable[str]) -> tuple[list[bool], tuple[str, ...]]:
    """Try acts in one worker that lacks some isolation layers. Raises SandboxError where there is no worker."""
    functions = list(dict.fromkeys(act.function for act in wanted))
    load = Load(source=_ACTS, name="acts", filename="acts.py", functions=functions, imports=["stdlib"], forbid=[])
    started = launcher(without)
    try:
        worker = Host(started).worker(Limits())
        if not isinstance(worker.load(load), Loaded):
            raise SandboxError("a worker does not take its source; run: mlgrade doctor --trace")
        results = [worker.call(act.function, act.arguments, {}, 5.0) for act in wanted]
        worker.close()
        return [isinstance(result, Value) and result.value is True for result in results], worker.walls
    finally:
        started.close()
