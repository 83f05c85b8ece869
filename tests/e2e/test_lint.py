"""`mlgrade lint` as an author uses it: it passes over the course, and each thing that it promises can fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def without_check(path: Path, name: str) -> None:
    """Take one check out of a suite."""
    text, count = re.subn(rf"(@pytest[^\n]*\n)*def {name}\(.*?(?=\n\n\n|\Z)", "", path.read_text(), flags=re.DOTALL)
    assert count == 1
    path.write_text(text)


@pytest.mark.full
def test_the_course_is_proved(started: Run) -> None:
    """Every concept of the course passes, and the matrix of checks and misconceptions is printed."""
    done = started("lint", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert "no problems" in done.stdout
    assert re.search(r"x .* hidden\.rows_of_different_size", done.stdout)


def test_removing_the_check_that_catches_a_misconception(mlgrade: Run, course: Path) -> None:
    """The only checks that catch global_max cannot be removed unnoticed."""
    assert mlgrade("lint").returncode == 0
    without_check(course / "tests/hidden/test_softmax.py", "test_rows_of_different_size")
    without_check(course / "tests/public/test_softmax.py", "test_rows_far_apart")
    done = mlgrade("lint")
    assert done.returncode == 1
    assert re.search(r"tests/misconceptions/softmax.py:\d+: no check catches global_max", done.stdout)


BREAKS = {
    "solution": ("solutions/softmax.py", "z.max(axis=axis", "z.min(axis=axis", r"test_softmax.py:\d+: the solution does not pass"),
    "signature": ("exercises/softmax.py", "def softmax(z, axis=-1)", "def softmax(z)", "another signature"),
    "example": ("exercises/softmax.py", "[0.0, -1000.0]", "[0.0, -999.0]", "an example of log_softmax is not true"),
    "no_example": ("exercises/softmax.py", ">>>", "", "has no example"),
    "stub": ("exercises/softmax.py", 'raise NotImplementedError("softmax: write me")', "return z", 'the stub reads "graded"'),
    "hint": ("tests/public/test_softmax.py", '@pytest.mark.hint("exp of each score, divided by the sum of all of them.")\n', "", "one_row has no hint"),
    "title": ("tests/public/test_softmax.py", '    """Gives the right shares for one row of scores."""\n', "", "needs a docstring"),
    "requires": ("tests/public/test_softmax.py", 'requires("one_row")', 'requires("on_row")', "which is no check above it"),
    "fixture": ("tests/public/test_softmax.py", "def test_one_row(student)", "def test_one_row(student, tmp_path)", "only student and rng"),
    "skipped": ("tests/public/test_softmax.py", "@pytest.mark.points(2)", "@pytest.mark.skip", "is marked skip"),
    "points": ("tests/public/test_softmax.py", "points(2)", "points(-2)", "must be a positive number"),
    "suite_syntax": ("tests/public/test_softmax.py", "def test_one_row(student):", "def test_one_row(student)", "cannot be collected"),
    "misconception_words": ("tests/misconceptions/softmax.py", 'title="no maximum is subtracted before exp",', "", "write @misconception"),
    "misconception_title": ("tests/misconceptions/softmax.py", 'title="no maximum is subtracted before exp"', 'title=""', "needs a title and a hint"),
    "misconception_right": ("tests/misconceptions/softmax.py", "e = np.exp(np.asarray(z, dtype=float))", "z = np.asarray(z, dtype=float)\n    e = np.exp(z - z.max(axis=axis, keepdims=True))", "no check catches no_shift"),
    "leak": ("tests/misconceptions/softmax.py", 'hint="Search your code for the word axis."', 'hint="close(student.softmax(z, axis=1), shares(z, axis=1))"', "shows a hidden check"),
}  # fmt: skip


@pytest.mark.parametrize("what", BREAKS)
def test_what_lint_finds(what: str, mlgrade: Run, course: Path) -> None:
    """Each promise of lint, broken once, is reported with its place."""
    file, old, new, words = BREAKS[what]
    edit(course / file, old, new)
    done = mlgrade("lint", "--no-matrix")
    assert done.returncode == 1
    assert re.search(words, done.stdout), done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_missing_file(mlgrade: Run, course: Path) -> None:
    """A concept without its hidden suite is reported, not skipped."""
    (course / "tests/hidden/test_softmax.py").unlink()
    done = mlgrade("lint")
    assert done.returncode == 1
    assert "tests/hidden/test_softmax.py:1: the concept softmax has no such file" in done.stdout


def test_twin_misconceptions(mlgrade: Run, course: Path) -> None:
    """Two misconceptions that no input tells apart are both reported: neither could ever be named."""
    path = course / "tests/misconceptions/softmax.py"
    text = path.read_text()
    twin = text[
        text.index('@misconception("softmax", title="no maximum') : text.index(
            '@misconception("softmax", title="one maximum'
        )
    ]
    path.write_text(text + "\n\n" + twin.replace("def no_shift", "def no_shift_again"))
    done = mlgrade("lint", "--no-matrix")
    assert done.stdout.count("is not recognised") == 2


@pytest.mark.parametrize(("file", "words"), [("lessons/softmax.yml", "meaning is missing"), ("cards/scores.yml", "")])
def test_lessons_and_cards(file: str, words: str, mlgrade: Run, course: Path) -> None:
    """What a course has beside its exercises is read too, and what is wrong with it fails the proof."""
    (course / file).parent.mkdir()
    (course / file).write_text("formula: x\n")
    done = mlgrade("lint", "--no-matrix")
    assert done.returncode == 1
    assert f"{Path(file).name}:" in done.stdout
    assert words in done.stdout


@pytest.mark.full
def test_the_confusion_of_the_course(mlgrade: Run) -> None:
    """Over all misconceptions and all pairs that fit into one file, no diagnosis is wrong."""
    done = mlgrade("lint", "--confusion", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert re.findall(r"\d+ (?:alone|in pairs): .* (\d+) named wrong\.", done.stdout) == ["0", "0"]
