"""Seconds for each notebook: nbgrader as it comes, with a kernel for each, and mlgrade's way through the same commands.

    python benchmarks/nbgrader.py                 # a class of 30; some minutes, nearly all of them nbgrader's own
    python benchmarks/nbgrader.py --students 5

One class hands in one notebook each, on softmax: two thirds right, one third wrong. It is handed in to a stock course
too, whose hidden tests stand in the notebook as an author of nbgrader writes them: plain asserts, in two loops. The
commands are run one after another in one go, each from its start to its end, so that the ratio says something on any
machine; the seconds of the processors beside it do so also on a busy one. At least 5 times as fast with one job, for a
class of 30, is the goal.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT / "tests")  # and not this folder, in which this file has the name of nbgrader itself

import generated  # noqa: E402  (from tests/)

from mlgrade import course as courses  # noqa: E402  (the same)
from mlgrade.grading import grader as grading  # noqa: E402  (the same)
from mlgrade.integrations.nbgrader import init, source_cells  # noqa: E402

UNIT, CONCEPT = "scores", "softmax"
TESTS = """\
import numpy as np
rng = np.random.default_rng(1)
assert callable(softmax) and callable(log_softmax)
### BEGIN HIDDEN TESTS
for shape in [(3,), (1,), (4, 5), (2, 3, 4)]:
    for axis in range(-1, len(shape)):
        z = rng.normal(size=shape)
        wanted = np.exp(z) / np.exp(z).sum(axis=axis, keepdims=True)
        assert softmax(z, axis=axis).shape == shape
        assert np.allclose(softmax(z, axis=axis), wanted)
        assert np.allclose(log_softmax(z, axis=axis), np.log(wanted))
        assert np.allclose(softmax(z + 3.0, axis=axis), wanted)
z = np.array([1000.0, 1001.0])
assert np.allclose(softmax(z), [0.26894142, 0.73105858])
assert np.allclose(log_softmax(-z), [-0.31326169, -1.31326169])
assert (z == [1000.0, 1001.0]).all()
### END HIDDEN TESTS"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    students = parser.parse_args().students
    with tempfile.TemporaryDirectory() as name:
        stock, ours = Path(name, "stock"), Path(name, "ours")
        print(f"{students} students, {_checks(Path(name))} checks of ours for each notebook", flush=True)
        _stock(stock)
        _ours(ours, Path(name, "course"))
        for folder in (stock, ours):
            _nbgrader(folder, "generate_assignment", UNIT)
            _hand_in(folder, students)
        one = _timed(stock, "nbgrader", "autograde", UNIT)
        print(f"{'':<42}{'a notebook':>12}{'':>20}of the processors")
        _tell("nbgrader, a kernel for each notebook", one, students, one)
        for what, command in {
            "nbgrader with mlgrade's steps": ("nbgrader", "autograde", UNIT, "--force"),
            "mlgrade nbgrader autograde --jobs 1": ("mlgrade", "nbgrader", "autograde", UNIT, "--force", "--jobs", "1"),
            f"the same on {os.cpu_count()} cores": ("mlgrade", "nbgrader", "autograde", UNIT, "--force"),
            "the same again, with nothing new": ("mlgrade", "nbgrader", "autograde", UNIT),
        }.items():
            _tell(what, _timed(ours, *command), students, one)
        print(f"points: {_points(stock, students)} in the stock course, {_points(ours, students)} in ours")
        print("kernels that were started: one for each notebook in the stock course, none in ours")


# -- two courses ------------------------------------------------------------------------------------------------


def _checks(folder: Path) -> int:
    """Makes the course of mlgrade, and counts what it checks."""
    course = courses.load(generated.course(folder / "course", (CONCEPT,)))
    return len(grading.collect(course, [CONCEPT])[CONCEPT].checks)


def _ours(folder: Path, course: Path) -> None:
    init.carry_out(init.plan(courses.load(course), folder))


def _stock(folder: Path) -> None:
    """The same exercise in a course of nbgrader alone."""
    answer = (ROOT / "exercises" / f"{CONCEPT}.py").read_text()
    cells = [_cell(answer, source_cells.answer(CONCEPT)), _cell(TESTS, source_cells.test(CONCEPT, 10.0))]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / "source" / UNIT / f"{CONCEPT}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")


def _cell(source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    own = {"cell_type": "code", "id": source_cells.cell_id(source), "metadata": metadata, "source": source}
    return {**own, "outputs": [], "execution_count": None}


# -- one class --------------------------------------------------------------------------------------------------


def _hand_in(folder: Path, students: int) -> None:
    released = json.loads((folder / "release" / UNIT / f"{CONCEPT}.ipynb").read_text())
    right = (ROOT / "solutions" / f"{CONCEPT}.py").read_text()
    for number in range(students):
        wrong = f"\n\ndef {CONCEPT}(z, axis=-1):\n    return z\n" if number % 3 == 2 else ""
        for cell in released["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == source_cells.ANSWER + CONCEPT:
                cell["source"] = f"{right}{wrong}\n# {number}\n"
        home = folder / "submitted" / f"s{number:04}" / UNIT
        shutil.copytree(folder / "release" / UNIT, home)
        (home / f"{CONCEPT}.ipynb").write_text(json.dumps(released))


def _points(folder: Path, students: int) -> str:
    import sqlite3

    with sqlite3.connect(folder / "gradebook.db") as book:
        query = "SELECT coalesce(auto_score, 0) FROM grade JOIN base_cell ON base_cell.id = cell_id WHERE name = ?"
        found = [points for (points,) in book.execute(query, (source_cells.TEST + CONCEPT,))]
    return f"{sum(points == 10 for points in found)} of {students} with all of them"


# -- measuring --------------------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """Seconds by the clock on the layer, and of all processors, all processes that were started included."""

    wall: float
    cpu: float


def _timed(folder: Path, *command: str) -> Cost:
    begun, before = time.perf_counter(), _spent()
    _run(folder, command)
    return Cost(time.perf_counter() - begun, _spent() - before)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _nbgrader(folder: Path, *command: str) -> None:
    _run(folder, ("nbgrader", *command))


def _run(folder: Path, command: Sequence[str]) -> None:
    program, *arguments = command
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic by its name
    line = [sys.executable, "-m", program, *arguments]
    done = subprocess.run(
        line, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _tell(what: str, cost: Cost, students: int, stock: Cost) -> None:
    wall = "" if cost is stock else f"{stock.wall / cost.wall:5.1f} times as fast"
    cpu = "" if cost is stock else f"{stock.cpu / cost.cpu:5.1f} times less"
    print(f"{what:<42}{cost.wall / students:10.2f} s{wall:>20}{cost.cpu / students:7.2f} s{cpu:>16}", flush=True)


if __name__ == "__main__":
    main()
