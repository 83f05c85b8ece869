"""Try every forbidden act in a worker behind all isolation layers of this machine, and say what was possible.

The acts are in `probe`, which is sent to a worker as a submission is; `calls` lists system calls, `site` makes what
the acts are tried on, and this module says who should refuse what. An act is refused if the system refused it,
whichever layer did. An act that was possible although a layer that should refuse it is active is a fault of mlgrade.
"""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import platform
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.course import Course
from mlgrade.doctor.acts import calls, probe
from mlgrade.doctor.acts.site import PATH_SOCKET, Site, python_folders, site
from mlgrade.errors import SandboxError
from mlgrade.sandbox.host import Died, Host, TimedOut, Value, Worker
from mlgrade.sandbox.isolation import (
    AUDIT,
    DESCRIPTORS,
    IDENTITY,
    LANDLOCK,
    NAMESPACES,
    PROCESS,
    RLIMITS,
    SECCOMP,
    kernel,
    landlock,
)
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import FILE_BYTES, MIB, SCRATCH_BYTES, Limits
from mlgrade.sandbox.protocol import Load, Loaded

CALLS, FILES, NETWORK, PROCESSES, PRIVILEGES, RESOURCES = GROUPS = (
    "system calls",
    "files",
    "network",
    "processes",
    "privileges",
    "resources",
)
SECONDS = 5.0  # for one act
LANDLOCK_TCP, LANDLOCK_SCOPES = 4, 6  # the versions that brought TCP, and abstract sockets and signals
HIDDEN_BYTES = 4 * SCRATCH_BYTES  # well beyond the limit, whatever a file takes besides its bytes
THREADS = 1_000  # more than this are not started
SUITES = ("pytest", "_pytest", "mlgrade.suite", "mlgrade.grading.grader", "mlgrade.course")
LINUX = sys.platform == "linux"
OVER_LANDLOCK = (SECCOMP, NAMESPACES)  # refuse sockets and signals before Landlock is asked


