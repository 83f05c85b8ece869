"""Find the course: named, configured, or around the working folder. Never around a submission.

The tests of a course run with the rights of whoever checks or grades, outside of every isolation layer. So a course.yml
that was handed in beside the answers must not become the course.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from mlgrade.errors import UsageError
from mlgrade.text import one_line

FILE = "course.yml"
VARIABLE = "MLGRADE_COURSE"
# What `mlgrade collect` leaves in the folder of the class, and in that of each student.
COLLECTED, HANDED_IN = ".mlgrade-collect.json", ".mlgrade-handin.json"
RIGHTS = "the tests of a course run with your rights"


def find(start: Path) -> Path:
    """Find the nearest course.yml from a file or folder upwards."""
    start = start.resolve()
    if found := _above(start):
        return found
    raise UsageError(f"no {FILE} in {one_line(str(start))} or above it; go to the course's folder or give --course")


def configured() -> Path | None:
    """Return what $MLGRADE_COURSE names, if anything."""
    return Path(text).expanduser() if (text := os.environ.get(VARIABLE)) else None


def nearest(beside: Path | None = None) -> Path:
    """Find the course that is configured, else the one around the working folder.

    `beside` is a file or folder to be checked. A course around it is not used; the error says how to ask for it.
    """
    if named := configured():
        return named
    here = Path.cwd()
    if not (found := _above(here.resolve())):
        if beside is not None and (other := _above(beside.resolve())):
            raise UsageError(_elsewhere(here, other.parent))
        return find(here)
    if handed_in(found.parent):
        raise UsageError(
            f"{_shown(found)} lies among submissions that mlgrade collected, and {RIGHTS}; go to the folder of your "
            "own course, or name it: --course COURSE"
        )
    return found


def handed_in(folder: Path) -> bool:
    """Whether `mlgrade collect` has put this folder there for a student."""
    folder = folder.resolve()
    return any((one / HANDED_IN).is_file() for one in (folder, *folder.parents)) or any(
        (one / COLLECTED).is_file() for one in folder.parents
    )


def refuse_inside(course: Path, submissions: Path, command: str) -> None:
    """Refuse a course that lies among the submissions, whoever named it. `command` is what to type instead."""
    folder = course if course.is_dir() else course.parent
    if _within(folder.resolve(), submissions) or _within((folder / FILE).resolve().parent, submissions):
        raise UsageError(
            f"{_shown(folder / FILE)} lies inside the submissions ({_shown(submissions)}), where a student may have "
            f"put it, and {RIGHTS}; name a course that lies elsewhere: {command} --course COURSE"
        )


def quoted(path: Path) -> str:
    """Return a path as one types it in a command."""
    text = _shown(path)
    if sys.platform == "win32":
        return f'"{text}"' if " " in text else text
    return shlex.quote(text)


def _above(start: Path) -> Path | None:
    return next((folder / FILE for folder in (start, *start.parents) if (folder / FILE).is_file()), None)


def _elsewhere(here: Path, root: Path) -> str:
    there = quoted(root)
    return (
        f"no {FILE} in {one_line(str(here))} or above it. There is one in {_shown(root)}: to use it, go there first "
        f"(cd {there}) or name it (--course {there}). It is not used unasked, because {RIGHTS}"
    )


def _within(folder: Path, top: Path) -> bool:
    """Whether a folder is `top` or lies below it, by whatever name."""
    for one in (folder, *folder.parents):
        try:
            if one.samefile(top):
                return True
        except OSError:  # not there, or not ours to see
            continue
    return False


def _shown(path: Path) -> str:
    """Return a path from here, if it is below."""
    try:
        return one_line(str(path.resolve().relative_to(Path.cwd().resolve())))
    except (ValueError, OSError, RuntimeError):  # elsewhere, or a link that leads to itself
        return one_line(str(path))
