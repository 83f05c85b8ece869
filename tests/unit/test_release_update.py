"""A newer edition in a student's folder, and an exercise put back: nothing that a student has written is lost."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgrade import course as courses
from mlgrade.authoring.release import package, update
from mlgrade.authoring.release.update import UpdateKind, reset
from mlgrade.errors import UsageError

Edit = Callable[[str, str, str], None]
OWN = "import numpy as np\n\n\ndef softmax(z, axis=-1):\n    return 1\n"


@pytest.fixture
def home(course: Path, tmp_path: Path) -> Path:
    """A student's folder with the first edition."""
    package.save(package.build(courses.load(course)), tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def newer(course: Path, edit: Edit, home: Path, tmp_path: Path) -> Path:
    """A second edition, with another stub and another visible suite."""
    edit("course.yml", 'version: "1.0"', 'version: "1.1"')
    edit("exercises/softmax.py", "Turn scores", "Make scores")
    edit("tests/public/test_softmax.py", "Stays finite", "Keeps finite")
    package.save(package.build(courses.load(course)), tmp_path / "newer.zip")
    return tmp_path / "newer.zip"


def bring(home: Path, edition: Path, *, force: bool = False) -> dict[str, UpdateKind]:
    planned = update.plan(courses.load(home), edition, force=force)
    update.carry_out(home, planned)
    return {move.place: move.what for move in planned.moves if not move.place.startswith(".mlgrade/")}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- update ---------------------------------------------------------------------------------------------------


def test_untouched_exercises_are_replaced(home: Path, newer: Path) -> None:
    """A stub that nobody has changed becomes the new one, with suites and course."""
    moves = bring(home, newer)
    assert moves == dict.fromkeys(
        ["README.md", "exercises/softmax.py", "tests/public/test_softmax.py", "course.yml"], UpdateKind.REPLACED
    )
    assert "Make scores" in (home / "exercises/softmax.py").read_text()
    assert courses.load(home).edition.startswith("1.1+")


def test_what_a_student_wrote_stays(home: Path, newer: Path) -> None:
    """A changed exercise is not touched; the new stub is put beside it, once."""
    (home / "exercises/softmax.py").write_text(OWN)
    assert bring(home, newer)["exercises/softmax.py"] is UpdateKind.BESIDE
    assert (home / "exercises/softmax.py").read_text() == OWN
    assert "Make scores" in (home / "exercises/softmax.new.py").read_text()
    before = files(home)
    assert bring(home, newer) == {"exercises/softmax.py": UpdateKind.KEPT}
    assert files(home) == before


def test_line_ends_are_not_written_by_anybody(home: Path, newer: Path) -> None:
    """git and editors of Windows turn all line ends: an untouched exercise stays untouched, and is brought up to date."""
    for path in (path for path in home.rglob("*") if path.is_file()):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert reset(courses.load(home), "softmax").changed is False
    assert bring(home, newer)["exercises/softmax.py"] is UpdateKind.REPLACED
    assert [path.name for path in (home / "exercises").iterdir()] == ["softmax.py"]


def test_a_file_in_the_place_of_a_folder(home: Path, newer: Path) -> None:
    """What is in the way is said before anything is written."""
    for path in (home / "tests/public").iterdir():
        path.unlink()
    (home / "tests/public").rmdir()
    (home / "tests/public").write_text("mine")
    before = files(home)
    with pytest.raises(UsageError, match="in the way of the update; nothing was changed"):
        bring(home, newer)
    assert files(home) == before


def test_files_of_their_own_stay(home: Path, newer: Path) -> None:
    """What is no file of an edition is nobody's but the student's."""
    (home / "notes.txt").write_text("mine")
    (home / "exercises/try.py").write_text("x = 1")
    bring(home, newer)
    assert ((home / "notes.txt").read_text(), (home / "exercises/try.py").read_text()) == ("mine", "x = 1")


def test_a_stub_that_did_not_change(home: Path, newer: Path, edit: Edit, course: Path, tmp_path: Path) -> None:
    """Where the edition has nothing new for an exercise, nothing is put beside it."""
    bring(home, newer)
    (home / "exercises/softmax.py").write_text(OWN)
    edit("course.yml", 'version: "1.1"', 'version: "1.2"')
    package.save(package.build(courses.load(course)), tmp_path / "third.zip")
    assert bring(home, tmp_path / "third.zip")["exercises/softmax.py"] is UpdateKind.KEPT
    assert not (home / "exercises/softmax.new.py").exists()


def test_an_own_new_file_is_not_written_over(home: Path, newer: Path) -> None:
    """If the name beside is taken, the next one is."""
    (home / "exercises/softmax.py").write_text(OWN)
    (home / "exercises/softmax.new.py").write_text("mine")
    bring(home, newer)
    assert (home / "exercises/softmax.new.py").read_text() == "mine"
    assert "Make scores" in (home / "exercises/softmax.new-2.py").read_text()


def test_without_the_record(home: Path, newer: Path) -> None:
    """If nobody knows what was given out, every file that differs is the student's."""
    (home / ".mlgrade/edition.json").write_text("?")
    assert bring(home, newer)["exercises/softmax.py"] is UpdateKind.BESIDE


def test_planning_writes_nothing(home: Path, newer: Path) -> None:
    """A plan changes no file."""
    before = files(home)
    assert update.plan(courses.load(home), newer).moves != []
    assert files(home) == before


def test_interrupted(home: Path, newer: Path) -> None:
    """An update that broke off after any file is finished by the next one, with the same end."""
    (home / "exercises/softmax.py").write_text(OWN)
    planned = update.plan(courses.load(home), newer)
    for number in range(1, len(planned.moves)):
        update.carry_out(home, update.Update(planned.before, planned.after, planned.moves[:number]))
    bring(home, newer)
    assert sorted(path.name for path in (home / "exercises").iterdir()) == ["softmax.new.py", "softmax.py"]
    assert bring(home, newer) == {"exercises/softmax.py": UpdateKind.KEPT}


REFUSALS = {
    "older": ('version: "1.1"', 'version: "0.9"', "is older: 0.9"),
    "another course": ("title: Golden", "title: Silver", r'of another course \("Silver"\)'),
    "fewer exercises": ("- {id: softmax", "- {id: softmin", "has no softmax, which you have"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refused_unless_forced(case: str, home: Path, newer: Path, edit: Edit, course: Path, tmp_path: Path) -> None:
    """An older edition, another course's or one with fewer exercises is taken only when that is asked for."""
    old, new, said = REFUSALS[case]
    edit("course.yml", old, new)
    for path in course.glob("*/*softmax.py"):
        (path.with_name(path.name.replace("softmax", "softmin"))).write_bytes(path.read_bytes())
    for path in course.glob("tests/*/*softmax.py"):
        (path.with_name(path.name.replace("softmax", "softmin"))).write_bytes(path.read_bytes())
    package.save(package.build(courses.load(course)), tmp_path / "other")
    before = files(home)
    with pytest.raises(UsageError, match=said):
        bring(home, tmp_path / "other")
    assert files(home) == before
    bring(home, tmp_path / "other", force=True)
    assert files(home)["course.yml"] == files(tmp_path / "other")["course.yml"]


def test_only_editions(home: Path, newer: Path, course: Path, tmp_path: Path) -> None:
    """Neither does the staff's course become an edition, nor is it taken for one."""
    with pytest.raises(UsageError, match="is the staff's course"):
        update.plan(courses.load(course), newer)
    (tmp_path / "empty").mkdir()
    for wrong in (course / "exercises", tmp_path / "empty", tmp_path / "nowhere.zip"):
        with pytest.raises(UsageError):
            update.plan(courses.load(home), wrong)


HOSTILE = [
    "../evil.py",
    "/tmp/evil.py",
    "a/../../evil.py",
    ".git/hooks/post-checkout",
    "exercises/.vscode/tasks.json",
    "C:evil.py",
    "a\\b.py",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str, home: Path, newer: Path) -> None:
    """One file that no edition has, or that climbs out, and nothing of the archive is taken."""
    with zipfile.ZipFile(newer, "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), "evil")
    before = files(home.parent)
    with pytest.raises(UsageError, match="nothing was changed"):
        bring(home, newer)
    assert files(home.parent) == before


@pytest.mark.parametrize("name", ["golden/exercises/softmax.py", "golden/Exercises/SOFTMAX.py", "golden/./course.yml"])
def test_one_file_twice(name: str, home: Path, newer: Path) -> None:
    """Of two files that are one on some systems none is chosen."""
    with warnings.catch_warnings(), zipfile.ZipFile(newer, "a") as archive:
        warnings.simplefilter("ignore", UserWarning)  # of zipfile, which sees it too
        archive.writestr(zipfile.ZipInfo(name), "another")
    before = files(home)
    with pytest.raises(UsageError, match="is in it twice; nothing was changed"):
        bring(home, newer)
    assert files(home) == before


def test_hostile_links_and_bombs(home: Path, newer: Path) -> None:
    """Links and what unpacks to far more than it is are refused with the whole archive."""
    link = zipfile.ZipInfo("golden/exercises/link.py")
    link.external_attr = 0o120777 << 16
    for info, data in ((link, b"/etc/passwd"), (zipfile.ZipInfo("golden/bomb"), bytes(50_000_000))):
        copy = io.BytesIO(newer.read_bytes())
        with zipfile.ZipFile(copy, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
        (bad := newer.with_name("bad.zip")).write_bytes(copy.getvalue())
        with pytest.raises(UsageError, match="nothing was changed"):
            bring(home, bad)


def test_links_in_the_students_folder(home: Path, newer: Path, tmp_path: Path) -> None:
    """Nothing is written through a link: what it leads to is not ours."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/test_softmax.py").write_text("precious")
    for path in (home / "tests/public").iterdir():
        path.unlink()
    (home / "tests/public").rmdir()
    (home / "tests/public").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="in the way of the update"):
        bring(home, newer)
    assert (tmp_path / "elsewhere/test_softmax.py").read_text() == "precious"


# -- reset ----------------------------------------------------------------------------------------------------


def test_reset_keeps_a_backup(home: Path) -> None:
    """The stub is back and the student's file beside it, each time under a name of its own."""
    stub = (home / "exercises/softmax.py").read_text()
    for number in (1, 2):
        (home / "exercises/softmax.py").write_text(f"{OWN}# {number}\n")
        done = reset(courses.load(home), "softmax")
        assert done.backup == home / f"exercises/softmax.bak-{number}.py"
        assert done.backup.read_text() == f"{OWN}# {number}\n"
        assert (home / "exercises/softmax.py").read_text() == stub


def test_reset_of_what_is_empty(home: Path) -> None:
    """An untouched stub stays, and a missing one comes back; neither needs a backup."""
    assert reset(courses.load(home), "softmax").changed is False
    (home / "exercises/softmax.py").unlink()
    assert reset(courses.load(home), "softmax").backup is None
    assert (home / "exercises/softmax.py").is_file()
    assert [path.name for path in (home / "exercises").iterdir()] == ["softmax.py"]


def test_reset_refuses(home: Path, course: Path) -> None:
    """No such concept, no stub that is kept, or a link in the place of the exercise: nothing is changed."""
    with pytest.raises(UsageError, match='did you mean "softmax"'):
        reset(courses.load(home), "sofmax")
    with pytest.raises(UsageError, match=r"the empty softmax\.py is not kept here"):
        reset(courses.load(course), "softmax")
    (home / "exercises/softmax.py").unlink()
    (home / "exercises/softmax.py").symlink_to(course / "solutions/softmax.py")
    with pytest.raises(UsageError, match="a link"):
        reset(courses.load(home), "softmax")
    assert (course / "solutions/softmax.py").is_file()


def test_reset_after_an_update(home: Path, newer: Path) -> None:
    """After an update, reset puts back the stub of the new edition."""
    (home / "exercises/softmax.py").write_text(OWN)
    bring(home, newer)
    reset(courses.load(home), "softmax")
    assert "Make scores" in (home / "exercises/softmax.py").read_text()
