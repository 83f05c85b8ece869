"""An instructor takes the course over on Monday: tests/e2e/adoption.sh, in a new environment with only the wheel."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import wheels

ROOT = Path(__file__).resolve().parents[2]


pytestmark = [
    pytest.mark.full,  # installs the wheel and goes the whole way
    pytest.mark.needs("build", "hatchling"),
    pytest.mark.skipif(sys.platform != "linux", reason="hidden suites are graded where every wall stands"),
]


@pytest.fixture(scope="module")
def adopted() -> Iterator[tuple[Path, str]]:
    """The folder that the script was run in, and what it printed."""
    with tempfile.TemporaryDirectory(prefix="mlgrade-adoption-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # where the grader is root, student code runs as another user, who has to reach Python
        (home / "dist").mkdir()
        (home / "work").mkdir()
        wheel, _ = wheels.built(home / "dist", ROOT)
        environment = wheels.Environment(home, wheel, ["staff"])
        done = environment.run("bash", ROOT / "tests" / "e2e" / "adoption.sh", cwd=home / "work")
        assert done.returncode == 0, done.stdout + done.stderr
        yield home / "work", done.stdout


def test_the_course_is_proved_and_given_out(adopted: tuple[Path, str]) -> None:
    """The copy of the course lints clean; the edition that students get holds nothing hidden."""
    work, said = adopted
    assert "no problems" in said
    assert "nothing hidden was found" in said
    files = {path.relative_to(work / "edition").as_posix() for path in (work / "edition").rglob("*") if path.is_file()}
    assert not [name for name in files if name.startswith(("solutions/", "tests/hidden/", "tests/misconceptions/"))]
    assert "tests/public/test_norm.py" in files


def test_a_student_reads_how_it_went(adopted: tuple[Path, str]) -> None:
    """What is visible passes, and how many checks more run at grading."""
    said = adopted[1].partition("== a student")[2]
    assert "PASS  norm: all " in said
    assert "more run at grading" in said
    assert "FAIL  dot_product" in said


def test_a_ta_has_a_file_for_canvas(adopted: tuple[Path, str]) -> None:
    """Complete, partly right, and untouched; every attempt behind every layer."""
    work, _ = adopted
    with (work / "demo" / "upload.csv").open(newline="") as file:
        rows = {row["SIS Login ID"]: row["Core Objects (901)"] for row in csv.DictReader(file)}
    assert float(rows["ada"]) == 40.0
    assert 10.0 <= float(rows["bob"]) < 20.0
    assert rows["cyd"] in ("", "0.0", "0")
    with sqlite3.connect(work / "demo" / "gradebook.db") as book:
        versions = [json.loads(text) for (text,) in book.execute("SELECT versions FROM suites")]
    assert {one["isolation"] for one in versions} == {"strict"}
