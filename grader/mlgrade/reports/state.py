"""Small files that mlgrade keeps for its user, beside the courses and never in them.

One folder in the user's own data; `MLGRADE_STATE` names another one. Everything here is a convenience: when it cannot
be read nothing is remembered, and when it cannot be written the caller is told why.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mlgrade.course import Course
from mlgrade.files import atomic_write, state_folder

T = TypeVar("T")


def load(course: Course, name: str, kind: type[T], default: T) -> T:
    """Read what is remembered of a course under a name; a file that cannot be read counts as no memory."""
    try:
        return msgspec.json.decode(file(course, name).read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return default


def save(course: Course, name: str, value: Any) -> str:
    """Write, and return "" or why it could not be written."""
    target = file(course, name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(target, msgspec.json.encode(value))
    except OSError as error:
        return f"this could not be remembered: {error.strerror} ({target.parent})"
    return ""


def file(course: Course, name: str) -> Path:
    """Return the path of a file of the user's state."""
    digest = hashlib.sha256(str(course.root).encode()).hexdigest()[:16]
    return state_folder() / f"{digest}-{name}.json"
