"""What `mlgrade lint` finds beside plain faults: each kind is planted once in a small course, and found at its place."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

import pytest

from mlgrade.authoring import scaffold

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    scaffold.create(tmp_path / "mine", "Mine", 2**127 + 3)
    return tmp_path / "mine"


@pytest.fixture
def lint(course: Path, forked: Run) -> Run:
    def run(*arguments: str) -> CompletedProcess[str]:
        return forked(["lint", *arguments], course, {**os.environ, "COLUMNS": "80"})

    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def append(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text()}\n\n{text}")


NEARLY = """@misconception("mean", title="half a permille is added", hint="Where does it come from?")
def nearly(x):
    if len(x) == 0:
        raise ValueError("x has no entries")
    return float(np.mean(x)) * 1.0005
"""
ROUNDED = """import numpy as np

def mean(x):
    if len(x) == 0:
        raise ValueError
    return float(np.float32(np.mean(x)))
"""
LOOSE = (
    "close(student.mean(np.array([1.0, 2.0, 6.0])), 3.0)",
    "close(student.mean(np.array([1.0, 2.0, 6.0])), 3.0, rtol=1e-2)",
)
IDLE = '''@pytest.mark.hint("One number.")
def test_four(student):
    """Gives a number back."""
    close(student.mean([4.0]), 4.0)
'''
SLOW = '''@pytest.mark.hint("Patience.")
def test_patience(student):
    """Takes its time."""
    import time

    time.sleep(0.3)
    close(student.mean([1.0, 8.0, 9.0]), 6.0)
'''
VACUOUS = '''@pytest.mark.hint("Above or below?")
{mark}def test_below(student):
    """Lies below the largest entry."""
    import numpy as np

    assert not np.any(np.asarray({call}) > 2.0)
'''
UNTOUCHED = '''@pytest.mark.hint("Whose array is it?")
def test_untouched(student):
    """Leaves its input as it is."""
    from mlgrade.suite.compare import untouched

    student.mean([1.0, 2.0])
    untouched(student)
'''
KEYWORD = (
    "close(student.mean(np.array([1.0, 2.0, 6.0])), 3.0)",
    "close(student.mean(x=np.array([1.0, 2.0, 6.0]), ddof=0), 3.0)",
)


def plant_survivor(course: Path) -> None:
    append(course / "tests/misconceptions/mean.py", NEARLY.replace("* 1.0005", ""))


def plant_loose(course: Path) -> None:
    append(course / "tests/misconceptions/mean.py", NEARLY)
    edit(course / "tests/public/test_mean.py", *LOOSE)


def plant_tight(course: Path) -> None:
    edit(
        course / "tests/hidden/test_mean.py",
        "close(student.mean(x), math.fsum(x) / 9)",
        "close(student.mean(x), math.fsum(x) / 9, rtol=1e-10)",
    )
    (course / "tests/alternatives/mean/rounded.py").write_text(ROUNDED)


def plant_alternative(course: Path) -> None:
    (course / "tests/alternatives/mean/wrong.py").write_text("def mean(x):\n    return sum(x) / len(x)\n")


def plant_broken_alternative(course: Path) -> None:
    (course / "tests/alternatives/mean/broken.py").write_text("def mean(x):\n    return (\n")


def plant_idle(course: Path) -> None:
    append(course / "tests/hidden/test_mean.py", IDLE)


def plant_slow(course: Path) -> None:
    append(course / "tests/hidden/test_mean.py", SLOW)


def plant_error(course: Path) -> None:
    edit(course / "exercises/mean.py", "    Raises\n    ------\n    ValueError\n        If x has no entries.\n\n", "")


def plant_argument(course: Path) -> None:
    for place in ("exercises/mean.py", "solutions/mean.py"):
        edit(course / place, "def mean(x):", "def mean(x, ddof=0):")
    for old in (
        "def sum_only(x)",
        "def median_instead(x)",
        "def floor_division(x)",
        "def nan_for_nothing(x)",
        "def in_place(x)",
    ):
        edit(course / "tests/misconceptions/mean.py", old, old.replace("(x)", "(x, ddof=0)"))
    for path in (course / "tests/alternatives/mean").iterdir():
        edit(path, "def mean(x)", "def mean(x, ddof=0)")
    edit(course / "tests/public/test_mean.py", *KEYWORD)


def plant_error_in_solution(course: Path) -> None:
    edit(course / "solutions/mean.py", "import numpy as np\n", "import numpy as np\n\nHALF = hlaf\n")


def plant_error_in_misconception(course: Path) -> None:
    append(course / "tests/misconceptions/mean.py", "HALF = hlaf\n")


def plant_missing_function(course: Path) -> None:
    edit(course / "solutions/mean.py", "def mean(x)", "def maen(x)")


def plant_import(course: Path) -> None:
    edit(course / "tests/hidden/test_mean.py", "import math\n", "import math\n\nimport not_installed\n")


def plant_example(course: Path) -> None:
    edit(course / "exercises/mean.py", "    -2.0\n", "    -2.5\n")


def plant_lesson(course: Path) -> None:
    edit(course / "lessons/mean.yml", "formula: |", "formule: |")


def plant_cards(course: Path) -> None:
    edit(course / "cards/first_steps.yml", "first_steps-02", "first_steps-01")


def plant_course(course: Path) -> None:
    edit(course / "course.yml", "points: 10", "points: -1")


def plant_todo(course: Path) -> None:
    edit(course / "lessons/mean.yml", "  - numpy.mean", '  - "TODO(author): the library\'s function"')


def plant_end_of_python(course: Path) -> None:
    append(course / "solutions/mean.py", "import sys\nsys.exit(0)\n")


def plant_end_in_a_suite(course: Path) -> None:
    append(course / "tests/hidden/test_mean.py", "import sys\nsys.exit(0)\n")


def plant_endless_import(course: Path) -> None:
    append(course / "solutions/mean.py", "while True:\n    pass\n")
    append(course / "course.yml", "limits: {load: 1 s}\n")


def plant_endless_call(course: Path) -> None:
    edit(course / "solutions/mean.py", "    return float(", "    while x.size == 3:\n        pass\n    return float(")
    append(course / "course.yml", "limits: {call: 1 s}\n")


def plant_mark(course: Path) -> None:
    edit(course / "tests/hidden/test_mean.py", "@pytest.mark.aspect", "@pytest.mark.aspekt")


def plant_fixture(course: Path) -> None:
    edit(course / "tests/hidden/test_mean.py", "(student, rng)", "(student, tmp_path)")


def plant_points(course: Path) -> None:
    edit(course / "tests/public/test_mean.py", "points(3)", "points(-2)")


def plant_solved_stub(course: Path) -> None:
    edit(course / "exercises/mean.py", 'raise NotImplementedError("mean: write me")', "return 3.0")


def plant_wrong_solution(course: Path) -> None:
    edit(course / "solutions/mean.py", "/ x.size)", "/ (x.size + 1))")


def plant_broken_check(course: Path) -> None:
    edit(course / "tests/hidden/test_mean.py", "math.fsum(x)", "math.fsun(x)")


def plant_empty(course: Path) -> None:
    """A property that holds of nothing: the author expects an empty answer, and asks for no more than that."""
    append(
        course / "tests/hidden/test_mean.py",
        VACUOUS.format(mark='@pytest.mark.may_return("empty", "nan")\n', call="student.mean([1.0, 2.0])"),
    )


def plant_valueless(course: Path) -> None:
    append(course / "tests/hidden/test_mean.py", UNTOUCHED)


def plant_forbidden_method(course: Path) -> None:
    edit(
        course / "course.yml",
        "functions: [mean]",
        "functions: [mean]\n        forbid: [numpy.mean, numpy.ndarray.mean]",
    )


# Each: what plants it, at which place it is found, in which words, and whether it fails the proof.
FINDINGS = {
    "survivor": (plant_survivor, "tests/misconceptions/mean.py", "no check catches nearly", True),
    "tolerance admits": (plant_loose, "tests/public/test_mean.py", "tolerance of three_entries admits nearly", True),
    "tolerance rejects": (plant_tight, "tests/hidden/test_mean.py", "tolerance of many_entries rejects the right answer rounded; one 10+ times as wide", True),
    "alternative": (plant_alternative, "tests/alternatives/mean/wrong.py", "does not pass no_entries", True),
    "broken alternative": (plant_broken_alternative, "tests/alternatives/mean/broken.py", "cannot be collected", True),
    "idle": (plant_idle, "tests/hidden/test_mean.py", "note: four catches none of the misconceptions", False),
    "slow": (plant_slow, "tests/hidden/test_mean.py", r"note: patience takes \d+ times as long as most checks here, [1-9]", False),
    "undocumented error": (plant_error, "tests/public/test_mean.py", "no_entries wants mean to raise ValueError", True),
    "undocumented argument": (plant_argument, "tests/public/test_mean.py", "three_entries gives ddof to mean", True),
    "solution that fails": (plant_error_in_solution, "solutions/mean.py", "cannot be imported: NameError: name 'hlaf'", True),
    "misconception that fails": (plant_error_in_misconception, "tests/misconceptions/mean.py", "sum_only: cannot be imported: NameError", True),
    "missing function": (plant_missing_function, "solutions/mean.py", "asks for mean, which is not here", True),
    "end of Python": (plant_end_of_python, "solutions/mean.py", "cannot be imported: SystemExit: 0", True),
    "end in a suite": (plant_end_in_a_suite, "tests/hidden/test_mean.py", r"ends Python \(SystemExit\)", True),
    "endless import": (plant_endless_import, "solutions/mean.py", "Stopped after 1 s while the file was being imported", True),
    "endless call": (plant_endless_call, "tests/public/test_mean.py", "the solution does not pass three_entries .*stopped after 1 s", True),
    "unknown mark": (plant_mark, "tests/hidden/test_mean.py", "cannot be collected: 'aspekt' not found", True),
    "unknown fixture": (plant_fixture, "tests/hidden/test_mean.py", "asks for 'tmp_path'", True),
    "points": (plant_points, "tests/public/test_mean.py", "points must be a positive number", True),
    "solved stub": (plant_solved_stub, "exercises/mean.py", 'reads "graded", not "not_started": it earns [1-9]', True),
    "wrong solution": (plant_wrong_solution, "tests/public/test_mean.py", r"does not pass three_entries \(seed 0\)", True),
    "broken check": (plant_broken_check, "tests/hidden/test_mean.py", "the check itself is broken .*fsun", True),
    "import": (plant_import, "tests/hidden/test_mean.py", "cannot be collected: ModuleNotFoundError: No module named 'not_installed'", True),
    "example": (plant_example, "exercises/mean.py", r"an example of mean is not true: float\(mean\(\[-2.0\]\)\) gives -2.0", True),
    "lesson": (plant_lesson, "lessons/mean.yml", "formula is missing", True),
    "cards": (plant_cards, "cards/first_steps.yml", '"first_steps-01" is used twice', True),
    "vacuous property": (plant_empty, "tests/hidden/test_mean.py", "below is passed by .*an empty list, an empty array, nan", True),
    "check without a value": (plant_valueless, "tests/hidden/test_mean.py", "untouched is passed by None, the input given back, inf", True),
    "forbidden method": (plant_forbidden_method, "course.yml", "mean: forbid: numpy.ndarray.mean is a method of the type ndarray", True),
    "course": (plant_course, "course.yml", "points: must be positive", True),
    "todo": (plant_todo, "lessons/mean.yml", "still to write: the library's function", True),
}  # fmt: skip


@pytest.mark.parametrize("kind", FINDINGS)
def test_a_finding(kind: str, lint: Run, course: Path) -> None:
    """It is said once at its place, as an editor can jump to it, and fails the proof or is a note."""
    plant, place, words, fails = FINDINGS[kind]
    plant(course)
    done = lint()
    assert "Traceback" not in done.stdout + done.stderr
    found = re.findall(rf"^{re.escape(place)}:(\d+): .*?{words}", done.stdout, re.MULTILINE)
    assert len(found) == 1, done.stdout + done.stderr
    assert 0 < int(found[0]) <= len((course / place).read_text().splitlines())
    assert done.returncode == (1 if fails else 0), done.stdout


def test_the_line_is_the_one(lint: Run, course: Path) -> None:
    """A finding on an example, an import or a check names the very line."""
    plant_example(course)
    plant_error(course)
    done = lint("--no-matrix")
    for place, words, line in (
        ("exercises/mean.py", "an example of mean", ">>> float(mean([-2.0]))"),
        ("tests/public/test_mean.py", "no_entries wants", '@pytest.mark.aspect("errors")'),
    ):
        [number] = re.findall(rf"^{place}:(\d+): .*{re.escape(words)}", done.stdout, re.MULTILINE)
        assert line in (course / place).read_text().splitlines()[int(number) - 1]


def test_marks_of_encoding_and_line_ends(lint: Run, course: Path) -> None:
    """Files as editors of Windows write them are no fault."""
    for path in (path for path in course.rglob("*") if path.suffix in {".py", ".yml"}):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert lint("--no-matrix").stdout.endswith("no problems.\n")


def test_files_that_cannot_be_opened(lint: Run, course: Path) -> None:
    """A file that is there and cannot be read is named with the reason; one in whose place a folder is, as missing."""
    for place in ("solutions/mean.py", "lessons/mean.yml"):
        (course / place).unlink()
    (course / "solutions/mean.py").symlink_to("mean.py")  # a link to itself
    (course / "lessons/mean.yml").mkdir()
    done = lint()
    assert "solutions/mean.py:1: cannot be read: Too many levels of symbolic links" in done.stdout
    assert "lessons/mean.yml:1: the concept mean has no such file" in done.stdout
    assert (done.returncode, done.stderr) == (1, "")


def test_the_line_of_a_mark(lint: Run, course: Path) -> None:
    """A mark that there is not is found where it is written."""
    plant_mark(course)
    [number] = re.findall(r"test_mean.py:(\d+): cannot be collected", lint().stdout)
    assert "mark.aspekt" in (course / "tests/hidden/test_mean.py").read_text().splitlines()[int(number) - 1]


def test_the_line_of_an_import(lint: Run, course: Path) -> None:
    """Of a suite that cannot be imported it is the line that fails, not the first one."""
    plant_import(course)
    assert "tests/hidden/test_mean.py:5: cannot be collected" in lint().stdout


def test_a_wide_tolerance_that_is_needed(lint: Run, course: Path) -> None:
    """Where a right answer needs the wider tolerance, nothing is said against it."""
    plant_loose(course)
    (course / "tests/alternatives/mean/rounded.py").write_text(ROUNDED.replace("float(np.float32(np.mean(x)))", "round(float(np.mean(x)) * 1.0001, 6)"))  # fmt: skip
    done = lint("--no-matrix")
    assert "admits" not in done.stdout


def test_notes_can_be_left_out(lint: Run, course: Path) -> None:
    """A note is counted, and not shown to who does not want it."""
    plant_idle(course)
    done = lint("--no-notes", "--no-matrix")
    assert "catches none" not in done.stdout
    assert done.stdout.endswith("no problems, 1 note.\n")


def test_the_matrix_has_all_three(lint: Run, course: Path) -> None:
    """Checks down, misconceptions and then alternatives across; an x where one does not pass."""
    plant_alternative(course)
    lines = lint().stdout.splitlines()
    assert any(line.endswith("wrong (right)") for line in lines)
    [row] = [line.split() for line in lines if line.endswith("public.no_entries")]
    assert row == ["x", "x", ".", "x", ".", ".", ".", "x", "public.no_entries"]


# -- again and again ------------------------------------------------------------------------------------------


class Watching:
    """`mlgrade lint --watch`, read line by line."""

    def __init__(self, course: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "mlgrade", "lint", "--watch", "--no-matrix", *arguments]
        self.process = subprocess.Popen(
            command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stdout is not None
        self.out: IO[str] = self.process.stdout

    def round(self) -> list[str]:
        """What is said until it waits again."""
        lines = []
        for line in self.out:
            lines.append(line.rstrip("\n"))
            if line.startswith("Watching for changes"):
                return lines
        raise AssertionError(lines)

    def stop(self) -> tuple[int, str]:
        """Ctrl-C, as a terminal sends it: to the command and to all that it has started."""
        os.killpg(self.process.pid, signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def watching(course: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def start(*arguments: str) -> Watching:
        started.append(Watching(course, *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_watching(watching: Callable[..., Watching], course: Path) -> None:
    """It proves at once, then what a change touches and nothing else; Ctrl-C ends it with 0 and without a word."""
    second_concept(course)
    one = watching()
    assert [line.split(":")[0] for line in one.round() if line.startswith("ok")] == ["ok    mean", "ok    total"]
    edit(course / "tests/public/test_total.py", "hint(", "hnit(")
    said = one.round()
    assert said[0] == "changed: tests/public/test_total.py"
    assert not [line for line in said if "mean:" in line]
    assert any(re.match(r"tests/public/test_total.py:\d+: ", line) for line in said)
    assert said[-2].startswith("2 concepts, ")
    edit(course / "tests/public/test_total.py", "hnit(", "hint(")
    assert one.round()[-2].endswith(": no problems.")
    edit(course / "course.yml", "points: 10", "points: ten")
    assert any(re.match(r"course.yml:\d+: .*points", line) for line in one.round())
    edit(course / "course.yml", "points: ten", "points: 12")
    assert [line for line in one.round() if line.startswith("ok")] == [
        "ok    mean: 7 checks, 5 misconceptions, 2 alternatives"
    ]
    assert one.stop() == (0, "")


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_ctrl_c_while_it_proves(watching: Callable[..., Watching], course: Path) -> None:
    """It ends at once and cleanly also in the middle of a proof."""
    plant_slow(course)
    one = watching("mean")
    one.round()
    edit(course / "exercises/mean.py", "one number for many", "one number")
    assert one.out.readline() == "changed: exercises/mean.py\n"
    assert one.stop() == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="the process is ended by its own means")
def test_a_concept_that_is_not_there(watching: Callable[..., Watching]) -> None:
    """A mistyped concept is named before anything is watched."""
    one = watching("meen")
    _, said = one.process.communicate(timeout=60)
    assert one.process.returncode == 2
    assert 'did you mean "mean"' in said


def second_concept(course: Path) -> None:
    """The mean again under another name: enough to see whose turn it is."""
    places = [path for path in course.rglob("*mean*") if path.is_file() and "alternatives" not in path.parts]
    for path in places:
        text = path.read_text().replace("student.mean", "student.total").replace("def mean(", "def total(")
        text = text.replace('"mean"', '"total"').replace("(mean(", "(total(").replace(" mean(", " total(")
        text = text.replace('("mean: write me")', '("total: write me")')
        path.with_name(path.name.replace("mean", "total")).write_text(text)
    append(course / "course.yml", "      - {id: total, title: T, points: 5, functions: [total]}\n")
