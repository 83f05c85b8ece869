"""Whole outputs of `mlgrade check`, one folder for each state: the submission, and what the command prints.

To take the outputs of today as right, after reading them: MLGRADE_UPDATE=1 python -m pytest tests/golden
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import msgspec
import pytest

from mlgrade.results import Report

CASES = sorted(path.name for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", CASES)
def test_output(name: str, course: Path, mlgrade: Callable[..., CompletedProcess[str]]) -> None:
    """Each state prints what its golden file says, in the terminal and as JSON, and nothing on standard error."""
    case = Path(__file__).parent / "cases" / name
    [submission] = case.glob("softmax.*")
    shutil.copy(submission, course / "exercises")
    text = mlgrade("check", f"exercises/{submission.name}")
    assert text.stderr == ""
    compare(case / "expected.txt", f"exit {text.returncode}\n{without_times(text.stdout)}")
    report = mlgrade("check", f"exercises/{submission.name}", "--json")
    assert report.returncode == text.returncode
    compare(case / "expected.json", stable(report.stdout))


def compare(path: Path, got: str) -> None:
    if os.environ.get("MLGRADE_UPDATE"):
        path.write_text(got)
    assert got == path.read_text()


def without_times(text: str) -> str:
    return re.sub(r"Took [\d.]+ s", "Took N s", text)


def stable(text: str) -> str:
    """The report without time, version and this machine's isolation layers, read and written by the published types."""
    report = msgspec.structs.replace(Report.from_json(text), seconds=0.0, mlgrade="x", walls=[])
    return report.to_json().decode() + "\n"
