"""What was collected before, so that a second run changes only what differs and touches nobody else's files.

`.mlgrade-collect.json` is for the next run; `.mlgrade-handin.json` in each student's folder is for whoever grades it.
Both are functions of the same facts: equal facts, equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from mlgrade.errors import UsageError

FILE = ".mlgrade-collect.json"
SIDECAR = ".mlgrade-handin.json"
MOST_BYTES = 256 * 1024 * 1024


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What the LMS said of a file's attempt."""

    source: str
    attempt: str
    at: str | None = None  # ISO 8601 with a zone
    late: bool | None = None
    rank: int = 0


class Kept(Meta, frozen=True, kw_only=True):
    """A file that we wrote, and the hash by which we know whether it is still ours."""

    sha256: str


class Book(msgspec.Struct, kw_only=True):
    mlgrade: Literal["collect/1"] = "collect/1"
    folders: dict[str, str] = {}  # whose folder is which, so that a name once given stays
    files: dict[str, dict[str, Kept]] = {}  # by folder and path


def load(into: Path) -> Book:
    path = into / FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path}: too large to be ours; move it away")
        return msgspec.json.decode(path.read_bytes(), type=Book)
    except FileNotFoundError:
        return Book()
    except NotADirectoryError:
        raise UsageError(f"{into}: is a file; --into wants a folder") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise UsageError(
            f"{path}: not as mlgrade collect left it; move it away, and files that differ are left alone"
        ) from None


def encode(book: Book) -> bytes:
    return msgspec.json.format(msgspec.json.encode(book, order="sorted"), indent=1) + b"\n"


def newer(one: Meta, other: Meta) -> bool:
    """Whether `one` takes the place of `other`: by the LMS's time, else by its numbers, else as the later given."""
    if one.at and other.at:
        return datetime.fromisoformat(one.at) >= datetime.fromisoformat(other.at)
    if one.rank and other.rank and one.source == other.source:
        return one.rank >= other.rank
    return True


def facts(folder: str, files: Mapping[str, Meta]) -> dict[str, Any]:
    """What is known of a folder. Files of several archives that disagree on lateness leave it open: null."""
    latest = _latest(files.values())
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


def sidecar(folder: str, files: Mapping[str, Meta]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(facts(folder, files)), indent=2) + b"\n"


def _latest(metas: Iterable[Meta]) -> Meta:
    timed = sorted(metas, key=lambda meta: (_time(meta), meta.rank, meta.source, meta.attempt))
    return timed[-1]


def _time(meta: Meta) -> float:
    return datetime.fromisoformat(meta.at).timestamp() if meta.at else float("-inf")
