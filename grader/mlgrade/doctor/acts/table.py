"""List the forbidden acts: what a submission could do, and which isolation layers should refuse it."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.doctor.acts import calls
from mlgrade.doctor.acts.site import PATH_SOCKET, Site, python_folders
from mlgrade.sandbox.isolation import (
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
from mlgrade.sandbox.limits import FILE_BYTES, MIB, SCRATCH_BYTES, Limits

CALLS, FILES, NETWORK, PROCESSES, PRIVILEGES, RESOURCES = GROUPS = (
    "system calls",
    "files",
    "network",
    "processes",
    "privileges",
    "resources",
)
LANDLOCK_TCP, LANDLOCK_SCOPES = 4, 6  # the versions that brought TCP, and abstract sockets and signals
HIDDEN_BYTES = 4 * SCRATCH_BYTES  # well beyond the limit, whatever a file takes besides its bytes
THREADS = 1_000  # more than this are not started
SUITES = ("pytest", "_pytest", "mlgrade.suite", "mlgrade.grading.grader", "mlgrade.course")
LINUX = sys.platform == "linux"


class ForbiddenAct(msgspec.Struct, frozen=True, kw_only=True):
    """A forbidden act. `layers` should refuse it: where none of them is active, nothing is promised."""

    group: str
    name: str
    meaning: str  # what a submission could do with it
    function: str
    arguments: tuple[Any, ...] = ()
    layers: tuple[str, ...] = (PROCESS,)


def of_calls() -> Iterator[ForbiddenAct]:
    """Make system calls that the filter should refuse."""
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


def of_files(place: Site, other: tuple[int, int, str]) -> Iterator[ForbiddenAct]:
    """Reach files of the course, the grader and others."""

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


def of_network(place: Site) -> Iterator[ForbiddenAct]:
    """Reach the network."""

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


def of_landlock(place: Site) -> Iterator[ForbiddenAct]:
    """Do what Landlock alone should refuse."""
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


def of_processes(other: tuple[int, int, str]) -> Iterator[ForbiddenAct]:
    """Reach other processes."""

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


def of_resources(limits: Limits) -> Iterator[ForbiddenAct]:
    """Use up what the machine has."""

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
