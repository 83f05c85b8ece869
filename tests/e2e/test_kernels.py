"""One numerical environment for grader and worker: the course holds on every kernel of the BLAS."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import generated
import kernels
import pytest

pytestmark = pytest.mark.full  # starts the command for each numerical kernel

ROOT = Path(__file__).resolve().parents[2]


SAME_NUMBERS = """
import numpy as np
from mlgrade.sandbox import numerics
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Load

SOURCE = '''
import numpy as np

def f(a):
    return a @ a.T, np.dot(a.ravel(), a.ravel()), np.linalg.svd(a)[1], np.exp(a)
'''
a = np.random.default_rng(1).normal(size=(300, 400))
scope = {}
exec(SOURCE, scope)
with numerics.same_threads():
    here = scope["f"](a)
with Host(launcher()) as host:
    worker = host.worker(Limits())
    worker.load(Load(source=SOURCE.encode(), name="a", filename="a.py", functions=["f"], imports=["stdlib", "numpy"], forbid=[]))
    there = worker.call("f", (a,), {}, 20.0).value
    worker.close()
print([np.array_equal(one, other) for one, other in zip(here, there, strict=True)])
"""
# The worker rounds as another machine would: what is recorded on one kernel is replayed on another.
APART = """
import os, sys
from mlgrade.sandbox import numerics
numerics.KERNEL_SETTINGS = ()
from mlgrade.cli import main
sys.argv = ["mlgrade", "lint", "training_loop", "--no-matrix", "--no-notes"]
main()
"""


def run(kernel: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    if why := kernels.why_not(kernel):
        pytest.skip(why)
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=kernels.environment(kernel), capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("kernel", ["", *kernels.NAMES])
def test_grader_and_worker_round_alike(kernel: str) -> None:
    """The same calls give the same numbers in both, bit for bit, whatever kernel the environment asks for."""
    done = run(kernel, "-c", SAME_NUMBERS)
    assert done.stdout.strip() == "[True, True, True, True]", done.stdout + done.stderr


@pytest.mark.parametrize("kernel", kernels.NAMES)
def test_the_numeric_concepts_are_proved(kernel: str) -> None:
    """Solutions and alternatives earn everything, and each misconception is named."""
    done = run(kernel, "-m", "mlgrade", "lint", "training_loop", "gradient", "--no-matrix", "--no-notes")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kernel", kernels.NAMES)
def test_a_misconception_is_named_across_kernels(kernel: str) -> None:
    """A replay fits what another kernel answered, also where a run diverges: that is tolerance, not equal kernels."""
    done = run(kernel, "-c", APART)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_graded_is_recorded_and_changes_nothing(tmp_path: Path) -> None:
    """Each attempt names the kernel of the process that graded it, and another kernel grades nothing again."""
    course = generated.course(tmp_path / "course", ["softmax"])
    for student in ("ada", "bob"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "softmax.py").write_text((ROOT / "solutions" / "softmax.py").read_text())
    book = tmp_path / "g.db"
    command = ("-m", "mlgrade", "grade", str(tmp_path / "class"), "--course", str(course), "--gradebook", str(book))
    assert "Graded: 2" in run("Prescott", *command, "--jobs", "2").stdout
    assert "Graded: 0" in run("", *command, "--jobs", "1").stdout
    with sqlite3.connect(book) as connection:
        [versions] = [json.loads(text) for (text,) in connection.execute("SELECT versions FROM suites")]
    assert versions["kernel"] == kernels.chosen("Prescott")
    assert versions["blas"]
    history = ("-m", "mlgrade", "gradebook", "history", "ada", "--course", str(course), "--gradebook", str(book))
    said = run("", *history).stdout
    assert f"Python {versions['python']}, numpy {versions['numpy']}, BLAS {versions['blas']}, kernel " in said
