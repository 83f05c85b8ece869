"""Two folders: one to copy into the repository that students start from, one for the private repository of the staff.

students/.github/workflows/mlgrade.yml    checks each push with the visible suites
staff/.github/workflows/grade.yml         fetches the students' repositories and grades them with the hidden suites
*/.github/mlgrade/                        mlgrade itself, and the exact versions it runs with
staff/repositories.csv                    who has which repository
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlgrade.course import Course
from mlgrade.integrations import packaging

HERE = Path(__file__).parent
STUDENTS, STAFF = "students", "staff"
CHECK, GRADE = ".github/workflows/mlgrade.yml", ".github/workflows/grade.yml"
TOOLS = ".github/mlgrade"
REPOSITORIES = "repositories.csv"
# GitHub Classroom, and the reporter that it came with, looked for a workflow and a job of just these names.
PLAIN = {"NAME": "mlgrade", "JOB": "check", "OPTIONS": ""}
CLASSROOM = {"NAME": "Autograding Tests", "JOB": "run-autograding-tests", "OPTIONS": ' --classroom "$GITHUB_OUTPUT"'}


def built(course: Course, wheel: Path | None = None, *, classroom: bool = False) -> dict[str, bytes]:
    """All files by their place; equal courses give equal files. No file of the course is among them."""
    packaging.proved(course, [concept.id for concept in course.concepts])
    return {
        f"{STUDENTS}/{CHECK}": _workflow(classroom).encode(),
        **_tools(STUDENTS, course, wheel),
        f"{STAFF}/{GRADE}": _filled("staff.yml", {}).encode(),
        **_tools(STAFF, course, wheel, "staff", "postgres"),
        f"{STAFF}/{TOOLS}/collect.sh": (HERE / "collect.sh").read_bytes(),
        f"{STAFF}/{REPOSITORIES}": b"student,repository\n",
    }


def _tools(home: str, course: Course, wheel: Path | None, *extras: str) -> dict[str, bytes]:
    """A student's repository must hold no course that came along in a wheel: so none does."""
    files = packaging.mlgrade_files(course, wheel, allow_weak_isolation=True, extras=extras)
    return {f"{home}/{TOOLS}/{name}": data for name, data in files.items()}


def _workflow(classroom: bool) -> str:
    text = _filled("students.yml", CLASSROOM if classroom else PLAIN)
    return text + (_filled("classroom.yml", {}) if classroom else "")


def _filled(template: str, values: Mapping[str, str]) -> str:
    text = (HERE / template).read_text(encoding="utf-8")
    for name, value in {"PYTHON": packaging.python(), **values}.items():
        text = text.replace(f"@{name}@", value)
    return text


def scripts(files: Mapping[str, bytes]) -> list[str]:
    """Return the files that must be executable."""
    return [place for place in files if place.endswith(".sh")]


def summary(target: str) -> str:
    """Return what was written and what to do next."""
    return (
        f"{target}/{STUDENTS}: copy it into the repository that students start from.\n"
        f"{target}/{STAFF}: copy it into the private repository that holds this course; fill in {REPOSITORIES}, and "
        "set the secret MLGRADE_READ_TOKEN.\n"
        "Hidden suites belong into the staff's repository only; docs/how-to/github.md says what GitHub keeps from "
        "students."
    )
