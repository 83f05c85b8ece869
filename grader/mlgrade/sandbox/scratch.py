"""A folder for each worker to stand in: in memory where the system has such a place, bounded, and gone afterwards.

What student code leaves in it is hostile too: folders nested deeper than a path may be long, folders that not even
their owner may enter, names that are no text. `sweep` removes them all. Where each worker has a small file system of
its own (`confine.mounts`), the kernel keeps the bounds. Elsewhere `Watch` looks at the folder from outside, and at the
deleted files that the worker still holds, as far as the system shows them.

The folders of one launcher lie in one of its own, which is locked as long as the launcher's process lives, and by the
kernel: so a start can tell what an earlier run left behind, and removes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mlgrade.sandbox.limits import FILE_BYTES, MIB, SCRATCH_BYTES, SCRATCH_DEPTH, SCRATCH_ENTRIES

if sys.platform != "win32":
    import fcntl

PREFIX = "mlgrade-scratch-"
LOCKED = f"{PREFIX}of-"  # the folder of a launcher; one without this in its name has no lock to go by
IN_MEMORY = Path("/dev/shm")  # noqa: S108  (where Linux keeps a file system in memory; we make a private folder there)
ROOM = 4 * SCRATCH_BYTES
LOOK_SECONDS = 0.1  # between two looks at a folder
SWEEP_SECONDS = 0.5  # at a start, for what earlier runs left


class OverfullError(Exception):
    """More was written than a submission may write."""


class Scratch:
    """Folders of one launcher, gone with it."""

    def __init__(self) -> None:
        place = _in_memory() or Path(tempfile.gettempdir())
        sweep_stale(place)
        self.path, self._lock = _locked_folder(place)
        Path(self.path).chmod(0o711)  # a worker of another user passes through to its own folder

    def folder(self) -> str:
        """Make a folder for a worker, and return its path."""
        return tempfile.mkdtemp(prefix=PREFIX, dir=self.path)

    def close(self) -> None:
        """Remove everything."""
        sweep(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _locked_folder(place: Path) -> tuple[str, int | None]:
    """Make a folder and lock it. Between the two a start elsewhere may take it for stale; then make another."""
    while True:
        path = tempfile.mkdtemp(prefix=LOCKED, dir=place)
        if sys.platform == "win32":
            return path, None
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY)
            with contextlib.suppress(OSError):  # a file system without locks: there nothing counts as stale either
                fcntl.flock(lock, fcntl.LOCK_SH)
            if Path(path).exists():
                return path, lock
            os.close(lock)


def sweep_stale(place: Path, seconds: float = SWEEP_SECONDS) -> None:
    """Remove the folders of this user's earlier runs: of those that no living process has locked."""
    if sys.platform == "win32":
        return
    deadline = time.monotonic() + seconds
    for entry in _entries(str(place)):
        if time.monotonic() > deadline:
            return  # the next start goes on
        if entry.name.startswith(LOCKED):
            with contextlib.suppress(OSError):
                _sweep_if_stale(entry.path, deadline)


def _sweep_if_stale(path: str, deadline: float) -> None:
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(lock).st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sweep(path, deadline)
    finally:
        os.close(lock)


def _in_memory() -> Path | None:
    try:
        found = os.statvfs(IN_MEMORY)
    except (AttributeError, OSError):  # no such call (Windows) or no such place
        return None
    fits = found.f_bavail * found.f_frsize > ROOM
    return IN_MEMORY if fits and IN_MEMORY.is_mount() and os.access(IN_MEMORY, os.W_OK) else None


class Watch:
    """Look whether a worker has written beyond its bounds. What cannot be looked at is beyond them."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __call__(self, hidden: int = 0) -> None:
        """Raise OverfullError if the folder holds too much, together with some bytes that are in no folder."""
        entries, size = 0, hidden
        waiting = [(self._folder, 0)]
        while waiting:
            folder, depth = waiting.pop()
            for entry in _seen(folder):
                entries += 1
                size += _size(entry)
                _refuse(entries, size)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
            if depth > SCRATCH_DEPTH:
                raise OverfullError(f"it nested folders more than {SCRATCH_DEPTH} deep")
        _refuse(entries, size)


def _refuse(entries: int, size: int) -> None:
    if entries > SCRATCH_ENTRIES:
        raise OverfullError(f"it made more than {SCRATCH_ENTRIES} files")
    if size > SCRATCH_BYTES:
        raise OverfullError(f"it wrote more than {SCRATCH_BYTES // MIB} MiB into files")


def hidden(pid: int) -> int:
    """Bytes in deleted files that a process still holds open or mapped, as far as the system shows them.

    The size of one that is only mapped is not shown: it counts as a full one from the fifth on.
    """
    opened = {found.st_ino: found.st_blocks * 512 for found in _deleted(pid)}
    mapped = len(_mapped_deleted(pid) - opened.keys())
    return sum(opened.values()) + max(0, mapped - SCRATCH_BYTES // FILE_BYTES) * FILE_BYTES


def _deleted(pid: int) -> Iterator[os.stat_result]:
    for entry in _entries(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            found = entry.stat()
            if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                yield found


def _mapped_deleted(pid: int) -> set[int]:
    with contextlib.suppress(OSError):
        rows = Path(f"/proc/{pid}/maps").read_text(errors="replace")
        return {int(inode) for inode in re.findall(rf" (\d+) +/.*{PREFIX}.* \(deleted\)$", rows, re.MULTILINE)}
    return set()


def _seen(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except FileNotFoundError:  # gone while we look
        return
    except OSError as error:  # shut, or named too long: files could be hidden there
        raise OverfullError(f"it made a folder that cannot be looked into ({error.strerror})") from None


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []


def _size(entry: os.DirEntry[str]) -> int:
    with contextlib.suppress(OSError):
        found = entry.stat(follow_symlinks=False)
        return getattr(found, "st_blocks", 0) * 512 or found.st_size
    return 0


def sweep(folder: str, deadline: float = float("inf")) -> None:
    """Remove a scratch folder and all that is in it, however deep, without recursion and without a long path.

    Each folder's folders are moved up to the top before it is removed, so no path is ever longer than two names. What
    another program holds open (Windows) is left to the system's own cleaning, and what is not done by the deadline to
    the next start. A folder that is not one of ours is never touched.
    """
    if not Path(folder).name.startswith(PREFIX):
        raise ValueError(f"{folder} is no scratch folder")
    with contextlib.suppress(OSError):
        while inner := [entry.path for entry in _entries(folder) if entry.is_dir(follow_symlinks=False)]:
            for path in inner:
                if time.monotonic() > deadline:
                    return
                _empty(path, folder)
        _remove_files(folder)
        Path(folder).rmdir()


def _empty(inner: str, top: str) -> None:
    Path(inner).chmod(stat.S_IRWXU)
    for entry in _entries(inner):
        if entry.is_dir(follow_symlinks=False):
            Path(entry.path).chmod(stat.S_IRWXU)  # only who may write to a folder may move it
            Path(entry.path).rename(Path(top, secrets.token_hex(8)))
    _remove_files(inner)
    Path(inner).rmdir()


def _remove_files(folder: str) -> None:
    for entry in _entries(folder):
        Path(entry.path).unlink()
