"""A folder for each worker to stand in: in memory where the system has such a place, bounded, and gone afterwards.

What student code leaves in it is hostile too: folders nested deeper than a path may be long, folders that not even
their owner may enter, names that are no text. `sweep` removes them all; `Watch` looks at the folder from outside while
a call runs, because no limit of the kernel counts the files of one process.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

from mlgrade.sandbox.limits import MIB, SCRATCH_BYTES, SCRATCH_DEPTH, SCRATCH_ENTRIES

PREFIX = "mlgrade-scratch-"
IN_MEMORY = Path("/dev/shm")  # noqa: S108  (where Linux keeps a file system in memory; we make a private folder there)
ROOM = 4 * SCRATCH_BYTES


class OverfullError(Exception):
    """More was written than a submission may write."""


class Scratch:
    """Folders of one launcher, gone with it."""

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix=PREFIX, dir=_in_memory())
        Path(self.path).chmod(0o711)  # a worker of another user passes through to its own folder

    def folder(self) -> str:
        return tempfile.mkdtemp(prefix=PREFIX, dir=self.path)


def _in_memory() -> Path | None:
    try:
        found = os.statvfs(IN_MEMORY)
    except (AttributeError, OSError):  # no such call (Windows) or no such place
        return None
    fits = found.f_bavail * found.f_frsize > ROOM
    return IN_MEMORY if fits and IN_MEMORY.is_mount() and os.access(IN_MEMORY, os.W_OK) else None


class Watch:
    """Look whether a scratch folder has grown beyond its bounds. What cannot be looked at is beyond them."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __call__(self) -> None:
        entries = size = 0
        waiting = [(self._folder, 0)]
        while waiting:
            folder, depth = waiting.pop()
            for entry in _seen(folder):
                entries += 1
                size += _size(entry)
                if entries > SCRATCH_ENTRIES:
                    raise OverfullError(f"it made more than {SCRATCH_ENTRIES} files")
                if size > SCRATCH_BYTES:
                    raise OverfullError(f"it wrote more than {SCRATCH_BYTES // MIB} MiB into files")
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
            if depth > SCRATCH_DEPTH:
                raise OverfullError(f"it nested folders more than {SCRATCH_DEPTH} deep")


def _seen(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:  # gone while we look
        return []
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


def sweep(folder: str) -> None:
    """Remove a scratch folder and all that is in it, however deep, without recursion and without a long path.

    Each folder's folders are moved up to the top before it is removed, so no path is ever longer than two names. What
    another program holds open (Windows) is left to the system's own cleaning. A folder that is not one of ours is
    never touched.
    """
    if not Path(folder).name.startswith(PREFIX):
        raise ValueError(f"{folder} is no scratch folder")
    with contextlib.suppress(OSError):
        while inner := [entry.path for entry in _entries(folder) if entry.is_dir(follow_symlinks=False)]:
            for path in inner:
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
