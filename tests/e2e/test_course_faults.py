"""What the course's own files do wrong: staff are told, students never pay for it, and no output is spoiled."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import generated
import pytest

ROOT = Path(__file__).resolve().parents[2]


WRONG = "import numpy as np\n\n\ndef softmax(z, axis=-1):\n    return np.exp(z)\n\n\ndef log_softmax(z, axis=-1):\n    return z\n"
PRINT = '\n\nimport sys\nprint("from the course")\nprint("and an error", file=sys.stderr)\n'
BYTES = '\n\nimport sys\nsys.stdout.buffer.write(b"from the course")\nsys.stdout.buffer.flush()\n'
IN_A_CHECK = '\n\ndef test_talks(student):\n    """Talks."""\n    print("from a check", student.softmax([1.0]))\n'


@pytest.fixture
def course(tmp_path: Path) -> Path:
    generated.course(tmp_path / "course", ["softmax"])
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "softmax.py").write_text(WRONG)
    return tmp_path / "course"


def mlgrade(course: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlgrade", *args, "--course", str(course)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=course.parent, timeout=120)


def report(course: Path) -> tuple[dict[str, Any], str]:
    done = mlgrade(course, "check", "class/ada/softmax.py", "--json")
    return json.loads(done.stdout), done.stderr


PLACES = (
    "tests/public/test_softmax.py",
    "tests/hidden/test_softmax.py",
    "solutions/softmax.py",
    "tests/misconceptions/softmax.py",
)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        *((place, PRINT) for place in PLACES),
        *((place, BYTES) for place in PLACES),
        *((place, IN_A_CHECK) for place in PLACES if "/test_" in place),
    ],
)
def test_what_the_course_prints(place: str, text: str, course: Path) -> None:
    """It is in no JSON, and staff read it on the standard error stream."""
    clean = report(course)[0]
    path = course / place
    path.write_text(path.read_text() + text)
    found, said = report(course)
    assert found["concepts"][0]["status"] == "graded"
    kept = {check["id"]: check["outcome"] for check in found["concepts"][0]["checks"]}
    assert kept.items() >= {check["id"]: check["outcome"] for check in clean["concepts"][0]["checks"]}.items()
    collected_only = text != IN_A_CHECK and "/test_" in place  # pytest imports a suite once, and is not heard
    assert ("note for staff: softmax: a suite, the solution or a misconception prints" in said) != collected_only


FAULTS = {
    "syntax": ("def (\n", "misconceptions/softmax.py:"),
    "raises when it is read": ("raise ValueError('no')\n", "ValueError"),
    "ends Python": ("raise SystemExit(3)\n", "SystemExit"),
    "a mark without words": ("@misconception('softmax')\ndef bad(z): ...\n", "write @misconception"),
    "of a list": ("@misconception(['softmax'], title='t', hint='h')\ndef bad(z): ...\n", "write @misconception"),
    "a title that is no text": (
        "@misconception('softmax', title=1, hint='h')\ndef bad(z): ...\n",
        "write @misconception",
    ),
    "ends Python when called": (
        "@misconception('softmax', title='t', hint='h')\ndef bad(z, axis=-1): raise SystemExit\n",
        "SystemExit",
    ),
    "a generator": ("@misconception('softmax', title='t', hint='h')\ndef bad(z, axis=-1): yield 1\n", "generator"),
    "of no function": ("@misconception('nothing', title='t', hint='h')\ndef bad(z): ...\n", "replaces nothing"),
}


@pytest.mark.full
@pytest.mark.parametrize(("text", "why"), FAULTS.values(), ids=FAULTS)
def test_an_error_in_a_misconceptions_file(text: str, why: str, course: Path) -> None:
    """The score is what it was, nothing is broken, no mistake is named, and staff read why."""
    clean = report(course)[0]["concepts"][0]
    path = course / "tests" / "misconceptions" / "softmax.py"
    path.write_text(f"{path.read_text()}\n\n{text}")
    found, said = report(course)
    [concept] = found["concepts"]
    assert (concept["status"], concept["earned"], concept["diagnoses"]) == ("graded", clean["earned"], [])
    assert "Traceback" not in said
    assert "note for staff: softmax: mistakes are not named" in said
    assert why in said


@pytest.mark.full
def test_a_class_with_a_misconceptions_file_that_is_broken(course: Path) -> None:
    """The class is graded, ends with 0, and staff read it once."""
    (course.parent / "class" / "bob").mkdir()
    (course.parent / "class" / "bob" / "softmax.py").write_text(WRONG + "\n")
    (course / "tests" / "misconceptions" / "softmax.py").write_text("def (\n")
    done = mlgrade(course, "grade", "class", "--gradebook", str(course.parent / "book.db"), "--allow-weak-isolation")
    assert done.returncode == 0, done.stderr
    assert "Graded: 2" in done.stdout
    assert done.stderr.count("mistakes are not named") == 1


def test_lint_notes_what_prints_and_a_short_seed(course: Path) -> None:
    """Both are notes with a place."""
    path = course / "tests" / "public" / "test_softmax.py"
    path.write_text(path.read_text() + IN_A_CHECK)
    out = mlgrade(course, "lint", "--no-matrix").stdout
    assert "test_softmax.py:1: note: softmax: a suite, the solution or a misconception prints: from a check" in out
    assert "course.yml:4: note: the seed 11 is short: whoever tries seeds out" in out
    yml = course / "course.yml"
    yml.write_text(yml.read_text().replace("seed: 11", f"seed: {2**127 + 1}"))
    assert "is short" not in mlgrade(course, "lint", "--no-matrix").stdout
