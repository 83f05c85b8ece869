"""`mlgrade new` as an author uses it, and all the other commands in a course that is far from this repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mlgrade import course as courses

pytestmark = pytest.mark.full  # goes through new courses with every command

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def mlgrade(tmp_path: Path, forked: Run) -> Run:
    """Run the command in an empty folder, on no terminal."""

    def run(*arguments: str, cwd: Path = tmp_path) -> CompletedProcess[str]:
        settings = {**os.environ, "MLGRADE_STATE": str(tmp_path / "state"), "COLUMNS": "80"}
        settings.pop("MLGRADE_GRADEBOOK", None)
        return forked(arguments, cwd, settings)

    return run


@pytest.fixture
def made(mlgrade: Run, tmp_path: Path) -> Path:
    assert mlgrade("new", "course", "mine", "--seed", str(2**127 + 7)).returncode == 0
    return tmp_path / "mine"


def test_a_new_course_is_whole(mlgrade: Run, made: Path) -> None:
    """What is written passes the proof as it is, without a note, and says what to do next."""
    done = mlgrade("lint", cwd=made)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("1 concept, 7 checks, 5 misconceptions: no problems.\n")
    assert {"README.md", ".gitignore", "course.yml", "exercises", "solutions", "tests", "lessons", "cards"} <= {
        path.name for path in made.iterdir()
    }


COMMANDS = {
    "list": (["list"], 0, r"\[ \] mean"),
    "check": (["check"], 5, "not started"),
    "check a file": (["check", "{root}/solutions/mean.py"], 0, "10 of 10 points"),
    "hint": (["hint", "mean"], 0, "Hint 1 of 3"),
    "explain": (["explain", "mean"], 0, "balance point"),
    "cards": (["cards", "--list"], 0, "The mean is linear"),
    "demo": (["demo"], 1, "left out"),
    "lint": (["lint", "--no-matrix"], 0, "no problems"),
    "release": (["release", "{root}/edition.zip"], 0, "4 hidden checks stay here"),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_every_command_outside_the_repository(what: str, mlgrade: Run, made: Path, tmp_path: Path) -> None:
    """A course is found upwards from a folder in it, and from anywhere by --course."""
    arguments, code, words = COMMANDS[what]
    arguments = [one.format(root=made) for one in arguments]
    for given, cwd in ((arguments, made / "exercises"), ([*arguments, "--course", str(made)], tmp_path)):
        done = mlgrade(*given, cwd=cwd)
        assert done.returncode == code, done.stdout + done.stderr
        assert re.search(words, done.stdout), done.stdout
        assert "Traceback" not in done.stdout + done.stderr


def test_doctor_outside_the_repository(mlgrade: Run, made: Path) -> None:
    """doctor names the course that it stands in."""
    facts = {
        fact["name"]: fact["value"] for fact in json.loads(mlgrade("doctor", "--json", cwd=made / "lessons").stdout)
    }
    assert facts["course"] == f"Mine 0.1.0, 1 concepts, 1 with hidden suites ({made})"


def test_a_class_outside_the_repository(mlgrade: Run, made: Path) -> None:
    """Three copies are graded into a gradebook beside course.yml."""
    right, stub = ((made / part / "mean.py").read_text() for part in ("solutions", "exercises"))
    for student, text in {"ada": right, "bob": stub, "cy": right.replace("x.sum() / x.size", "x.sum()")}.items():
        (made / "submissions" / student).mkdir(parents=True)
        (made / "submissions" / student / "mean.py").write_text(text)
    done = mlgrade("grade", "submissions", cwd=made)
    assert done.returncode == 0, done.stderr
    shown = mlgrade("gradebook", "show", cwd=made).stdout
    assert re.search(r"ada +10 of 10", shown)
    assert re.search(r"cy +[0-6](\.\d+)? of 10", shown)


def test_math_for_ml(mlgrade: Run, tmp_path: Path) -> None:
    """The bundled course is copied whole, keeps its title, and its first concept is proved with another seed."""
    done = mlgrade("new", "course", "mine", "--from", "math-for-ml", "--seed", "12345")
    assert done.returncode == 0, done.stderr
    course = courses.load(tmp_path / "mine")
    assert (course.title, course.seed, len(course.concepts)) == ("Math for ML", 12345, 17)
    assert "hidden suites are public" in done.stdout
    assert "which everybody can read" in (tmp_path / "mine" / "README.md").read_text()
    proved = mlgrade("lint", "softmax", "--no-matrix", cwd=tmp_path / "mine")
    assert proved.returncode == 0, proved.stdout


def test_seeds_are_fresh(mlgrade: Run, tmp_path: Path) -> None:
    """Two courses that say nothing of a seed do not share one: their random inputs differ."""
    for name in ("one", "two"):
        mlgrade("new", "course", name, "--yes")
    assert courses.load(tmp_path / "one").seed != courses.load(tmp_path / "two").seed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["course", "mine"], "is there already, and not an empty folder; nothing was written"),
        (["course", "other", "--from", "math-for-mi"], 'did you mean "math-for-ml"'),
        (["course", "other", "--title", ""], "a title is 1 to 120 characters"),
        (["concept", "mean"], "is there already; nothing was written"),
        (["concept", "Norm"], "must be a lower-case name"),
        (["concept", "norm", "--unit", "first_stepz"], 'did you mean "first_steps"'),
        (["concept", "norm", "--requires", "meen"], 'did you mean "mean"'),
        (["concept", "norm", "--function", "class"], "cannot be the name of a function"),
        (["concept", "norm", "--points", "0"], "is not in the range"),
    ],
)
def test_what_is_refused(arguments: list[str], words: str, mlgrade: Run, made: Path) -> None:
    """Each refusal ends with 2, says why, and has written nothing."""
    before = sorted(made.parent.rglob("*"))
    where = ["--course", str(made)] if arguments[0] == "concept" else []
    done = mlgrade("new", *arguments, *where)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert sorted(made.parent.rglob("*")) == before


# -- a new concept --------------------------------------------------------------------------------------------

# One line for each TODO(author), in the order in which they stand in a file.
FILLED = {
    "exercises/total.py": [
        "def total(x):",
        '    """Add up the entries of a vector.',
        "    Losses of a batch are added before they are averaged.",
        "        total(x) = x_1 + ... + x_n",
        "        The vector.",
        "        The sum.",
        "        If x has no entries.",
        "    3.0",
        "    Source: numpy.sum.",
    ],
    "solutions/total.py": [
        "def total(x):",
        "    if len(x) == 0:\n        raise ValueError('nothing to add')\n    return float(np.sum(x))",
    ],
    "tests/public/test_total.py": [
        '@pytest.mark.hint("Add them all up.")',
        '    """Adds two entries up."""',
        "    close(student.total([1.0, 2.0]), 3.0)",
    ],
    "tests/hidden/test_total.py": [
        '"""Covers: many entries."""',
        '@pytest.mark.hint("Do all entries count?")',
        '    """Adds many entries up."""',
        "    close(student.total(x), sum(x.tolist()))",
    ],
    "tests/misconceptions/total.py": [
        '    title="only the largest entry is taken",',
        '    hint="What is max, and what is sum?",',
        "def largest(x):",
        "    return float(np.max(x))",
    ],
    "lessons/total.yml": [
        "meaning: All entries in one number.",
        "  total(x) = x_1 + ... + x_n",
        "  1 + 2 = 3",
        "  - How many numbers come out?",
        "  - Add them up.",
        "  - np.sum does it.",
        "  - numpy.sum",
    ],
}


