"""What is graded again: everything after a change that can change a result, and nothing after any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import generated
import pytest

from mlgrade import course as courses
from mlgrade.grading import fingerprint


def append(path: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / path).open("a") as file:
            file.write("# changed\n")

    return change


def edit(old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / "course.yml").read_text()
        assert old in text
        (root / "course.yml").write_text(text.replace(old, new, 1))

    return change


MATTERS = {
    "public suite": append("tests/public/test_softmax.py"),
    "hidden suite": append("tests/hidden/test_softmax.py"),
    "no hidden suite": lambda root: (root / "tests/hidden/test_softmax.py").unlink(),
    "solution": append("solutions/softmax.py"),
    "misconceptions": append("tests/misconceptions/softmax.py"),
    "seed": edit("seed: 11", "seed: 12"),
    "functions": edit("functions: [softmax, log_softmax]", "functions: [softmax]"),
    "imports": edit("seed: 11", "seed: 11\nimports: [stdlib]"),
}
DOES_NOT = {
    "points": edit("points: 10", "points: 20"),
    "title": edit("title: softmax", "title: Softmax"),
    "stub": append("exercises/softmax.py"),
    "another concept": append("tests/public/test_norm.py"),
    "limits": edit("call: 0.4 s", "call: 0.5 s"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return generated.course(tmp_path / "course", ["softmax", "norm"]).parent


def of_softmax(root: Path) -> str:
    return fingerprint.suite(courses.load(root), "softmax")


@pytest.mark.parametrize("what", MATTERS)
def test_what_decides_about_answers_is_part_of_it(what: str, root: Path) -> None:
    """Suites, reference, misconceptions, and what the course asks for."""
    before = of_softmax(root)
    MATTERS[what](root)
    assert of_softmax(root) != before


@pytest.mark.parametrize("what", DOES_NOT)
def test_what_decides_nothing_is_not(what: str, root: Path) -> None:
    """Points are applied to shares later; limits have a fingerprint of their own."""
    before = of_softmax(root)
    DOES_NOT[what](root)
    assert of_softmax(root) == before


def test_it_does_not_depend_on_the_place(root: Path, tmp_path: Path) -> None:
    """The same course elsewhere, as on a cluster, has the same fingerprint."""
    root.rename(tmp_path / "elsewhere")
    other = generated.course(tmp_path / "course", ["softmax", "norm"]).parent
    assert of_softmax(tmp_path / "elsewhere") == of_softmax(other)


def test_two_files_are_not_one(root: Path) -> None:
    """Moving a line from one file's end to the next one's start is a change."""
    first, second = root / "tests/public/test_softmax.py", root / "tests/hidden/test_softmax.py"
    before = of_softmax(root)
    text = first.read_text()
    cut = text.rindex("\n", 0, -1) + 1
    first.write_text(text[:cut])
    second.write_text(text[cut:] + second.read_text())
    assert of_softmax(root) != before


def test_limits_have_their_own(root: Path) -> None:
    """A longer call may let a result pass; a new title does not."""
    before = fingerprint.limits(courses.load(root))
    edit("title: Generated", "title: Another")(root)
    assert fingerprint.limits(courses.load(root)) == before
    edit("call: 0.4 s", "call: 0.5 s")(root)
    assert fingerprint.limits(courses.load(root)) != before
