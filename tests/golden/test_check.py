"""Whole outputs of `mlgrade check`, one folder for each state: the submission, and what the command prints.

To take the outputs of today as right, after reading them: MLGRADE_UPDATE=1 python -m pytest tests/golden
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from mlgrade.results import Report

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted(path.name for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
COURSE = """\
format: 1
title: Golden
version: "1.0"
seed: 7
limits: {call: 0.5 s, load: 2 s}
units:
  - id: scores
    title: Scores
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [softmax, log_softmax]}
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "course.yml").write_text(COURSE)
    for part in ("solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        (tmp_path / part).mkdir(parents=True)
        for source in (ROOT / part).glob("*softmax.py"):
            shutil.copy(source, tmp_path / part)
    (tmp_path / "exercises").mkdir()
    return tmp_path


def check(course: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MLGRADE_STATE": str(course / "state"), "COLUMNS": "80"}
    command = [sys.executable, "-m", "mlgrade", "check", "exercises/softmax.py", *options]
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", CASES)
def test_output(name: str, course: Path) -> None:
    """Each state prints what its golden file says, in the terminal and as JSON, and nothing on standard error."""
    case = Path(__file__).parent / "cases" / name
    shutil.copy(case / "softmax.py", course / "exercises")
    text = check(course)
    assert text.stderr == ""
    compare(case / "expected.txt", f"exit {text.returncode}\n{without_times(text.stdout)}")
    report = check(course, "--json")
    assert report.returncode == text.returncode
    compare(case / "expected.json", stable(report.stdout))


def compare(path: Path, got: str) -> None:
    if os.environ.get("MLGRADE_UPDATE"):
        path.write_text(got)
    assert got == path.read_text()


def without_times(text: str) -> str:
    return re.sub(r"Took [\d.]+ s", "Took N s", text)


def stable(text: str) -> str:
    """The report with its time and versions taken out, read and written by the published types."""
    report = msgspec.structs.replace(Report.from_json(text), seconds=0.0, mlgrade="x")
    return report.to_json().decode() + "\n"
