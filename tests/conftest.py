"""A small course of its own to break, and the real command to run on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
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
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The concept softmax as a course of its own, with short limits."""
    (tmp_path / "course.yml").write_text(COURSE)
    for part in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        (tmp_path / part).mkdir(parents=True)
        for source in (ROOT / part).glob("*softmax.py"):
            shutil.copy(source, tmp_path / part)
    return tmp_path


@pytest.fixture
def mlgrade(course: Path) -> Run:
    """Run the command in the small course, 80 columns wide and through a pipe, unless told otherwise."""

    def run(*arguments: str, cwd: Path = course, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, "MLGRADE_STATE": str(course / "state"), "COLUMNS": "80", **environment}
        command = [sys.executable, "-m", "mlgrade", *arguments]
        return subprocess.run(
            command, cwd=cwd, env=settings, capture_output=True, text=True, errors="replace", check=False
        )

    return run
