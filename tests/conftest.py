"""A small course of its own to break, and the real command to run on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest
import warm

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
Run = Callable[..., warm.Done]
# Folders of tests that need more than the extra `test` installs.
NEEDS = {"tests/nbgrader": "nbconvert", "tests/unit/notebooks": "nbconvert"}

# `quick` for a change and `full` for .ci/full take the same examples in every run; `fuzz` takes new ones.
# Choose another one than `quick` with --hypothesis-profile.
hypothesis.settings.register_profile("quick", max_examples=40, deadline=None, derandomize=True)
hypothesis.settings.register_profile("full", max_examples=300, deadline=None, derandomize=True)
hypothesis.settings.register_profile("fuzz", max_examples=100_000, deadline=None)
hypothesis.settings.load_profile("quick")


class Missing(pytest.Module):
    """A module of tests that cannot be imported here; it is skipped with the reason."""

    def collect(self) -> list[pytest.Item]:
        """Skip the module."""
        pytest.skip("needs Jupyter: pip install -e '.[dev]'", allow_module_level=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that is marked with packages which are not installed."""
    for mark in item.iter_markers("needs"):
        if missing := [name for name in mark.args if find_spec(name) is None]:
            pytest.skip(f"needs {', '.join(missing)}: pip install -e '.[dev]'")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Skip the modules of a folder whose packages are not installed."""
    folder = module_path.relative_to(ROOT).parent.as_posix()
    missing = folder in NEEDS and find_spec(NEEDS[folder]) is None
    return Missing.from_parent(parent, path=module_path) if missing else None


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
