"""mlgrade demo: whose code is run, and that nothing odd is shown as if it were right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from mlgrade.cli import options
from mlgrade.cli.demo import _rest
from mlgrade.study.demo import DemoState, Played

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]
EXERCISE = Path("exercises/softmax.py")
ALL = ("similarity", "softmax", "training", "attention", "retrieval")

# The right answer for every check, and another one for the first row of the demo.
TURNCOAT = """

_right = softmax


def softmax(z, axis=-1):
    if np.shape(z) == (3,) and abs(float(z[0]) - 2.0) + abs(float(z[2]) - 0.1) < 1e-9:
        {body}
    return _right(z, axis)
"""


def write(course: Path, more: str = "") -> None:
    """Put the solution, with some more below it, in the place of the exercise."""
    text = (ROOT / "solutions/softmax.py").read_text(encoding="utf-8")
    (course / "exercises/softmax.py").write_text(text + more, encoding="utf-8")


def data(done: CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = {entry["name"]: entry for entry in json.loads(done.stdout)["demos"]}
    return found


BODIES = {
    "raises": ("raise ValueError('not this one')", ["raised ValueError: not this one", f"{EXERCISE}:"]),
    "never_ends": ("while True: pass", ["stopped after 0.5 s"]),
    "dies": ("import os; os._exit(0)", ["ended the Python process"]),
    "none": ("return None", ["returned None"]),
    "other_values": ("return np.array([0.5, 0.3, 0.2])", ["got 0.5, expected 0.659001"]),
    "other_shape": ("return _right(z)[None]", ["shape (1, 3), expected (3,)"]),
    "nan": ("return z * np.nan", ["returned nan or inf"]),
    "an_object": ("return object()", ["not plain data"]),
    "escapes": ("raise ValueError('\\x1b[2J')", ["raised ValueError: \\x1b[2J"]),
}


@pytest.mark.parametrize("what", BODIES)
def test_what_is_not_as_expected_is_an_error(what: str, mlgrade: Run, course: Path) -> None:
    """An odd answer of code that passes its checks ends in 1, with the call, the file and what was wrong."""
    body, said = BODIES[what]
    write(course, TURNCOAT.format(body=body))
    assert mlgrade("check").returncode == 0
    done = mlgrade("demo", "softmax", COLUMNS="120")
    assert done.returncode == 1
    for text in ("FAIL", "softmax([2, 1, 0.1])", f"softmax ({EXERCISE}): ", "1 failed", *said):
        assert text in done.stdout
    assert "\x1b" not in done.stdout
    assert "softmax(z / 0.5)" in done.stdout
    assert "softmax(z / 1.0)" not in done.stdout


def test_a_failure_as_data(mlgrade: Run, course: Path) -> None:
    """--json says the same, with what was shown before."""
    write(course, TURNCOAT.format(body="return None"))
    done = mlgrade("demo", "softmax", "--json")
    shown = data(done)["softmax"]
    assert (done.returncode, shown["state"]) == (1, "failed")
    assert "returned None" in shown["reason"]
    assert shown["todo"] == []
    assert [part["type"] for part in shown["parts"]] == ["vector", "bars"]


def test_a_solution_that_is_wrong(mlgrade: Run, course: Path) -> None:
    """What the course got wrong is not blamed on the student."""
    (course / "solutions/softmax.py").write_text("def softmax(z, axis=-1):\n    return z\n", encoding="utf-8")
    done = mlgrade("demo", "softmax")
    assert done.returncode == 1
    assert "This is not your mistake" in done.stdout


def test_a_solution_that_cannot_be_read(mlgrade: Run, course: Path) -> None:
    """A syntax error in the solution is an error that names the file."""
    (course / "solutions/softmax.py").write_text("def softmax(z:\n", encoding="utf-8")
    done = mlgrade("demo", "softmax")
    assert done.returncode == 1
    assert f"softmax ({Path('solutions/softmax.py')}): Cannot read the file" in done.stdout


@pytest.mark.parametrize("state", ["stub", "wrong", "broken", "gone"])
def test_nothing_to_run(state: str, mlgrade: Run, course: Path) -> None:
    """A student's edition has no solutions: that is said, with the next step, and is no success."""
    exercise = course / "exercises/softmax.py"
    said = {"stub": "is not started yet", "wrong": "passes ", "broken": "cannot run yet", "gone": "there is no "}[state]
    if state == "wrong":
        shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", exercise)
    if state == "broken":
        exercise.write_text("def softmax(z:\n", encoding="utf-8")
    if state == "gone":
        exercise.unlink()
    shutil.rmtree(course / "solutions")
    done = mlgrade("demo", "softmax", COLUMNS="120")
    assert done.returncode == 1
    assert "1 not yet" in done.stdout
    assert said in done.stdout
    assert "no solution is here" in done.stdout
    assert data(mlgrade("demo", "softmax", "--json"))["softmax"]["state"] == "waiting"


def test_several_reasons_stand_below_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    """What belongs to one demo is indented alike, so that no reason is read as one of the next."""
    waiting = Played(name="n", title="T", state=DemoState.WAITING, reason="one is not started\ntwo is not started")
    _rest(options.console(plain=True), waiting)
    assert capsys.readouterr().out == "  not yet:  one is not started\n    two is not started\n"


