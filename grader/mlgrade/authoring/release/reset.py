"""An exercise as it was given out, and the student's own kept beside it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mlgrade.authoring.release.package import stub
from mlgrade.authoring.release.update import same, write
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.files import read_beneath
from mlgrade.submissions.model import MOST_BYTES


class Reset(NamedTuple):
    """What a reset did."""

    exercise: Path
    backup: Path | None  # None where there was nothing to keep
    changed: bool


def reset(course: Course, name: str) -> Reset:
    """Put the stub back. The student's file is copied first, under a name that no other backup has."""
    exercise = course.exercise(course.concept(name).id)
    place = stub(exercise.name)
    if not (course.root / place).is_file():
        raise UsageError(f"{course.root}: the empty {exercise.name} is not kept here; mlgrade update EDITION brings it")
    empty = read_beneath(course.root, place, MOST_BYTES)
    if not exercise.is_symlink() and not exercise.exists():
        write(exercise, empty)
        return Reset(exercise, None, changed=True)
    own = read_beneath(course.root, exercise.relative_to(course.root).as_posix(), MOST_BYTES)
    if same(own, empty):
        return Reset(exercise, None, changed=False)
    backup = _keep(exercise, own)
    write(exercise, empty)
    return Reset(exercise, backup, changed=True)


def _keep(exercise: Path, own: bytes) -> Path:
    for number in range(1, 10_000):
        backup = exercise.with_name(f"{exercise.stem}.bak-{number}{exercise.suffix}")
        try:
            with backup.open("xb") as file:  # never over another one
                file.write(own)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(f"{backup}: cannot be written: {error.strerror}; nothing was changed") from None
        return backup
    raise UsageError(f"{exercise}: ten thousand backups lie beside it; delete some")