class ForbiddenAct(msgspec.Struct, frozen=True, kw_only=True):
    """A forbidden act. `layers` should refuse it: where none of them is active, nothing is promised."""

    group: str
    name: str
    meaning: str  # what a submission could do with it
    function: str
    arguments: tuple[Any, ...] = ()
    layers: tuple[str, ...] = (PROCESS,)


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an act."""

    group: str
    name: str
    meaning: str
    verdict: str  # of `probe`: possible, refused, not tried
    detail: str = ""
    broken: bool = False  # possible, although a layer that should refuse it is active


class ActTrial(msgspec.Struct, frozen=True, kw_only=True):
    """All acts, and the layers that were active around the workers that tried them."""

    layers: tuple[str, ...]
    tried: list[Tried]

    @property
    def possible(self) -> list[Tried]:
        """Return the acts that were possible."""
        return [one for one in self.tried if one.verdict == probe.POSSIBLE]


def try_all(course: Course | None = None, without: Iterable[str] = ()) -> ActTrial:
    """Try every act in workers of this machine, less the layers that are left out to show what they are for."""
    limits = course.sandbox_limits() if course else Limits()
    with contextlib.ExitStack() as stack:
        host = stack.enter_context(Host(launcher(without)))
        bare = stack.enter_context(Host(launcher((*without, *OVER_LANDLOCK)))) if LINUX else None
        place = stack.enter_context(site(course))
        other = stack.enter_context(contextlib.closing(Prober(host, limits)))
        first = other.about()
        other.keep(place)
        prober = stack.enter_context(contextlib.closing(Prober(host, limits)))
        tried = list(_privileges(prober.about()[0], host.walls))
        acts = (_files(place, first), _network(place), _processes(first), _resources(limits))
        wanted = [*itertools.chain(*acts), *_calls()]  # calls last: one that is let through may open a descriptor
        tried += [_judged(act, *prober.attempt(act), host.walls) for act in wanted]
        if bare and LANDLOCK in host.walls:
            alone = stack.enter_context(contextlib.closing(Prober(bare, limits)))
            tried += [_judged(act, *alone.attempt(act), bare.walls) for act in _by_landlock(place)]
        return ActTrial(layers=host.walls, tried=sorted(tried, key=lambda one: GROUPS.index(one.group)))


def _judged(act: ForbiddenAct, verdict: str, detail: str, active: Iterable[str]) -> Tried:
    """Say what an outcome means where these layers are active."""
    promised = not {*act.layers}.isdisjoint(active)
    if verdict == probe.REFUSED and not promised and AUDIT in active:
        verdict, detail = probe.POSSIBLE, f"refused by Python's audit hook only, which able code gets around ({detail})"
    return Tried(
        group=act.group,
        name=act.name,
        meaning=act.meaning,
        verdict=verdict,
        detail=detail,
        broken=promised and verdict == probe.POSSIBLE,
    )


class Prober:
    """A worker with the acts in it; a fresh one takes over from one that an act has ended."""

    def __init__(self, host: Host, limits: Limits) -> None:
        self._host, self._limits = host, limits
        self._worker = self._started()

    def _started(self) -> Worker:
        source = Path(probe.__file__).read_bytes()
        load = Load(
            source=source,
            name="probe",
            filename="probe.py",
            functions=["attempt", "about", "keep"],
            imports=["stdlib"],
            forbid=[],
        )
        worker = self._host.worker(self._limits)
        loaded = worker.load(load)
        if not isinstance(loaded, Loaded) or loaded.fault is not None:
            worker.close()
            raise SandboxError(f"a worker does not take its source ({loaded}); run: mlgrade doctor --trace"[:500])
        return worker

    def close(self) -> None:
        """End the worker and remove what was made to try acts on."""
        self._worker.close()

    def _asked(self, function: str, *arguments: Any) -> Any:
        result = self._worker.call(function, arguments, {}, SECONDS)
        if not isinstance(result, Value):
            raise SandboxError(f"a worker cannot say where it is ({result})")
        return result.value

    def about(self) -> tuple[int, int, str]:
        """Return the worker's process, its parent's, and its scratch folder."""
        own, parent, folder = self._asked("about")
        return int(own), int(parent), str(folder)

    def keep(self, place: Site) -> None:
        """Have the worker leave a file in its scratch folder."""
        self._asked("keep", Path(place.open_file).name)

    def attempt(self, act: ForbiddenAct) -> tuple[str, str]:
        """Make one act, and return its verdict with a detail."""
        if not self._worker.alive:
            self._worker = self._started()
        result = self._worker.call("attempt", (act.function, [*act.arguments]), {}, SECONDS)
        if isinstance(result, Value) and isinstance(result.value, list):
            verdict, detail = map(str, result.value)
            return verdict, detail
        if isinstance(result, Died):
            return _ended(act, result.how), result.how
        if isinstance(result, TimedOut):
            return probe.POSSIBLE, "it did not return"
        return probe.UNTRIED, f"the act itself failed ({result})"[:300]


def _ended(act: ForbiddenAct, how: str) -> str:
    """Judge a worker's end: by the filter (SIGSYS) or by a limit it is a refusal, else the act was under way."""
    if "SIGSYS" in how or act.group == RESOURCES or act.function == "entry_of_32_bits":
        return probe.REFUSED
    return probe.POSSIBLE


# -- the table --------------------------------------------------------------------------------------------------


def _calls() -> Iterator[ForbiddenAct]:
    numbers = kernel.numbers() if LINUX else {}
    for label, name, function, arguments in calls.forbidden(numbers):
        yield _call(label, calls.meaning(name), function, *arguments)
    if numbers:
        newer = "use what a newer kernel brings"
        yield _call("numbers that no table names", newer, "unknown_calls", calls.unknown(numbers))
    if platform.machine() == "x86_64" and numbers:
        around = "make any call, by the numbers of another architecture"
        yield _call("the x32 entry", around, "system_call", calls.X32 | numbers["getpid"])
        yield _call("the 32 bit entry", around, "entry_of_32_bits", calls.ENTRY_32.hex())