def test_a_concept_that_is_filled_in(mlgrade: Run, made: Path) -> None:
    """Lint lists each line that is still to be written and no other; with these written, and no other, it is proved."""
    assert mlgrade("new", "concept", "total", "--requires", "mean", cwd=made).returncode == 0
    done = mlgrade("lint", "total", cwd=made)
    assert done.returncode == 1
    marked = {
        f"{path.relative_to(made).as_posix()}:{number}"
        for path in made.rglob("*")
        if path.is_file()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "TODO(author)" in line
    }
    listed = re.findall(r"^(\S+:\d+): still to write: \S", done.stdout, re.MULTILINE)
    assert sorted(listed) == sorted(marked)
    assert len(listed) == sum(map(len, FILLED.values()))
    for place, lines in FILLED.items():
        fill(made / place, lines)
    done = mlgrade("lint", cwd=made)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("2 concepts, 9 checks, 6 misconceptions: no problems.\n")


def fill(path: Path, lines: list[str]) -> None:
    answers = iter(lines)
    text = [next(answers) if "TODO(author)" in line else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(text) + "\n")
    assert next(answers, None) is None


def test_the_entry_of_a_concept(mlgrade: Run, made: Path) -> None:
    """Options become the entry, in a new unit too; comments of course.yml stay."""
    options = ["--function", "dot", "--function", "outer", "--points", "12.5", "--requires", "mean"]
    done = mlgrade("new", "concept", "products", "--unit", "later", "--unit-title", "Later", *options, cwd=made)
    assert done.returncode == 0, done.stderr
    course = courses.load(made)
    assert course.units[1].concepts == [
        courses.Concept(id="products", title="Products", points=12.5, functions=["dot", "outer"], requires=["mean"])
    ]
    assert "# a unit is one assignment of the LMS" in (made / "course.yml").read_text()
    assert (made / "exercises" / "products.py").read_text().count("def ") == 2


