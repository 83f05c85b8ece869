"""From the staff's course to a student's folder and back, through the real command."""

from __future__ import annotations

import gzip
import json
import py_compile
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mlgrade import course as courses
from mlgrade.gradebook.store import Gradebook

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = (ROOT / "solutions/softmax.py").read_text(encoding="utf-8")
CHECK = (
    "def test_square_matrix(student, rng):\n    z = rng.normal(size=(5, 5))\n    close(student.softmax(z), shares(z))\n"
)
RENAMED = """\
def mine(scores, along=-1):
    scores = np.asarray(scores, dtype=float)
    powers = np.exp(scores - scores.max(axis=along, keepdims=True))
    return powers / powers.sum(axis=along, keepdims=True)
"""
Run = Callable[..., "CompletedProcess[str]"]


# -- the way of an edition ------------------------------------------------------------------------------------


@pytest.mark.full
def test_the_real_course(mlgrade: Run, tmp_path: Path) -> None:
    """This course goes out without a false alarm; a student sees what is checked here and what at grading, and which edition."""
    home = tmp_path / "home"
    out = mlgrade("release", str(home), "--course", str(ROOT))
    assert (out.returncode, out.stderr) == (0, "")
    [edition] = re.findall(r"edition (\S+\+[0-9a-f]{8})", out.stdout)
    shutil.copy(ROOT / "solutions/softmax.py", home / "exercises")
    checked = mlgrade("check", "exercises/softmax.py", cwd=home)
    said = " ".join(checked.stdout.split())
    assert checked.returncode == 0
    assert "all 11 visible checks pass, 3.5 of 3.5 points; 21 more run at grading, for 6.5 points" in said
    assert f"edition {edition}" in said
    report = json.loads(mlgrade("check", "exercises/softmax.py", "--json", cwd=home).stdout)
    assert report["course"] == f"Math for ML {edition}"
    assert report["concepts"][0]["hidden"] == {"checks": 21, "points": 6.5}
    assert "[x] softmax" in mlgrade("list", cwd=home).stdout
    assert mlgrade("hint", "softmax", cwd=home).returncode == 0


def test_grading_with_the_staffs_course(mlgrade: Run, course: Path, tmp_path: Path) -> None:
    """What was written in an edition is graded by the staff's course in full, which notes its version."""
    assert mlgrade("release", "out.zip").returncode == 0
    (tmp_path / "handins/ada").mkdir(parents=True)
    shutil.copy(course / "solutions/softmax.py", tmp_path / "handins/ada")
    graded = mlgrade("grade", "handins", "--jobs", "1", "--allow-weak-isolation")
    assert graded.returncode == 0, graded.stderr
    with Gradebook.open(str(course / "gradebook.db")) as book:
        [attempt] = book.attempts("ada")
    assert (attempt.earned, attempt.possible, attempt.versions["course"]) == (10.0, 10.0, "1.0")


def test_an_edition_does_not_grade(mlgrade: Run, course: Path) -> None:
    """Grading with a student edition by mistake is refused: it would leave the hidden checks out."""
    assert mlgrade("release", "home").returncode == 0
    (course / "class" / "ada").mkdir(parents=True)
    out = mlgrade("grade", str(course / "class"), "--course", str(course / "home"))
    assert out.returncode == 2
    assert "is the student edition 1.0+" in out.stderr


def test_notebooks(mlgrade: Run, course: Path) -> None:
    """In an edition of notebooks the exercises are checked and put back as notebooks."""
    assert mlgrade("release", "home", "--notebooks").returncode == 0
    home = course / "home"
    out = mlgrade("check", cwd=home)
    assert out.returncode == 5
    assert "exercises/softmax.ipynb" in out.stdout
    data = json.loads((home / "exercises/softmax.ipynb").read_text())
    for cell in data["cells"]:
        cell["source"] = re.sub(r"raise NotImplementedError\(.*\)", "return z", "".join(cell["source"]))
    (home / "exercises/softmax.ipynb").write_text(json.dumps(data))
    assert mlgrade("check", cwd=home).returncode == 1
    assert "exercises/softmax.bak-1.ipynb" in mlgrade("reset", "softmax", cwd=home).stdout
    assert mlgrade("check", cwd=home).returncode == 5


def test_update_and_reset(mlgrade: Run, course: Path) -> None:
    """A newer edition says what it changes, and what a student wrote stays; reset keeps it beside the stub."""
    assert mlgrade("release", "home").returncode == 0
    home = course / "home"
    shutil.copy(course / "solutions/softmax.py", home / "exercises")
    for file, old, new in (
        ("course.yml", 'version: "1.0"', 'version: "1.1"'),
        ("exercises/softmax.py", "Turn", "Make"),
    ):
        (course / file).write_text((course / file).read_text().replace(old, new))
    assert mlgrade("release", "new.zip").returncode == 0
    dry = mlgrade("update", "../new.zip", "--dry-run", cwd=home)
    assert "This was a dry run" in dry.stdout
    done = mlgrade("update", "../new.zip", cwd=home)
    assert re.match(r"Edition 1\.0\+[0-9a-f]{8} -> 1\.1\+[0-9a-f]{8}\.\n", done.stdout)
    assert "exercises/softmax.py is yours; the new one is exercises/softmax.new.py" in done.stdout
    assert "What you have written was not touched." in done.stdout
    assert mlgrade("check", "exercises/softmax.py", cwd=home).returncode == 0
    assert "Yours is kept: exercises/softmax.bak-1.py" in mlgrade("reset", "softmax", cwd=home).stdout
    assert "already" in mlgrade("reset", "softmax", cwd=home).stdout


