"""A small course of its own to break, and the real command to run on it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import warm  # noqa: E402  (from this folder, which is no package)

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
Run = Callable[..., warm.Done]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The concept softmax as a course of its own, with short limits."""
    (tmp_path / "course.yml").write_text(COURSE)
    for part in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        (tmp_path / part).mkdir(parents=True)
        for source in (ROOT / part).glob("*softmax.py"):
            shutil.copy(source, tmp_path / part)
    return tmp_path


def command(course: Path, start: Callable[..., warm.Done]) -> Run:
    def run(*arguments: str, cwd: Path = course, **environment: str) -> warm.Done:
        settings = {**os.environ, "MLGRADE_STATE": str(course / "state"), "COLUMNS": "80", **environment}
        return start(arguments, cwd, settings)

    return run


@pytest.fixture(scope="session")
def forked() -> Iterator[warm.Warm]:
    waiting = warm.Warm()
    yield waiting
    waiting.close()


@pytest.fixture
def mlgrade(course: Path, forked: warm.Warm) -> Run:
    """Run the command in the small course, 80 columns wide and on no terminal, unless told otherwise."""
    return command(course, forked)


@pytest.fixture
def started(course: Path) -> Run:
    """The same with a Python that is started for it: where the start itself is what a test is about."""
    return command(course, warm.fresh)
