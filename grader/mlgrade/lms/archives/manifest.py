"""Record what was collected, so that a second run changes only what differs and no files of others.

`.mlgrade-collect.json` is for the next run; `.mlgrade-handin.json` in each student's folder is read by grading.
Equal facts give equal bytes in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from mlgrade.errors import UsageError

FILE = ".mlgrade-collect.json"
SIDECAR = ".mlgrade-handin.json"
MOST_BYTES = 256 * 1024 * 1024


class AttemptMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What the LMS says of the attempt of a file."""

    source: str
    attempt: str
    at: str | None = None  # ISO 8601 with a zone
    late: bool | None = None
    rank: int = 0


class WrittenFile(AttemptMeta, frozen=True, kw_only=True):
    """A file that was written, and its hash, which shows whether it was changed since."""

    sha256: str


class CollectManifest(msgspec.Struct, kw_only=True):
    """The files of all earlier runs."""

    mlgrade: Literal["collect/1"] = "collect/1"
    folders: dict[str, str] = {}  # by identity of the person, so that a folder keeps its name
    files: dict[str, dict[str, WrittenFile]] = {}  # by folder and path


def load(into: Path) -> CollectManifest:
    """Read the manifest of a tree. A new tree has an empty one."""
    path = into / FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path}: too large to be a manifest; move it away")
        return msgspec.json.decode(path.read_bytes(), type=CollectManifest)
    except FileNotFoundError:
        return CollectManifest()
    except NotADirectoryError:
        raise UsageError(f"{into}: is a file; --into needs a folder") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise UsageError(
            f"{path}: not as mlgrade collect left it; move it away, and files that differ are left alone"
        ) from None


def encode(book: CollectManifest) -> bytes:
    """Return a manifest as JSON."""
    return msgspec.json.format(msgspec.json.encode(book, order="sorted"), indent=1) + b"\n"


def newer(one: AttemptMeta, other: AttemptMeta) -> bool:
    """Return whether `one` replaces `other`: by the LMS's time, else by its numbers, else as the later given."""
    if one.at and other.at:
        return datetime.fromisoformat(one.at) >= datetime.fromisoformat(other.at)
    if one.rank and other.rank and one.source == other.source:
        return one.rank >= other.rank
    return True


def facts(folder: str, files: Mapping[str, AttemptMeta]) -> dict[str, Any]:
    """Return what is known of a folder. Lateness is null where the files of several archives disagree."""
    latest = max(files.values(), key=lambda meta: (_time(meta), meta.rank, meta.source, meta.attempt))
    late = {meta.late for meta in files.values()}
    return {
        "mlgrade": "handin/1",
        "student": folder,
        "submitted_at": latest.at,
        "late": late.pop() if len(late) == 1 else None,
        "source": latest.source,
        "attempt": latest.attempt,
        "files": {path: files[path].at for path in sorted(files) if files[path].at},
    }


def sidecar(folder: str, files: Mapping[str, AttemptMeta]) -> bytes:
    """Return the facts of a folder as JSON."""
    return msgspec.json.format(msgspec.json.encode(facts(folder, files)), indent=2) + b"\n"


def _time(meta: AttemptMeta) -> float:
    return datetime.fromisoformat(meta.at).timestamp() if meta.at else float("-inf")