# -- leaks ----------------------------------------------------------------------------------------------------


def notebook_output(folder: Path) -> str:
    output = {"output_type": "stream", "name": "stdout", "text": SOLUTION.splitlines(keepends=True)}
    cell = {"cell_type": "code", "source": ["print(1)"], "outputs": [output], "metadata": {}, "execution_count": 1}
    (folder / "a.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return "a.ipynb: cells[0].outputs[0].text:"


def archive(folder: Path) -> str:
    (folder / "data.bin").write_bytes(gzip.compress(SOLUTION.encode()))
    return "data.bin: an archive; it cannot be searched"


def whole(folder: Path) -> str:
    shutil.copy(ROOT / "tests/hidden/test_softmax.py", folder / "a.txt")
    return "a.txt: the whole of a hidden suite (tests/hidden/test_softmax.py)"


def symlink(folder: Path) -> str:
    (folder / "answers.py").symlink_to(ROOT / "solutions/softmax.py")
    return "answers.py: a link"


def compiled(folder: Path) -> str:
    (folder / "__pycache__").mkdir()
    py_compile.compile(str(ROOT / "solutions/softmax.py"), cfile=str(folder / "__pycache__/softmax.cpython-311.pyc"))
    return "__pycache__: compiled Python"


def backup(folder: Path) -> str:
    (folder / "softmax.py~").write_text("x = 1")
    return "softmax.py~: an editor's backup"


def history(folder: Path) -> str:
    (folder / ".git/objects").mkdir(parents=True)
    return ".git: in .git"


def comment(folder: Path) -> str:
    (folder / "a.py").write_text("x = 1\n" + "".join(f"# {line}\n" for line in CHECK.splitlines()))
    return "a.py:2: a hidden suite"


def docstring(folder: Path) -> str:
    (folder / "a.py").write_text(f'def f():\n    """Like this.\n\n{CHECK}    """\n')
    return "a.py:4: a hidden suite"


PLANTED = [notebook_output, archive, whole, symlink, compiled, backup, history, comment, docstring]


@pytest.mark.full
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted(plant: Callable[[Path], str], mlgrade: Run, course: Path) -> None:
    """Each kind of leak fails the release with its place, and nothing is written."""
    (course / "handouts").mkdir()
    (course / "handouts/slides.md").write_text("# Softmax\n\nTurn scores into shares.\n")
    place = plant(course / "handouts")
    before = sorted(course.iterdir())
    out = mlgrade("release", "out.zip", "--with", "handouts")
    assert out.returncode == 1
    assert place in out.stdout
    assert "Nothing was written." in out.stderr
    assert sorted(course.iterdir()) == before
    assert mlgrade("release", "--check", "handouts").returncode == 1


@pytest.mark.parametrize("where", ["exercises/softmax.py", "tests/public/test_softmax.py"])
@pytest.mark.parametrize("kind", ["comment", "docstring"])
def test_planted_in_what_goes_out(kind: str, where: str, mlgrade: Run, course: Path) -> None:
    """A hidden check in a comment or docstring of a stub or of a visible suite fails the release, with file and line."""
    path = course / where
    lines = path.read_text().splitlines()
    as_comment = [f"# {line}" for line in CHECK.splitlines()]
    more = (
        as_comment if kind == "comment" else ["", "", "def note():", '    """See:', "", *CHECK.splitlines(), '    """']
    )
    path.write_text("\n".join([*lines, *more]) + "\n")
    out = mlgrade("release", "out")
    assert out.returncode == 1
    place = len(lines) + (1 if kind == "comment" else 6)
    assert out.stdout.startswith(f"{where}:{place}: a hidden suite")
    assert not (course / "out").exists()


def test_handouts_go_out(mlgrade: Run, course: Path) -> None:
    """Files beside the course go out with it when nothing is wrong with them, under names of their own."""
    (course / "handouts").mkdir()
    (course / "handouts/slides.md").write_text("# Softmax\n")
    assert mlgrade("release", "out", "--with", "handouts").returncode == 0
    assert (course / "out/slides.md").read_text() == "# Softmax\n"
    (course / "handouts/course.yml").write_text("title: mine\n")
    out = mlgrade("release", "out2", "--with", "handouts")
    assert (out.returncode, "course.yml is a file of the edition itself" in out.stderr) == (2, True)


def test_check_of_an_edition(mlgrade: Run) -> None:
    """An edition that was written is clean, as a folder and as a zip."""
    assert mlgrade("release", "out.zip").returncode == 0
    assert mlgrade("release", "out").returncode == 0
    for made in ("out", "out.zip"):
        out = mlgrade("release", "--check", made)
        assert (out.returncode, out.stdout) == (0, f"{made}: nothing hidden was found.\n")


@pytest.mark.full
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["out", "--unit", "score"], 'no unit "score"; did you mean "scores"?'),
        (["tests"], "is there already"),
        (["--check", "nowhere"], "nowhere: No such file"),
        (["out", "--with", "nowhere"], "nowhere: No such file"),
        (["nowhere/out.zip"], "cannot be written"),
    ],
)
def test_wrong_calls(arguments: list[str], said: str, mlgrade: Run) -> None:
    """What cannot be done as asked is answered in one sentence, without a traceback."""
    out = mlgrade("release", *arguments)
    assert out.returncode == 2
    assert said in out.stderr
    assert "Traceback" not in out.stderr


def test_the_course_itself_stays_one(course: Path) -> None:
    """The small course of these tests is the staff's: it has hidden checks and no edition."""
    loaded = courses.load(course)
    assert (loaded.edition, len(loaded.suites("softmax"))) == ("", 2)
