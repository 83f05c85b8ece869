"""`mlgrade new class`: every usual kind of submission, graded as what it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_each_student_is_what_the_command_says(mlgrade: Run, course: Path) -> None:
    """Right earns everything, a known mistake is named, a stub is not started, the rest fails for its own reason."""
    assert mlgrade("new", "class", "sample").returncode == 0
    assert mlgrade("roster", "import", "sample/students.csv").returncode == 0
    done = mlgrade("grade", "sample/submissions", "--allow-weak-isolation", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    reports = {}
    for student in ("ada", "ben", "cleo", "dan", "eve", "finn"):
        path = f"sample/submissions/{student}/softmax.py"
        reports[student] = json.loads(mlgrade("check", path, "--json").stdout)["concepts"][0]
    assert (reports["ada"]["earned"], reports["finn"]["earned"]) == (10.0, 10.0)
    assert reports["ben"]["diagnoses"][0]["misconception"] == "no_shift"
    assert reports["cleo"]["status"] == "not_started"
    assert reports["dan"]["status"] == "cannot_run"
    assert "timed_out" in {check["outcome"] for check in reports["eve"]["checks"]}
    shown = mlgrade("gradebook", "show").stdout
    assert [line for line in shown.splitlines() if line.startswith("gus")]
    assert not (course / "sample" / "submissions" / "gus").exists()


def test_nothing_is_written_over(mlgrade: Run, course: Path) -> None:
    """A folder with something in it is refused."""
    (course / "sample").mkdir()
    (course / "sample" / "mine.txt").write_text("mine")
    done = mlgrade("new", "class", "sample")
    assert done.returncode == 2
    assert "not an empty folder; nothing was written" in done.stderr
    assert [path.name for path in (course / "sample").iterdir()] == ["mine.txt"]


def test_an_edition_has_no_solutions(mlgrade: Run, course: Path) -> None:
    """A student edition has nothing to make a class from, and says so."""
    (course / "solutions" / "softmax.py").unlink()
    done = mlgrade("new", "class", "sample")
    assert done.returncode == 2
    assert "is made from the staff's course" in done.stderr