def _call(name: str, meaning: str, function: str, *arguments: Any) -> ForbiddenAct:
    return ForbiddenAct(
        group=CALLS, name=name, meaning=meaning, function=function, arguments=arguments, layers=(SECCOMP,)
    )


def _files(place: Site, other: tuple[int, int, str]) -> Iterator[ForbiddenAct]:
    def act(
        name: str, meaning: str, function: str, *arguments: Any, layers: tuple[str, ...] = (LANDLOCK,)
    ) -> ForbiddenAct:
        return ForbiddenAct(
            group=FILES, name=name, meaning=meaning, function=function, arguments=arguments, layers=layers
        )

    for what, paths in place.course.items():
        yield act(f"read: {what}", "copy the answers or the hidden checks", "reads", *paths)
    private = "read your private files"
    yield act("read: a file that anybody may read", private, "reads", place.open_file)
    yield act("read: a file in the home folder", private, "reads", *place.home_file)
    for path in place.system_files:
        yield act(f"read: {path}", private, "reads", path)
    yield act("read: mlgrade's own files", "learn how it is graded", "reads", *place.package_files)
    kept = str(Path(other[2]) / Path(place.open_file).name)
    yield act("read: another worker's scratch folder", "read another student's data", "reads", kept)
    for path in place.folders:
        yield act(f"list: {path}", "learn the names of your files", "lists", path)
    changing = "change files outside of its scratch folder, and leave something behind"
    for where, paths in place.writable.items():
        yield act(f"create a file in {where}", changing, "creates", *paths)
    foreign = str(Path(other[2]) / "planted")
    yield act("create a file in another worker's scratch folder", "change another student's data", "creates", foreign)
    yield act("write to a file that anybody may write to", changing, "writes", place.open_file)
    if place.home_file:
        yield act("write to a file in the home folder", changing, "writes", *place.home_file)
    both = (LANDLOCK, SECCOMP)
    yield act("truncate a file", changing, "truncates", place.open_file, layers=both)
    for what in ("mode", "owner", "times", "link"):
        yield act(f"change a file: {what}", changing, "changes", what, place.open_file, layers=(SECCOMP,))
    for what in ("name", "folder", "removed"):
        yield act(f"change a file: {what}", changing, "changes", what, place.open_file)
    if hasattr(os, "fork"):
        yield act("execute /bin/sh", "run any program", "executes", "/bin/sh", layers=both)
    yield act(
        "use a descriptor that is not its own",
        "use what the grader has open",
        "foreign_descriptors",
        3 if LINUX else 2,
        python_folders(),
        layers=(DESCRIPTORS,),
    )


def _network(place: Site) -> Iterator[ForbiddenAct]:
    def act(name: str, function: str, *arguments: Any, layers: tuple[str, ...] = (SECCOMP,)) -> ForbiddenAct:
        meaning = "send out what it was given, or fetch an answer"
        return ForbiddenAct(
            group=NETWORK, name=name, meaning=meaning, function=function, arguments=arguments, layers=layers
        )

    inside = (SECCOMP, NAMESPACES)
    for name, (family, kind, address) in place.connects.items():
        layers = (SECCOMP,) if name == PATH_SOCKET else inside
        yield act(f"connect: {name}", "connects", int(family), int(kind), address, layers=layers)
    for name, (family, address) in place.sends.items():
        yield act(f"send: {name}", "sends", int(family), address, layers=inside)
    yield act("listen for TCP connections", "listens")
    yield act("make a pair of sockets", "pairs")
    yield act("open a UDP socket", "opens_socket", int(socket.AF_INET), int(socket.SOCK_DGRAM))
    yield act("open a raw socket", "opens_socket", int(socket.AF_INET), int(socket.SOCK_RAW), 1)
    for name in ("AF_NETLINK", "AF_PACKET", "AF_ALG", "AF_VSOCK") if LINUX else ():
        if hasattr(socket, name):
            kind = socket.SOCK_SEQPACKET if name == "AF_ALG" else socket.SOCK_STREAM
            kind = socket.SOCK_RAW if name in ("AF_NETLINK", "AF_PACKET") else kind
            yield act(f"open a socket: {name}", "opens_socket", int(getattr(socket, name)), int(kind))


