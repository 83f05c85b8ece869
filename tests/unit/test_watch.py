"""Which files of a course are watched, when a change is told, and which concepts it touches."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from mlgrade import course as courses
from mlgrade.authoring import scaffold, watch
from mlgrade.course import Course

TEXT = """\
format: 1
title: T
version: "1"
units:
  - id: u
    title: U
    concepts:
      - {id: mean, title: M, points: 1, functions: [mean]}
      - {id: norm, title: N, points: 1, functions: [norm]}
"""
COURSE = courses.parse(TEXT)

TOUCHED = {
    "exercises/mean.py": ["mean"],
    "solutions/norm.py": ["norm"],
    "tests/public/test_mean.py": ["mean"],
    "tests/hidden/test_norm.py": ["norm"],
    "tests/misconceptions/mean.py": ["mean"],
    "tests/alternatives/norm/any.py": ["norm"],
    "lessons/mean.yml": ["mean"],
    "cards/u.yml": [],
    "exercises/scratch.py": [],
    "tests/hidden/shared.py": ["mean", "norm"],
    "course.yml": [],
}


@pytest.mark.parametrize("place", TOUCHED)
def test_what_a_file_touches(place: str) -> None:
    """A file touches the concept that it is named after; a file that suites may share touches all of them."""
    assert watch.touched([place], COURSE, COURSE) == TOUCHED[place]


def test_what_a_change_of_the_course_touches() -> None:
    """A changed entry touches its concept, a setting touches all, a title of the course none."""

    def after(old: str, new: str) -> list[str]:
        return watch.touched(["course.yml"], COURSE, courses.parse(TEXT.replace(old, new)))

    assert after("title: N", "title: Norms") == ["norm"]
    assert after("id: norm", "id: size") == ["size"]
    assert after("title: T", "title: Other") == []
    assert after("format: 1", "format: 1\nseed: 3") == ["mean", "norm"]
    assert after("format: 1", "format: 1\nlimits: {call: 1 s}") == ["mean", "norm"]
    assert watch.touched([], None, COURSE) == ["mean", "norm"]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return scaffold.create(tmp_path / "c", "T", 1)


def test_what_is_watched(course: Course) -> None:
    """The course's own files; not what editors and Python leave behind, nor submissions and gradebooks."""
    for place in ("exercises/.mean.py.swp", "exercises/__pycache__/mean.pyc", "submissions/a/mean.py", "gradebook.db"):
        (course.root / place).parent.mkdir(parents=True, exist_ok=True)
        (course.root / place).write_text("x")
    (course.root / "exercises" / ".hidden.py").write_text("x")
    seen = watch.look(course.root)
    assert {"course.yml", "exercises/mean.py", "tests/alternatives/mean/running.py", "lessons/mean.yml"} <= seen.keys()
    assert not [place for place in seen if "submissions" in place or place.endswith((".pyc", ".swp", ".db"))]
    assert "exercises/.hidden.py" not in seen


def rounds(course: Course, acts: list[Callable[[], None]], only: tuple[str, ...] = ()) -> Iterator[watch.Round]:
    """The rounds, with one act at each pause; when there are no more, somebody presses Ctrl-C."""
    left = iter(acts)

    def pause() -> None:
        act = next(left, None)
        if act is None:
            raise KeyboardInterrupt
        act()

    try:
        yield from watch.rounds(course.root, only, pause)
    except KeyboardInterrupt:
        return


def nothing() -> None:
    pass


stamps = itertools.count(1)


def write(path: Path, text: str) -> Callable[[], None]:
    """Write, at a time of its own: two writes may come within what a file system can tell apart."""

    def act() -> None:
        path.write_text(text)
        os.utime(path, ns=(next(stamps), next(stamps)))

    return act


def test_a_change_is_told_once_when_it_is_over(course: Course) -> None:
    """While a file is being written it is not read; then the change is told, once."""
    path = course.root / "exercises" / "mean.py"
    acts = [nothing, write(path, "half"), write(path, "whole"), nothing, nothing, nothing]
    told = list(rounds(course, acts))
    assert [(one.changed, one.concepts) for one in told] == [([], ["mean"]), (["exercises/mean.py"], ["mean"])]


def test_a_write_that_is_taken_back_is_no_change(course: Course) -> None:
    """A file that is gone for a moment, as when an editor puts another in its place, is not told by itself."""
    path = course.root / "exercises" / "mean.py"
    kept = path.with_name("kept")
    acts = [lambda: path.rename(kept) and None, lambda: kept.rename(path) and None, nothing]  # type: ignore[func-returns-value]
    assert len(list(rounds(course, acts))) == 1


def test_files_that_come_and_go(course: Course) -> None:
    """A new file and one that is gone are changes too."""
    new = course.root / "tests" / "alternatives" / "mean" / "third.py"
    acts = [write(new, "x"), nothing, new.unlink, nothing]
    assert [one.changed for one in rounds(course, acts)][1:] == [["tests/alternatives/mean/third.py"]] * 2


def test_a_course_that_cannot_be_read_for_a_while(course: Course) -> None:
    """It is told, watching goes on, and what was changed since is proved when it can be read again."""
    path = course.root / "course.yml"
    text = path.read_text()
    acts = [write(path, "format: ["), nothing, write(path, text.replace("points: 10", "points: 12")), nothing]
    first, broken, mended = rounds(course, acts)
    assert first.concepts == ["mean"]
    assert broken.course is None
    assert "not valid YAML" in broken.problems[0]
    assert mended.concepts == ["mean"]


def test_a_change_while_the_course_cannot_be_read(course: Course) -> None:
    """What was saved in the meantime is not forgotten."""
    path = course.root / "course.yml"
    text = path.read_text()
    acts = [write(path, "format: ["), nothing, write(course.root / "solutions" / "mean.py", "x"), nothing, write(path, text), nothing]  # fmt: skip
    assert [one.concepts for one in rounds(course, acts)][-1] == ["mean"]


def test_a_course_that_is_broken_at_the_start(course: Course) -> None:
    """One may begin to watch in order to fix it."""
    path = course.root / "course.yml"
    text = path.read_text()
    path.write_text("format: [")
    first, second = rounds(course, [write(path, text), nothing])
    assert first.problems
    assert second.concepts == ["mean"]


def test_only_what_was_asked_for(course: Course) -> None:
    """With names given, a change of something else is passed over."""
    acts = [write(course.root / "exercises" / "mean.py", "x"), nothing]
    told = list(rounds(course, acts, only=("other",)))
    assert [one.concepts for one in told] == [[]]


def test_a_round_is_plain_data(course: Course) -> None:
    """Nothing in it can be changed by who reads it."""
    [one] = rounds(course, [])
    with pytest.raises(AttributeError):
        one.concepts = []  # type: ignore[misc]
    assert msgspec.structs.asdict(one)["changed"] == []
