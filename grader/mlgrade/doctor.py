"""What this machine gives: versions, the course that is found, and the walls that stand. Facts, found by trying."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from mlgrade import course as courses
from mlgrade import progress
from mlgrade.errors import MlgradeError
from mlgrade.sandbox.confine import standing
from mlgrade.sandbox.host import Host, Value
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Load, Loaded

PACKAGES = ("mlgrade", "numpy", "pytest", "click", "msgspec", "rich", "pyyaml", "platformdirs")
CANARY = "MLGRADE_CANARY"
# Tried inside a worker: each function returns True where the wall holds.
_PROBE = b"""
import os, sys

def own_process(parent):
    return os.getpid() != parent

def suites_unknown():
    return not any(name.startswith(("pytest", "_pytest", "mlgrade.suite")) for name in sys.modules)

def environment_fixed(canary):
    return canary not in os.environ

def files_refused(path):
    try:
        open(path).close()
    except PermissionError:
        return True
    return False

def tcp_refused():
    import socket
    try:
        socket.create_connection(("127.0.0.1", 9), 1).close()
    except PermissionError:
        return True
    except OSError:
        return False
    return False

def memory_limited():
    try:
        bytearray(1 << 40)
    except MemoryError:
        return True
    return False
"""


class Fact(msgspec.Struct, frozen=True):
    name: str
    value: str
    good: bool = True


# What no wall of this version covers, on any system. Said, because silence would be a promise.
ABSENT = [
    Fact("wall", "missing: a filter of system calls (UDP, processes of its own, names of files)", good=False),
    Fact("advice", "grade the files of strangers in a container until that wall stands", good=False),
]


def examine(near: Path) -> list[Fact]:
    return [*_versions(), _course(near), _state(near), *_walls()]


def _versions() -> list[Fact]:
    facts = [Fact("python", f"{platform.python_version()} ({sys.executable})", sys.version_info >= (3, 11))]
    for name in PACKAGES:
        try:
            facts.append(Fact(name, version(name)))
        except PackageNotFoundError:
            facts.append(Fact(name, "not installed", good=False))
    return [*facts, Fact("system", platform.platform())]


def _course(near: Path) -> Fact:
    try:
        course = courses.load(courses.find(near))
    except MlgradeError as error:
        return Fact("course", str(error), good=False)
    hidden = sum(len(course.suites(concept.id)) > 1 for concept in course.concepts)
    counts = f"{len(course.concepts)} concepts, {hidden} with hidden suites"
    return Fact("course", f"{course.title} {course.version}, {counts} ({course.root})")


def _state(near: Path) -> Fact:
    try:
        course = courses.load(courses.find(near))
    except MlgradeError:
        return Fact("memory", "no course, nothing to remember")
    problem = progress.save(course, progress.load(course))
    return Fact("memory", problem or "the last run of each exercise is remembered", good=not problem)


def _walls() -> list[Fact]:
    """Ask a worker itself; what it cannot refuse is said as plainly as what it can."""
    load = Load(source=_PROBE, name="probe", filename="probe.py", functions=[], imports=["stdlib", "numpy"], forbid=[])
    tries = {
        "student code runs in its own process": ("own_process", (os.getpid(),)),
        "suites and pytest are not in that process": ("suites_unknown", ()),
        "your environment variables do not reach it": ("environment_fixed", (CANARY,)),
        "the course's files and yours are closed to it": ("files_refused", (__file__,)),
        "it opens no TCP connection": ("tcp_refused", ()),
        "its memory is limited": ("memory_limited", ()),
    }
    os.environ[CANARY] = "1"
    started = launcher()
    del os.environ[CANARY]
    try:
        worker = Host(started).worker(Limits())
        if not isinstance(worker.load(load), Loaded):
            return [Fact("worker", "could not be started", good=False)]
        results = {name: worker.call(function, args, {}, 5.0) for name, (function, args) in tries.items()}
        worker.close()
    finally:
        started.close()
    facts = [_wall(name, isinstance(result, Value) and result.value is True) for name, result in results.items()]
    return [Fact("isolation", f"reduced: {', '.join(standing())}"), *facts, *ABSENT]


def _wall(name: str, holds: bool) -> Fact:
    return Fact("wall", f"{'holds' if holds else 'missing'}: {name}", good=holds)