def _by_landlock(place: Site) -> Iterator[ForbiddenAct]:
    """Yield acts that Landlock must refuse without the filter's help, as far as this kernel's Landlock can."""
    meaning = "reach the network as soon as the filter lets one call too many through"
    for name, (family, kind, address) in place.connects.items():
        if landlock.abi() >= (LANDLOCK_TCP if name.startswith("TCP") else LANDLOCK_SCOPES) and name != PATH_SOCKET:
            yield ForbiddenAct(
                group=NETWORK,
                name=f"connect: {name}, with Landlock alone",
                meaning=meaning,
                function="connects",
                arguments=(int(family), int(kind), address),
                layers=(LANDLOCK,),
            )
    if landlock.abi() >= LANDLOCK_SCOPES:
        yield ForbiddenAct(
            group=PROCESSES,
            name="signal the grader, with Landlock alone",
            meaning="end the run as soon as the filter lets one call too many through",
            function="signals",
            arguments=(os.getpid(),),
            layers=(LANDLOCK, IDENTITY),
        )


def _processes(other: tuple[int, int, str]) -> Iterator[ForbiddenAct]:
    def act(
        name: str, meaning: str, function: str, *arguments: Any, layers: tuple[str, ...] = (SECCOMP,)
    ) -> ForbiddenAct:
        return ForbiddenAct(
            group=PROCESSES, name=name, meaning=meaning, function=function, arguments=arguments, layers=layers
        )

    yield act(
        "find suites in its own memory", "read the checks", "holds_suites", os.getpid(), SUITES, layers=(PROCESS,)
    )
    if sys.platform == "win32":
        return
    people = {"the grader": os.getpid(), "another worker": other[0]}
    if LINUX:
        people["the fork server"] = other[1]
    ending, reading = "end the run, or another student's", "read suites, results or another student's answers"
    for who, pid in people.items():
        yield act(f"signal {who}", ending, "signals", pid, layers=(SECCOMP, LANDLOCK, IDENTITY))
        yield act(f"set the priority of {who}", "slow others down", "sets_priority", pid)
        if LINUX:
            yield act(f"set the processors of {who}", "slow others down", "sets_affinity", pid)
            yield act(f"read the limits of {who}", reading, "reads_limits", pid)
            yield act(f"trace {who}", reading, "traces", pid)
            numbers = kernel.numbers()
            if "pidfd_getfd" in numbers:
                handle = (numbers["pidfd_open"], numbers["pidfd_getfd"], pid)
                yield act(f"take a descriptor of {who}", reading, "takes_descriptor", *handle)
            for name in ("environ", "mem", "cmdline", "maps", "status"):
                yield act(f"read {name} of {who}", reading, "reads", f"/proc/{pid}/{name}", layers=(LANDLOCK,))
            yield act(f"list the descriptors of {who}", reading, "lists", f"/proc/{pid}/fd", layers=(LANDLOCK,))
    if LINUX:
        yield act("read the grader's memory", reading, "reads_memory", os.getpid(), ctypes.addressof(_MARK), 8)
    yield act("start a process", "go on after the grader has ended", "forks")


_MARK = ctypes.create_string_buffer(b"mlgrade")  # memory of the grader's, to be read by nobody else


