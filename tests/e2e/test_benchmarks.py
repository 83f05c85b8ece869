"""The benchmarks still start: what they measure is printed by them, not asserted here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.full,  # starts each benchmark
    pytest.mark.needs("nbgrader"),
]

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("script", sorted(path.name for path in BENCHMARKS.glob("*.py") if path.stem != "in_process"))
def test_a_benchmark_starts(script: str) -> None:
    """Its imports and its options hold."""
    ended = subprocess.run([sys.executable, script, "--help"], cwd=BENCHMARKS, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "usage" in ended.stdout.lower()


def test_plain_pytest_runs_the_suites() -> None:
    """The yardstick, a plugin without isolation, knows every mark of the suites, and the solutions pass under it."""
    suites = [str(BENCHMARKS.parent / "tests" / part) for part in ("public", "hidden")]
    options = ["--import-mode=importlib", "-q", "-p", "in_process", "--file", str(BENCHMARKS.parent / "solutions")]
    command = [sys.executable, "-m", "pytest", *options, *suites]
    ended = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-2000:]
