"""Read untrusted files safely, write files atomically, and find the user's state folder.

A file may be swapped between the moment it is listed and the moment it is read. So nothing is decided by its name: the
descriptor that was opened is checked. What is written appears whole or not at all: it is written beside its target
first, so a full disk leaves no half of a file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mlgrade.errors import SubmissionError

# Constants that a system does not have are 0 there. O_NONBLOCK: opening a pipe would wait for its writer.
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_FOLDER = _READ | getattr(os, "O_DIRECTORY", 0)
_STEPWISE = bool(_NO_LINK) and os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_JUNCTION = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1)
_MEANINGS = {
    errno.ELOOP: "a link; links are not followed",
    errno.ENOENT: "no longer there",
    errno.ENOTDIR: "a link, or not a folder any more",
    errno.ENXIO: "not a file",  # a socket
}


class FileKind(StrEnum):
    """What an entry of a folder is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"  # a pipe, a socket, a device


class FileEntry(NamedTuple):
    """An entry of a folder."""

    name: str
    kind: FileKind


def safe_read(path: Path, most: int) -> bytes:
    """Read a file that was named by hand. Raises OSError for what cannot be opened, else SubmissionError."""
    return _content(os.open(path, _READ), str(path), most)


def read_beneath(root: Path, place: str, most: int) -> bytes:
    """Read a file in a folder that others fill. No part of `place` may be a link. Raises only SubmissionError."""
    try:
        return _content(_open_beneath(root, place, _READ), place, most)
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{place}: {describe_error(error)}") from None


def list_beneath(root: Path, place: str, most: int | None = None) -> list[FileEntry]:
    """List a folder in a folder that others fill, in no order. Raises OSError."""
    if not _STEPWISE:
        return _listed(_without_links(root, place), most)
    folder = _open_beneath(root, place, _FOLDER)
    try:
        return _listed(folder, most)
    finally:
        os.close(folder)


def describe_error(error: OSError | ValueError) -> str:
    """What an error of the system means for one file, in plain words."""
    if not isinstance(error, OSError):
        return "a name that this system cannot open"
    return _MEANINGS.get(error.errno or 0) or f"cannot be read: {error.strerror or error}"


def _content(descriptor: int, place: str, most: int) -> bytes:
    with os.fdopen(_regular(descriptor, place, most), "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise SubmissionError(f"{place}: grew while it was read")
    return data


def _regular(descriptor: int, place: str, most: int) -> int:
    status = os.fstat(descriptor)
    problem = ""
    if not stat.S_ISREG(status.st_mode):
        problem = "not a file"
    elif status.st_size > most:
        problem = f"{status.st_size} bytes is too large (at most {most})"
    if problem:
        os.close(descriptor)
        raise SubmissionError(f"{place}: {problem}")
    return descriptor


def _open_beneath(root: Path, place: str, flags: int) -> int:
    """Open step by step, so that no folder on the way can be swapped for a link."""
    if not _STEPWISE:
        return os.open(_without_links(root, place), flags)
    parts = PurePosixPath(place).parts
    at = os.open(root, _FOLDER if parts else flags)
    for number, part in enumerate(parts, 1):
        following = flags if number == len(parts) else _FOLDER
        try:
            inner = os.open(part, following | _NO_LINK, dir_fd=at)
        finally:
            os.close(at)
        at = inner
    return at


def _without_links(root: Path, place: str) -> Path:
    """The best that a system without such descriptors allows: look at each step, then open."""
    path = root
    for part in PurePosixPath(place).parts:
        path = path / part
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return path


def _listed(folder: int | Path, most: int | None) -> list[FileEntry]:
    """An entry is asked what it is while its folder is open: later its number may be another folder's."""
    with os.scandir(folder) as entries:
        return [FileEntry(entry.name, _what(entry)) for entry in islice(entries, most)]


def _what(entry: os.DirEntry[str]) -> FileKind:
    junction = getattr(entry, "is_junction", None)  # from Python 3.12
    try:
        if entry.is_symlink() or (junction and junction()):
            return FileKind.LINK
        if entry.is_dir(follow_symlinks=False):
            return FileKind.FOLDER
        return FileKind.FILE if entry.is_file(follow_symlinks=False) else FileKind.OTHER
    except OSError:
        return FileKind.OTHER


# -- writing ------------------------------------------------------------------------------------------------


def atomic_write(path: Path, data: bytes) -> None:
    """Write one file, in one step for whoever reads it meanwhile; who may read it is as before."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_mask()
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".mlgrade-")
    beside = Path(made)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.chmod(mode)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files. `target` is not there yet, or is an empty folder and stays the one it is."""
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".mlgrade-") as beside:
        made = Path(beside, "made")
        for place, data in files.items():
            path = made / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if not target.exists():
            made.rename(target)
            return
        for part in made.iterdir():  # somebody may stand in it
            part.rename(target / part.name)


def is_free(target: Path) -> bool:
    """Whether a folder may be written there."""
    return not target.is_symlink() and (not target.exists() or (target.is_dir() and not any(target.iterdir())))


def _mask() -> int:
    """What the user keeps from others. It can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


# -- the user's state folder --------------------------------------------------------------------------------------


def state_folder() -> Path:
    """Return the folder of what mlgrade remembers for its user: MLGRADE_STATE, or the system's place for it."""
    if chosen := os.environ.get("MLGRADE_STATE"):
        return Path(chosen)
    from platformdirs import user_state_path

    return user_state_path("mlgrade", appauthor=False)