def test_an_unknown_demo(mlgrade: Run) -> None:
    """A slip in the name is answered with the right name, and nothing is run."""
    done = mlgrade("demo", "sofmax")
    assert done.returncode == 2
    assert 'did you mean "softmax"?' in done.stderr


def test_a_smaller_course(mlgrade: Run) -> None:
    """What the course does not teach is left out in one line; alone it is no success."""
    done = mlgrade("demo")
    assert done.returncode == 0
    assert "left out:  this course has no concept retrieval\n" in done.stdout
    assert "5 demos: 1 shown, 4 left out." in done.stdout
    assert mlgrade("demo", "retrieval").returncode == 1


def test_without_the_concept_it_could_do_without(mlgrade: Run, course: Path) -> None:
    """A course without learning_rate still shows a training run, and says what is missing."""
    text = (course / "course.yml").read_text(encoding="utf-8")
    concept = "      - {id: training_loop, title: Training, points: 10, functions: [train]}\n"
    (course / "course.yml").write_text(text + concept, encoding="utf-8")
    for part in ("exercises/training_loop.py", "solutions/training_loop.py", "tests/public/test_training_loop.py"):
        shutil.copy(ROOT / part, course / part)
    done = mlgrade("demo", "training", COLUMNS="120")
    assert done.returncode == 0
    assert "takes classify_curve of the concept learning_rate" in done.stdout
    assert "diverging" not in done.stdout


def test_whose_code(mlgrade: Run, course: Path) -> None:
    """The solution stands in until the exercise passes all its checks; then it is the student's own."""
    assert origin(mlgrade) == (False, "the solution: exercises/softmax.py is not started yet")
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    yours, why = origin(mlgrade)
    assert not yours
    assert "exercises/softmax.py passes " in why
    write(course)
    assert origin(mlgrade) == (True, "yours: all its checks pass")


def test_the_next_step(mlgrade: Run, course: Path) -> None:
    """The last line is what to do next: fix, write, or go on."""
    assert last(mlgrade) == f"Next: mlgrade check {EXERCISE}  (when it passes, the demo runs your code)"
    write(course, TURNCOAT.format(body="return None"))
    assert last(mlgrade) == "Next: fix what FAIL names above, and run this again."
    write(course)
    assert last(mlgrade) == "Next: mlgrade list"
    shutil.rmtree(course / "solutions")
    (course / "exercises/softmax.py").unlink()
    assert last(mlgrade).startswith("Next: mlgrade list")


def last(mlgrade: Run) -> str:
    return mlgrade("demo", COLUMNS="120").stdout.splitlines()[-1]


def origin(mlgrade: Run) -> tuple[bool, str]:
    [code] = data(mlgrade("demo", "softmax", "--json"))["softmax"]["code"]
    assert Path(code["file"]) == Path("exercises" if code["yours"] else "solutions", "softmax.py")
    return code["yours"], code["why"].replace("\\", "/")


def test_code_runs_in_the_worker(mlgrade: Run, course: Path) -> None:
    """The code of a demo meets none of our modules, and what it prints is shown as its own."""
    write(
        course, "\n\nimport sys\n\nprint('graders:', [name for name in sys.modules if 'mlgrade.study.demo' in name])\n"
    )
    done = mlgrade("demo", "softmax")
    assert done.returncode == 0
    assert "  Printed by the code:\n    graders: []\n" in done.stdout


def test_all_of_the_course(mlgrade: Run) -> None:
    """In the course itself every demo is shown, in the terminal and as the same facts."""
    text, facts = mlgrade("demo", cwd=ROOT), data(mlgrade("demo", "--json", cwd=ROOT))
    assert (text.returncode, text.stderr) == (0, "")
    assert tuple(facts) == ALL
    assert {shown["state"] for shown in facts.values()} == {"shown"}
    values = [part["value"] for part in facts["similarity"]["parts"] if part["type"] == "number"]
    assert values == pytest.approx([4, 0.755929], rel=1e-5)
    best = [list(part["values"]) for part in facts["retrieval"]["parts"] if part["type"] == "bars"]
    assert best == [["gpu", "kubernetes"], ["gpu", "kubernetes", "postgres"]]
    words = facts["training"]["parts"][-1]["words"]
    assert list(words.values()) == ["too_small", "converging", "diverging"]
    maps = [part for part in facts["attention"]["parts"] if part["type"] == "heatmap"]
    assert [part["sums"] for part in maps] == [pytest.approx([1.0] * 4)] * 2
    for said in ("dot(a, b) = 4  shape ()", "sum  1.0000", "lr=0.05, steps=40)", "diverging", "5 demos: 5 shown."):
        assert said in text.stdout


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_widths(columns: int, mlgrade: Run) -> None:
    """Every line fits, is ASCII, and ends in no space; through a pipe there is no colour."""
    lines = mlgrade("demo", cwd=ROOT, COLUMNS=str(columns)).stdout.splitlines()
    assert [line for line in lines if len(line) > columns or not line.isascii() or line != line.rstrip()] == []
    assert not any("\x1b" in line for line in lines)


def test_list(mlgrade: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    """--list runs nothing and needs no course."""
    empty = tmp_path_factory.mktemp("empty")
    done = mlgrade("demo", "--list", cwd=empty)
    assert done.returncode == 0
    assert tuple(line.split()[0] for line in done.stdout.splitlines()) == ALL
    entries = json.loads(mlgrade("demo", "--list", "--json", cwd=empty).stdout)
    assert entries[2]["needs"] == {"train": "training_loop"}
