"""The zip that is uploaded as an autograder. It holds hidden suites: it is for staff, like the course itself.

setup.sh, run_autograder   Gradescope's two scripts
python-version             the Python to prefer
requirements.txt, *.whl    exact versions, and mlgrade itself
settings.json              which concepts, and what students see when
course/                    course.yml, suites, references, misconceptions
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from mlgrade.course import Course
from mlgrade.integrations import packaging

SCRIPTS = {"setup.sh": "setup.sh", "run_autograder": "run_autograder.sh"}  # name in the zip -> name here
SETTINGS, COURSE = "settings.json", "course"
DEFAULT_SECONDS = 600  # after which Gradescope ends an autograder, unless the assignment's settings say otherwise


class GradescopeVisibility(StrEnum):
    """When Gradescope shows a test to students. The words are Gradescope's."""

    VISIBLE = "visible"
    AFTER_DUE_DATE = "after_due_date"
    AFTER_PUBLISHED = "after_published"
    HIDDEN = "hidden"


class GradescopeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings in the package."""

    concepts: list[str]
    visibility: GradescopeVisibility = (
        GradescopeVisibility.AFTER_DUE_DATE
    )  # of hidden checks, and of all that they have a part in
    leaderboard: bool = False
    allow_weak_isolation: bool = False


def built(course: Course, settings: GradescopeSettings, wheel: Path | None = None) -> bytes:
    """The zip; equal courses and settings give equal bytes."""
    packaging.proved(course, settings.concepts)
    scripts = {name: (Path(__file__).parent / here).read_bytes() for name, here in SCRIPTS.items()}
    files = {
        **scripts,
        "python-version": f"{packaging.python()}\n".encode(),
        SETTINGS: msgspec.json.format(msgspec.json.encode(settings), indent=1) + b"\n",
        **packaging.mlgrade_files(course, wheel, allow_weak_isolation=settings.allow_weak_isolation),
    }
    files |= {f"{COURSE}/{place}": data for place, data in packaging.course_files(course, settings.concepts).items()}
    return packaging.packed(files, SCRIPTS)


def summary(course: Course, settings: GradescopeSettings, target: str) -> str:
    """What to type into the assignment's settings, and what may not fit there."""
    points = sum(course.concept(name).points for name in settings.concepts)
    lines = [f"{target}: {_counted(settings.concepts)} for {points:g} points; hidden checks: {settings.visibility}."]
    if (longest := longest_seconds(course, settings.concepts)) > DEFAULT_SECONDS:
        lines.append(
            f"If everything in it loops, a hand-in takes {longest:.0f} s; raise the assignment's autograder timeout "
            f"(default {DEFAULT_SECONDS} s), or make a zip for each unit (--unit)."
        )
    lines.append("It holds hidden suites and solutions: for staff only.")
    return "\n".join(lines)


def longest_seconds(course: Course, concepts: Sequence[str]) -> float:
    """Return how long the grading of a submission can take."""
    return len(concepts) * course.sandbox_limits().total_seconds


def _counted(concepts: Sequence[str]) -> str:
    return "1 concept" if len(concepts) == 1 else f"{len(concepts)} concepts"
