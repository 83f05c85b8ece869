"""Make what forbidden acts are tried on: files with a known place, servers that listen, and a second worker's folder.

Files that others may read and write are used wherever that is possible, so that not the file's mode but the isolation
refuses. All of it is gone when the site closes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

import mlgrade
from mlgrade.course import Course

PREFIX = "mlgrade-doctor-"
PATH_SOCKET = "a socket with a path"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Paths and addresses. A list that is empty is of things that this machine does not have."""

    course: dict[str, list[str]]  # by what they are: hidden suites, solutions, course.yml
    open_file: str  # anybody may read and write it
    home_file: list[str]
    system_files: list[str]
    package_files: list[str]
    folders: list[str]  # to list
    writable: dict[str, list[str]]  # new files to create, by where
    connects: dict[str, tuple[int, int, str | tuple[str, int]]]  # by name: family, kind, address
    sends: dict[str, tuple[int, str | tuple[str, int]]]


@contextlib.contextmanager
def site(course: Course | None) -> Iterator[Site]:
    """Make a site, with the files of a course if there is one, else with files made for the purpose."""
    with contextlib.ExitStack() as stack:
        temporary = Path(tempfile.mkdtemp(prefix=PREFIX))
        stack.callback(shutil.rmtree, temporary, ignore_errors=True)
        temporary.chmod(0o777)
        connects, sends = _servers(temporary, stack)
        home = _home_file(stack)
        yield Site(
            course=_course_files(course) if course else _made_course(temporary),
            open_file=_file(temporary / "open", 0o666),
            home_file=home,
            system_files=_here("/etc/shadow", "/etc/passwd", "/etc/hostname", "/root/.bashrc", "/var/log/dpkg.log"),
            package_files=[str(Path(mlgrade.__file__)), str(Path(__file__))],
            folders=_here(str(Path.home()), "/root", "/var", "/etc", "/proc", str(temporary)),
            writable=_writable(temporary, course, stack),
            connects=connects,
            sends=sends,
        )


def python_folders() -> list[str]:
    """Return device and inode of the folders that Python and numpy are imported from."""
    standard = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    folders = {*standard, *(folder / "lib-dynload" for folder in standard), Path(np.__file__).parent.parent}
    return sorted(f"{found.st_dev}:{found.st_ino}" for found in (one.stat() for one in folders if one.is_dir()))


def _here(*paths: str) -> list[str]:
    return [path for path in dict.fromkeys(paths) if os.path.lexists(path)]


def _file(path: Path, mode: int) -> str:
    path.write_text("mlgrade doctor made this file, and removes it.\n")
    path.chmod(mode)
    return str(path)


def _course_files(course: Course) -> dict[str, list[str]]:
    ids = [concept.id for concept in course.concepts]
    hidden = [path for one in ids for path in course.suites(one) if path.parent.name == "hidden"]
    public = [path for one in ids for path in course.suites(one) if path not in hidden]
    solutions = [path for one in ids if (path := course.root / "solutions" / f"{one}.py").is_file()]
    found = {"hidden suite": hidden, "visible suite": public, "solution": solutions}
    files = {what: [*map(str, paths)] for what, paths in found.items() if paths}
    return files | {"course.yml": _here(str(course.root / "course.yml"))}


def _made_course(temporary: Path) -> dict[str, list[str]]:
    return {what: [_file(temporary / what.replace(" ", "_"), 0o644)] for what in ("hidden suite", "solution")}


def _home_file(stack: contextlib.ExitStack) -> list[str]:
    with contextlib.suppress(OSError, RuntimeError):
        descriptor, path = tempfile.mkstemp(prefix=f".{PREFIX}", dir=Path.home())
        os.close(descriptor)
        stack.callback(Path(path).unlink, missing_ok=True)
        return [_file(Path(path), 0o666)]
    return []


def _writable(temporary: Path, course: Course | None, stack: contextlib.ExitStack) -> dict[str, list[str]]:
    """Return names for new files, by folder. Those that a worker could not remove are removed here."""
    folders = {
        "a folder that anybody may write to": str(temporary),
        "/tmp": "/tmp",  # noqa: S108
        "/var/tmp": "/var/tmp",  # noqa: S108
        "/dev/shm": "/dev/shm",  # noqa: S108
        "the home folder": str(Path.home()),
        "the package's own folder": str(Path(mlgrade.__file__).parent),
    }
    if course is not None:
        folders["the course"] = str(course.root)
    names = {}
    for where, folder in folders.items():
        if Path(folder).is_dir():
            names[where] = [str(Path(folder) / f"{PREFIX}{secrets.token_hex(8)}")]
            stack.callback(_remove, Path(names[where][0]))
    return names


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _servers(
    temporary: Path, stack: contextlib.ExitStack
) -> tuple[dict[str, tuple[int, int, str | tuple[str, int]]], dict[str, tuple[int, str | tuple[str, int]]]]:
    """Listen in every way that this machine offers."""
    connects: dict[str, tuple[int, int, str | tuple[str, int]]] = {}
    sends: dict[str, tuple[int, str | tuple[str, int]]] = {}
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError):  # a machine without IPv6
            connects[f"TCP to {host}"] = (family, socket.SOCK_STREAM, _listen(stack, family, (host, 0)))
            sends[f"UDP to {host}"] = (family, _listen(stack, family, (host, 0), socket.SOCK_DGRAM))
    if hasattr(socket, "AF_UNIX"):
        places = {PATH_SOCKET: str(temporary / "socket")}
        if Path("/proc/net/unix").exists():
            places["an abstract socket"] = f"\0{PREFIX}{secrets.token_hex(8)}"
        for what, address in places.items():
            _listen(stack, socket.AF_UNIX, address)
            connects[what] = (socket.AF_UNIX, socket.SOCK_STREAM, address)
        (temporary / "socket").chmod(0o666)
    return connects, sends


def _listen(
    stack: contextlib.ExitStack, family: int, address: str | tuple[str, int], kind: int = socket.SOCK_STREAM
) -> tuple[str, int]:
    server = stack.enter_context(socket.socket(family, kind))
    server.bind(address)
    if kind == socket.SOCK_STREAM:
        server.listen()
    found = server.getsockname()
    return (str(found[0]), int(found[1])) if isinstance(found, tuple) else (str(found), 0)