def _resources(limits: Limits) -> Iterator[ForbiddenAct]:
    def act(name: str, function: str, *arguments: Any, layers: tuple[str, ...] = (RLIMITS,)) -> ForbiddenAct:
        meaning = "use up what the machine has"
        return ForbiddenAct(
            group=RESOURCES, name=name, meaning=meaning, function=function, arguments=arguments, layers=layers
        )

    memory = limits.memory_bytes + MIB
    yield act(f"allocate more than {limits.memory_bytes // MIB} MiB", "maps_memory", memory, 1, layers=(RLIMITS,))
    yield act(f"allocate {memory // MIB} MiB in pieces", "maps_memory", memory, 16, layers=(RLIMITS,))
    if sys.platform == "win32":
        return
    from mlgrade.sandbox.isolation import rlimits

    yield act(f"open more than {rlimits.OPEN_FILES} files", "holds_descriptors", rlimits.OPEN_FILES)
    yield act(f"write a file of more than {FILE_BYTES // MIB} MiB", "grows_file", FILE_BYTES)
    yield act(
        f"fill its scratch folder with more than {SCRATCH_BYTES // MIB} MiB",
        "fills_scratch",
        FILE_BYTES,
        SCRATCH_BYTES,
        layers=(PROCESS,) if LINUX else (),
    )
    yield act(
        f"hold {HIDDEN_BYTES // MIB} MiB in files that it has deleted",
        "hides_bytes",
        FILE_BYTES,
        HIDDEN_BYTES,
        layers=(PROCESS,) if LINUX else (),
    )
    yield act("leave a core file", "dumps_core")
    yield act("raise its limit of open files", "raises_limit", "RLIMIT_NOFILE")
    if LINUX:
        yield act("raise its limit of memory", "raises_limit", "RLIMIT_AS")
        yield act("start more threads than allowed", "starts_threads", THREADS)


# -- privileges -------------------------------------------------------------------------------------------------

SETPCAP = 8


def _privileges(pid: int, active: tuple[str, ...]) -> Iterator[Tried]:
    """Read from outside what the kernel says of a worker: users, capabilities, and what it can never gain."""
    if not LINUX:
        return
    try:
        status = _status(pid)
    except OSError as error:
        yield _held("what the kernel says of a worker", "", f"not readable: {error}", None, active, ())
        return
    rights = "use rights that an ordinary user does not have"
    held = {what: bits for what in ("CapEff", "CapPrm", "CapInh", "CapAmb") if (bits := int(status[what], 16))}
    shown = ", ".join(f"{what} {bits:x}" for what, bits in held.items())
    yield _held("hold capabilities", rights, shown, bool(held), active, (PROCESS,))
    bounded = (int(status["CapBnd"], 16) != 0) if _may_bound() else None
    why = status["CapBnd"] if bounded is not None else "the grader cannot drop it; no_new_privs makes it worthless"
    yield _held("gain capabilities (CapBnd)", rights, why, bounded, active, (IDENTITY,))
    gaining = "gain rights by a program that has them"
    yield _held(
        "gain rights by a program (no_new_privs)",
        gaining,
        status["NoNewPrivs"],
        status["NoNewPrivs"] != "1",
        active,
        (LANDLOCK, SECCOMP),
    )
    filtered = status.get("Seccomp", "0")
    yield _held("make unfiltered system calls", "make any system call", filtered, filtered != "2", active, (SECCOMP,))
    same = os.getuid() in map(int, status["Uid"].split()) or os.getgid() in map(int, status["Gid"].split())
    apart = IDENTITY in active
    why = status["Uid"] if apart else "only root can give each worker a user of its own"
    yield _held(
        "be the grader's user or group", "use your files as you", why, same if apart else None, active, (IDENTITY,)
    )
    groups = status["Groups"]
    yield _held(
        "be in the grader's groups",
        "use your groups' files",
        groups,
        bool(groups) if apart else None,
        active,
        (IDENTITY,),
    )


def _held(
    name: str, meaning: str, detail: str, possible: bool | None, active: tuple[str, ...], layers: tuple[str, ...]
) -> Tried:
    verdict = probe.UNTRIED if possible is None else probe.POSSIBLE if possible else probe.REFUSED
    act = ForbiddenAct(group=PRIVILEGES, name=name, meaning=meaning, function="", layers=layers)
    return _judged(act, verdict, " ".join(detail.split()), tuple(one for one in active if one != AUDIT))


def _status(pid: int | str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _may_bound() -> bool:
    """Whether this process, and so the fork server, may take capabilities from the bounding set."""
    return bool(int(_status("self")["CapEff"], 16) >> SETPCAP & 1)
