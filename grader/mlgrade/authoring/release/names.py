"""What has no place in a release whatever it holds: told by its name, its kind or its first bytes."""

from __future__ import annotations

import re
import stat
from pathlib import PurePosixPath

_STAFF = re.compile(r"(^|/)(solutions|tests/(hidden|misconceptions|alternatives|mutation))(/|$)", re.IGNORECASE)
_BACKUP = re.compile(r"~$|\.(swp|swo|swn|orig|bak|rej)$|^\.#|^#.*#$", re.IGNORECASE)
_HISTORY = {".git", ".hg", ".svn", ".jj"}
_LISTS = re.compile(r"\.(db|sqlite3?)(-wal|-journal|-shm)?$", re.IGNORECASE)


def refused(place: str, mode: int = 0) -> str:
    """Why a file of this path may not be in a release, or nothing. `mode` is that of Unix, or 0."""
    parts = PurePosixPath(place.replace("\\", "/")).parts
    name = parts[-1] if parts else ""
    if stat.S_ISLNK(mode):
        return "a link; a release holds files"
    if found := _HISTORY.intersection(parts):
        return f"in {min(found)}, which keeps everything that ever was in the folder"
    if ".venv" in parts or name == "pyvenv.cfg":
        return "an environment of Python's; each student makes one"
    if _STAFF.search("/".join(parts)):
        return "in a folder of the staff's"
    if "__pycache__" in parts or name.lower().endswith((".pyc", ".pyo")):
        return "compiled Python; a release holds sources"
    if ".ipynb_checkpoints" in parts or any(_BACKUP.search(part) for part in parts):
        return "an editor's backup"
    return "a database, such as a gradebook" if _LISTS.search(name) else ""


def refused_as(data: bytes) -> str:
    """The same by the first bytes, for what goes under another name."""
    if data[2:4] == b"\r\n" and len(data) > 16 and data[16:17] in (b"\xe3", b"c"):  # a code object, marshalled
        return "compiled Python; a release holds sources"
    return "a database, such as a gradebook" if data.startswith(b"SQLite format 3\0") and len(data) > 100 else ""
