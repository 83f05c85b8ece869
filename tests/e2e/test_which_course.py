"""Which course is used: the one where one stands, or that one names. Never one that was handed in.

Before: `mlgrade check eve/softmax.py` took eve's own course.yml and ran her tests/public as the grader, and so did
`cd eve; mlgrade grade ..`.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mlgrade import api
from mlgrade import course as courses
from mlgrade.errors import UsageError

Run = Callable[..., CompletedProcess[str]]
PARTS = ("exercises", "solutions", "tests")


@pytest.fixture
def planted(course: Path) -> Path:
    """A folder with no course above it: eve's has a course of her own with tests that leave a mark, bob's an answer."""
    away = course.parent / f"{course.name}_away"
    for name in ("eve", "bob"):
        (away / name).mkdir(parents=True)
        shutil.copy(course / "solutions" / "softmax.py", away / name)
    shutil.copy(course / "course.yml", away / "eve")
    for part in PARTS:
        shutil.copytree(course / part, away / "eve" / part)
    for suite in (away / "eve" / "tests").glob("*/test_*.py"):
        suite.write_text(f"open({str(away / 'mark')!r}, 'w').close()\n{suite.read_text()}")
    return away


def executed(planted: Path) -> bool:
    return (planted / "mark").exists()


@pytest.mark.parametrize("file", ["eve/softmax.py", "eve/exercises/softmax.py", "eve", "eve/nothing.py"])
def test_check_does_not_take_the_course_of_a_file(mlgrade: Run, planted: Path, file: str) -> None:
    """It says which course there is, and what to type to use it."""
    done = mlgrade("check", file, cwd=planted)
    assert (done.returncode, executed(planted)) == (2, False)
    assert done.stderr == (
        f"mlgrade: no course.yml in {planted} or above it. There is one in eve: to use it, go there first (cd eve) or name "
        "it (--course eve). It is not used unasked, because the tests of a course run with your rights\n"
    )


def test_what_it_says_to_type_works(mlgrade: Run, planted: Path, course: Path) -> None:
    """Both ways; a folder with a blank in its name is quoted."""
    edition = planted / "my edition"
    edition.mkdir()
    shutil.copy(course / "course.yml", edition)
    for part in PARTS:
        shutil.copytree(course / part, edition / part)
    done = mlgrade("check", "my edition/solutions/softmax.py", cwd=planted)
    assert "(cd 'my edition') or name it (--course 'my edition')" in done.stderr
    assert mlgrade("check", "solutions/softmax.py", cwd=edition).returncode == 0
    named = mlgrade("check", "my edition/solutions/softmax.py", "--course", "my edition", cwd=planted)
    assert named.returncode == 0


def test_at_home_the_own_course(mlgrade: Run, planted: Path) -> None:
    """Who stands in the folder of a student edition checks with it."""
    done = mlgrade("check", "softmax.py", cwd=planted / "eve")
    assert (done.returncode, executed(planted)) == (0, True)


def test_from_the_staff_s_course_it_is_theirs(mlgrade: Run, planted: Path, course: Path) -> None:
    """Wherever the file lies, and whatever lies beside it."""
    done = mlgrade("check", f"../{planted.name}/eve/softmax.py", cwd=course)
    assert (done.returncode, executed(planted)) == (0, False)


def test_the_variable_names_a_course(mlgrade: Run, planted: Path, course: Path) -> None:
    """MLGRADE_COURSE stands in for --course, which comes before it; it comes before the working folder."""
    for cwd in (planted, planted / "eve"):
        file = "softmax.py" if cwd.name == "eve" else "bob/softmax.py"
        done = mlgrade("check", file, "--json", cwd=cwd, MLGRADE_COURSE=str(course))
        assert (done.returncode, json.loads(done.stdout)["course"], executed(planted)) == (0, "Golden 1.0", False)
    wrong = mlgrade("list", cwd=course, MLGRADE_COURSE=str(course / "gone"))
    assert (wrong.returncode, "gone: No such file" in wrong.stderr) == (2, True)
    assert mlgrade("list", "--course", ".", cwd=course, MLGRADE_COURSE=str(course / "gone")).returncode == 0


# -- a class --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["grade", "similar"])
@pytest.mark.parametrize(("cwd", "folder"), [("eve", ".."), ("eve", "."), ("eve/tests", "../.."), ("link", "..")])
def test_a_class_refuses_a_course_among_its_submissions(
    mlgrade: Run, planted: Path, command: str, cwd: str, folder: str
) -> None:
    """Also by a link, which leads to where it leads; with the command to use instead."""
    (planted / "link").symlink_to("eve")
    done = mlgrade(command, folder, cwd=planted / cwd)
    assert (done.returncode, executed(planted)) == (2, False)
    assert f"course.yml lies inside the submissions ({folder}), where a student may have put it" in done.stderr
    assert done.stderr.endswith(f"name a course that lies elsewhere: mlgrade {command} {folder} --course COURSE\n")


@pytest.mark.parametrize("how", ["--course", "MLGRADE_COURSE"])
def test_naming_such_a_course_does_not_help(mlgrade: Run, planted: Path, course: Path, how: str) -> None:
    """What a student can write to is no course of the staff, whoever names it."""
    named: dict[str, str] = {} if how == "--course" else {how: "eve"}
    arguments = [how, "eve/course.yml"] if how == "--course" else []
    done = mlgrade("grade", ".", *arguments, cwd=planted, **named)
    assert (done.returncode, executed(planted)) == (2, False)
    assert "eve/course.yml lies inside the submissions (.)" in done.stderr


def test_a_link_to_a_course_elsewhere_is_inside_all_the_same(mlgrade: Run, planted: Path, course: Path) -> None:
    """And so is a link among the submissions that leads out of them: who made it chose where it leads."""
    (planted / "course.yml").symlink_to(course / "course.yml")
    done = mlgrade("grade", ".", cwd=planted)
    assert (done.returncode, "course.yml lies inside the submissions" in done.stderr) == (2, True)


def test_a_class_is_not_graded_with_a_course_around_it_unasked(mlgrade: Run, planted: Path, course: Path) -> None:
    """It is named; the course among the submissions is not even spoken of."""
    shutil.copytree(planted, course / "submissions")
    done = mlgrade("grade", str(course / "submissions"), cwd=planted)
    assert (done.returncode, executed(planted)) == (2, False)
    assert f"There is one in {course}: to use it, go there first (cd {course})" in done.stderr
    plain = mlgrade("grade", "bob", cwd=planted)
    assert "go to the course's folder or give --course" in plain.stderr


def test_a_class_is_graded_with_the_course_that_is_named(mlgrade: Run, planted: Path, course: Path) -> None:
    """From anywhere, also from a folder of the submissions."""
    done = mlgrade("grade", "..", "--course", str(course), "--jobs", "1", cwd=planted / "eve")
    assert (done.returncode, executed(planted)) == (0, False)
    assert "Graded: 2" in done.stdout


def test_what_was_collected_is_never_the_course(mlgrade: Run, planted: Path, course: Path) -> None:
    """`mlgrade collect` leaves its mark: there eve's folder is no student's home, for any command."""
    with zipfile.ZipFile(planted / "class.zip", "w") as archive:
        for path in sorted(planted.glob("*/**/*")):
            archive.write(path, path.relative_to(planted))
    mlgrade("collect", str(planted / "class.zip"), "--into", "got", cwd=course)
    assert (course / "got" / "eve" / "softmax.py").is_file()
    shutil.copy(course / "course.yml", course / "got" / "eve")
    for arguments in (("check", "softmax.py"), ("grade", "../bob"), ("lint",)):
        done = mlgrade(*arguments, cwd=course / "got" / "eve")
        assert (done.returncode, executed(planted)) == (2, False)
        assert "course.yml lies among submissions that mlgrade collected" in done.stderr
    into = mlgrade("collect", str(planted / "class.zip"), "--into", ".", cwd=planted / "eve")
    assert (into.returncode, "lies inside the submissions (.)" in into.stderr) == (2, True)


# -- as a library ---------------------------------------------------------------------------------------------


def test_the_library_has_the_same_rule(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """mlgrade.check of a file with a course beside it asks for course=..., too."""
    monkeypatch.chdir(planted)
    with pytest.raises(UsageError, match=r"There is one in eve: to use it, go there first \(cd eve\)"):
        api.check("eve/softmax.py")
    assert not executed(planted)


@pytest.mark.skipif(sys.platform == "win32", reason="its shells quote otherwise")
def test_a_folder_with_a_hostile_name_is_shown_harmlessly(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sentence says to type is one word for the shell, and moves no cursor."""
    hostile = planted / "x; rm -rf \x1b[2J$(id)"
    (planted / "eve").rename(hostile)
    monkeypatch.chdir(planted)
    with pytest.raises(UsageError) as raised:
        courses.nearest(hostile / "softmax.py")
    assert "\x1b" not in str(raised.value)
    assert "(cd 'x; rm -rf " in str(raised.value)
