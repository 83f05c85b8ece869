"""The files that `mlgrade check` writes for a CI system, through the real command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(autouse=True)
def solved(course: Path) -> None:
    (course / "exercises" / "softmax.py").write_bytes((ROOT / "solutions" / "softmax.py").read_bytes())


def test_all_of_them_at_once(mlgrade: Run, course: Path) -> None:
    """Each file is written; a page is replaced, points are appended to what other steps have told."""
    (course / "page.md").write_text("old")
    (course / "told").write_text("other=1\n")
    done = mlgrade("check", "--json", "--junit", "a.xml", "--markdown", "page.md", "--classroom", "told")
    assert done.returncode == 0, done.stderr
    assert (course / "page.md").read_text().startswith("## Golden 1.0\n")
    other, result = (course / "told").read_text().splitlines()
    assert (other, result[:7]) == ("other=1", "result=")
    assert (course / "a.xml").read_text().startswith("<?xml")


@pytest.mark.parametrize("option", ["--junit", "--markdown", "--classroom"])
def test_a_file_that_cannot_be_written(mlgrade: Run, option: str) -> None:
    """Exit 2, the path and the reason; no traceback."""
    done = mlgrade("check", option, "no/such/file")
    assert (done.returncode, done.stderr) == (2, f"mlgrade: no/such/file: cannot be written: {os.strerror(2)}\n")


def test_marks_do_not_mix_with_json(mlgrade: Run) -> None:
    """A program that reads the one would stumble over the other."""
    done = mlgrade("check", "--json", "--annotate", "github")
    assert done.returncode == 2
    assert "--annotate and --json both print" in done.stderr


def test_nothing_is_obeyed_while_a_report_is_printed(mlgrade: Run) -> None:
    """The two lines stand around all of it, with a token that is another one each time."""
    runs = [mlgrade("check", "--annotate", "github").stdout.splitlines() for _ in range(2)]
    tokens = [lines[0].removeprefix("::stop-commands::") for lines in runs]
    assert all(len(token) == 32 for token in tokens)
    assert tokens[0] != tokens[1]
    assert [lines[-1] for lines in runs] == [f"::{token}::" for token in tokens]


def test_files_are_named_from_the_top_of_the_workspace(mlgrade: Run, course: Path) -> None:
    """The course may lie deeper in the repository than its top."""
    (course / "exercises" / "softmax.py").write_text("def softmax(z, axis=-1)\n")
    done = mlgrade("check", "--annotate", "github", GITHUB_WORKSPACE=str(course.parent))
    assert f"::error file={course.name}/exercises/softmax.py,line=1,col=24,title=" in done.stdout


def test_what_is_not_asked_for_is_not_loaded() -> None:
    """A student's `check` does not wait for what only a CI system wants."""
    import subprocess

    code = "import sys, mlgrade.cli.check; print(*[name for name in sys.modules if name.startswith('mlgrade.reports')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
