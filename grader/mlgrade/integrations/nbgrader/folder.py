"""The folder of the nbgrader course: what we would write, what lies there, and whose it is by now.

`.mlgrade.json` keeps the hash of each file as we wrote it. A file that has another one belongs to the staff from then
on: it is never written over, and it is named.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import safe_read
from mlgrade.integrations.nbgrader.source import NotebookLayout

FILE = ".mlgrade.json"
MOST_BYTES = 16 * 1024 * 1024


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What we wrote. `files` maps a place in the folder to the SHA-256 of its bytes."""

    mlgrade: Literal["nbgrader-course/1"] = "nbgrader-course/1"
    layout: NotebookLayout
    files: dict[str, str] = {}  # msgspec copies the empty default for each instance


class CourseFileState(StrEnum):
    """What would happen to a file of the course."""

    NEW = "new"
    CHANGED = "updated"
    SAME = "as before"
    YOURS = "yours"  # edited by the staff, and we have nothing newer
    EDITED = "kept: edited by you, and the course has changed it too"
    HELD = "not written"
    GONE = "no longer of the course"


class CourseFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the folder, and what becomes of it."""

    path: str
    state: CourseFileState
    reason: str = ""
    data: bytes = b""  # to be written, if the state is new or updated


def read(folder: Path) -> Manifest | None:
    """What an earlier init wrote here; None if there was none."""
    if not (folder / FILE).exists():
        return None
    try:
        return msgspec.json.decode(safe_read(folder / FILE, MOST_BYTES), type=Manifest, strict=True)
    except (OSError, ValueError, RecursionError, SubmissionError) as error:
        raise UsageError(
            f"{folder / FILE}: cannot be read ({str(error)[:200]}). It says which files mlgrade wrote: move it away, "
            "and every file that differs from the course counts as yours and is kept"
        ) from None


def judge(folder: Path, path: str, data: bytes, before: Mapping[str, str]) -> CourseFile:
    """What becomes of a file that we would write."""
    wrote, wanted = before.get(path), _digest(data)
    there = _there(folder / path)
    if there is None:
        return CourseFile(path=path, state=CourseFileState.NEW, reason="it was gone" if wrote else "", data=data)
    if there == wanted:
        return CourseFile(path=path, state=CourseFileState.SAME)
    if there == wrote:
        return CourseFile(path=path, state=CourseFileState.CHANGED, data=data)
    return CourseFile(path=path, state=CourseFileState.YOURS if wrote == wanted else CourseFileState.EDITED)


def write(folder: Path, files: Collection[CourseFile], manifest: Manifest) -> None:
    """Write what is new or updated, each file whole or not at all, and last what we wrote."""
    for file in files:
        if file.state in (CourseFileState.NEW, CourseFileState.CHANGED):
            _put(folder / file.path, file.data)
    if read(folder) != manifest:
        _put(folder / FILE, msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1) + b"\n")


def record(before: Mapping[str, str], files: Collection[CourseFile], wanted: Mapping[str, bytes]) -> dict[str, str]:
    """What the manifest says afterwards. Of a file that we did not write it keeps what we wrote last."""
    ours = {
        file.path
        for file in files
        if file.state in (CourseFileState.NEW, CourseFileState.CHANGED, CourseFileState.SAME)
    }
    return {**before, **{path: _digest(wanted[path]) for path in ours}}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _there(path: Path) -> str | None:
    """The hash of what lies there. A link, a pipe or a folder is nothing that we wrote."""
    try:
        if not os.path.lexists(path):
            return None
        if path.is_symlink() or not path.is_file():
            return ""
        return _digest(safe_read(path, MOST_BYTES))
    except (OSError, SubmissionError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _put(path: Path, data: bytes) -> None:
    """The file appears when it is whole; what was there before stays until then."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".mlgrade-")
        os.close(handle)
        _move(Path(draft), path, data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}; run it again to go on") from None


def _move(draft: Path, path: Path, data: bytes) -> None:
    try:
        draft.write_bytes(data)
        draft.chmod(0o644)  # not the private mode of a scratch file: the server of the students reads it
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