def test_a_concept_whose_entry_was_written_by_hand(mlgrade: Run, made: Path) -> None:
    """Its files are made as the entry says, and the entry stays."""
    entry = "      - {id: norm, title: Norms, points: 3, functions: [size]}\n"
    text = (made / "course.yml").read_text() + entry
    (made / "course.yml").write_text(text)
    done = mlgrade("new", "concept", "norm", cwd=made)
    assert "in course.yml already" in done.stdout
    assert (made / "course.yml").read_text() == text
    assert "def size(x)" in (made / "exercises" / "norm.py").read_text()


# -- questions ------------------------------------------------------------------------------------------------


def at_a_terminal(arguments: list[str], answers: list[str], cwd: Path) -> tuple[int, str]:
    """Run the command at a terminal of its own, and answer its questions."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "mlgrade", *arguments]
    with subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{one}\n" for one in answers).encode())
        said = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            said += part
        os.close(ours)
        return process.wait(), said.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal to answer at is a POSIX thing")
def test_the_questions_of_a_course(tmp_path: Path) -> None:
    """At a terminal a new course asks what it begins as, and its title."""
    code, said = at_a_terminal(["new", "course", "mine"], ["", "My own title"], tmp_path)
    assert code == 0, said
    assert courses.load(tmp_path / "mine").title == "My own title"


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal to answer at is a POSIX thing")
def test_the_questions_of_a_concept(made: Path) -> None:
    """A concept asks for title, functions, unit, points and requirements; a wrong answer is asked for again."""
    answers = ["Norms", "norm, normalize", "nowhere", "first_steps", "lots", "12", "maen", "mean"]
    code, said = at_a_terminal(["new", "concept", "norms"], answers, made)
    assert code == 0, said
    assert 'did you mean "mean"' in said
    assert courses.load(made).concept("norms") == courses.Concept(
        id="norms", title="Norms", points=12.0, functions=["norm", "normalize"], requires=["mean"]
    )


def test_a_pipe_is_asked_nothing(mlgrade: Run, made: Path) -> None:
    """Without a terminal a concept is made as it would be proposed."""
    assert mlgrade("new", "concept", "norm_of_x", cwd=made).returncode == 0
    made_one = courses.load(made).concept("norm_of_x")
    assert (made_one.title, made_one.points, made_one.functions) == ("Norm of x", 10.0, ["norm_of_x"])
