"""A class's folder to what is graded: by stated rules, whatever lies in it."""

from __future__ import annotations

import os
import random
import stat
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade import files
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.files import FileEntry, list_beneath
from mlgrade.lms.archives import manifest
from mlgrade.submissions import discover, layouts, sidecar
from mlgrade.submissions.discover import DiscoveryNote, Entry, FileOutcome, FolderLayout, StudentSubmission
from mlgrade.submissions.match import RULES, match, match_flat

ROOT = Path(__file__).resolve().parents[2]
SMALL = courses.parse("""\
format: 1
title: Small
version: "1.0"
units:
  - id: first
    title: First
    concepts:
      - {id: norm, title: Norm, points: 10, functions: [norm]}
      - {id: softmax, title: Softmax, points: 10, functions: [softmax]}
  - id: second
    title: Second
    concepts:
      - {id: lab, title: Lab, points: 10, functions: [lab]}
      - {id: lab_2, title: Lab 2, points: 10, functions: [lab]}
""")
NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "x = 1"}]}'
WHEN = datetime(2026, 10, 1, 19, 50, tzinfo=UTC)


def lay(root: Path, *places: str, text: str = "") -> None:
    """Write files; each holds its own name unless told otherwise, so that no two are equal by chance."""
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text or (NOTEBOOK if place.endswith(".ipynb") else f"# {place}"))


def take(root: Path, **narrowed: Any) -> discover.Discovery:
    return discover.take(root, SMALL, **narrowed)


def taken(root: Path, **narrowed: Any) -> list[tuple[str, str, str]]:
    return [(one.student, one.concept, one.path) for one in take(root, **narrowed).entries]


def told(root: Path, kind: FileOutcome, **narrowed: Any) -> list[str]:
    return [str(one) for one in take(root, **narrowed).notes if one.kind is kind]


def differ(_: Sequence[str]) -> bool:
    return False


def outcome(*paths: str, same: Callable[[Sequence[str]], bool] = differ) -> dict[str, FileOutcome]:
    return {one.path: one.kind for one in match(paths, SMALL, same)}


# -- names that are not known ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowed", "message"),
    [
        ({"units": ["frist"]}, r'no unit "frist"; did you mean "first"\?'),
        ({"units": ["zzz"]}, r'no unit "zzz"; this course has first, second'),
        ({"concepts": ["sofmax"]}, r'no concept "sofmax"; did you mean "softmax"\?'),
        ({"students": ["adda"]}, r'no student "adda"; did you mean "ada"\?'),
        ({"students": ["bop"], "roster": ["bob"]}, r'no student "bop"; did you mean "bob"\?'),
    ],
)
def test_names_that_are_not_known(tmp_path: Path, narrowed: dict[str, Any], message: str) -> None:
    """A unit, concept or student that is not there is refused with the nearest that is."""
    lay(tmp_path, "ada/norm.py")
    with pytest.raises(UsageError, match=message):
        take(tmp_path, **narrowed)


def test_folders_that_cannot_be_a_class(tmp_path: Path) -> None:
    """A folder that is not there, is a file, is empty or is one student's own is said, with the way out."""
    lay(tmp_path, "submissions/ada/norm.py", "submissions/ada/softmax.py", "notes.txt")
    (tmp_path / "empty").mkdir()
    for place, message in {
        "submisions": r'submisions: no such folder; did you mean "submissions"\?',
        "notes.txt": r"notes.txt: not a folder",
        "empty": r"empty: no submissions in it; it should hold a folder for each student",
        "submissions/ada": r"looks like the folder of one student; give the one above it, and --student ada",
        "nul\0": "a name that this system cannot open",
    }.items():
        with pytest.raises(UsageError, match=message):
            take(tmp_path / place)


# -- which layout ---------------------------------------------------------------------------------------------


def test_a_folder_for_each_student(tmp_path: Path) -> None:
    """Files are found at any depth of a student's folder; entries come by student, in the order of the course."""
    lay(tmp_path, "bob/softmax.py", "bob/exercises/norm.py", "ada/a/b/c/lab.py", "ada/lab_2.ipynb")
    assert take(tmp_path).layout is FolderLayout.FOLDERS
    assert taken(tmp_path) == [
        ("ada", "lab", "ada/a/b/c/lab.py"),
        ("ada", "lab_2", "ada/lab_2.ipynb"),
        ("bob", "norm", "bob/exercises/norm.py"),
        ("bob", "softmax", "bob/softmax.py"),
    ]


def test_a_file_for_each_student(tmp_path: Path) -> None:
    """A folder without folders is one concept's, and the name of a file is the student's."""
    lay(tmp_path, "ada.py", "bob.ipynb", "grades.csv", ".DS_Store")
    assert taken(tmp_path, concepts=["norm"]) == [("ada", "norm", "ada.py"), ("bob", "norm", "bob.ipynb")]
    assert take(tmp_path, concepts=["norm"]).layout is FolderLayout.FLAT
    assert told(tmp_path, FileOutcome.PASSED_OVER, concepts=["norm"]) == ["grades.csv: neither .py nor .ipynb"]


@pytest.mark.parametrize("concepts", [[], ["norm", "softmax"]])
def test_a_file_for_each_student_needs_one_concept(tmp_path: Path, concepts: list[str]) -> None:
    """Which concept a flat folder holds is asked, not guessed."""
    lay(tmp_path, "ada.py")
    with pytest.raises(UsageError, match="say which concept it is: --concept NAME"):
        take(tmp_path, concepts=concepts)


def test_files_beside_folders(tmp_path: Path) -> None:
    """Where there are folders, files beside them are passed over and listed; what tools leave behind is not a folder."""
    lay(tmp_path, "ada/norm.py", "bob.py", "__MACOSX/x/norm.py", ".git/norm.py")
    assert taken(tmp_path) == [("ada", "norm", "ada/norm.py")]
    assert told(tmp_path, FileOutcome.PASSED_OVER) == ["bob.py: lies beside the students' folders"]


def test_a_folder_for_each_concept(tmp_path: Path) -> None:
    """A folder that is named after a concept and holds nothing of it is said to be the wrong way round."""
    lay(tmp_path, "norm/ada.py", "norm/bob.py")
    assert told(tmp_path, FileOutcome.MISSING) == [
        "norm: named after a concept; if its files are named after students, give this folder and --concept norm"
    ]


# -- names ----------------------------------------------------------------------------------------------------

NAMES = {
    "softmax.py": "softmax", "softmax.ipynb": "softmax", "Softmax.py": "softmax", "softmax.PY": "softmax",
    "softmax (1).py": "softmax", "softmax(12).py": "softmax", "softmax-1.py": "softmax", "softmax_final.py": "softmax",
    "softmax - Copy.py": "softmax", "softmax copy 2.py": "softmax", "Copy of softmax.ipynb": "softmax",
    "softmax_v2.py": "softmax", "SOFTMAX_final (3).ipynb": "softmax",
    "lab 2.py": "lab_2", "Lab-2-1.py": "lab_2", "lab_3.py": "lab", "lab.py": "lab",
    "softmax.py.txt": "", "softmax": "", ".py": "", "sofmax.py": "", "softmaxcopy.py": "", "test_softmax.py": "",
    "softmax_solution.py": "", "softmax (1234).py": "", "_.py": "", "final.py": "", "copy of .py": "", "softmax.pyc": "",
}  # fmt: skip


@pytest.mark.parametrize(("name", "concept"), NAMES.items(), ids=NAMES.keys())
def test_names(name: str, concept: str) -> None:
    """Which concept a name stands for, exactly or after what is stated to be taken off."""
    [found] = match([name], SMALL, differ)
    assert (found.concept, found.kind) == (concept, FileOutcome.TAKEN if concept else FileOutcome.PASSED_OVER)


def test_a_changed_name_is_said(tmp_path: Path) -> None:
    """A file that was taken under another name is listed, and its submission says so too; an exact one needs no word."""
    lay(tmp_path, "ada/Softmax (1).py", "bob/softmax.py")
    assert told(tmp_path, FileOutcome.TAKEN) == ["ada/Softmax (1).py: taken as softmax"]
    assert [one.note for one in take(tmp_path).entries] == ["taken as softmax", ""]


def test_a_notebook_of_another_name(tmp_path: Path) -> None:
    """A notebook, or a mistyped name, is passed over with the way out."""
    lay(tmp_path, "ada/homework.ipynb", "ada/sofmax.py", "ada/helpers.py")
    assert told(tmp_path, FileOutcome.PASSED_OVER) == [
        "ada/helpers.py: named after no concept",
        "ada/homework.ipynb: named after no concept; a notebook is one concept, and graded under its name, such as softmax.ipynb",
        'ada/sofmax.py: named after no concept; did you mean "softmax"?',
    ]


# -- several files for one concept ----------------------------------------------------------------------------

BETTER = [
    ("ada/softmax.py", "ada/old/softmax.py"),
    ("ada/softmax (1).py", "ada/old/softmax.py"),  # depth before exactness
    ("ada/softmax.py", "ada/softmax (1).py"),
    ("ada/softmax.ipynb", "ada/Softmax.py"),  # exactness before .py
    ("ada/softmax.py", "ada/softmax.ipynb"),
    ("ada/Softmax.py", "ada/SOFTMAX.ipynb"),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_the_better_file(better: str, worse: str) -> None:
    """Fewer folders, then the exact name, then .py; the other one is passed over and says for which."""
    found = {one.path: one for one in match([worse, better], SMALL, differ)}
    assert found[better].kind is FileOutcome.TAKEN
    assert (found[worse].kind, found[worse].what) == (FileOutcome.PASSED_OVER, f"{better} comes first")


EQUAL = [
    ("ada/a/softmax.py", "ada/b/softmax.py"),
    ("ada/Softmax.py", "ada/softmax copy.py"),
    ("ada/a/softmax.ipynb", "ada/b/softmax.ipynb"),
]


@pytest.mark.parametrize("pair", EQUAL)
def test_equal_files(pair: tuple[str, str]) -> None:
    """Files of equal rank are one if they hold the same; else neither is guessed, and a lesser one does not profit."""
    assert outcome(*pair, same=lambda _: True) == {pair[0]: FileOutcome.TAKEN, pair[1]: FileOutcome.PASSED_OVER}
    assert outcome(*pair) == dict.fromkeys(pair, FileOutcome.AMBIGUOUS)
    assert outcome(*pair, "ada/x/y/z/softmax.py")["ada/x/y/z/softmax.py"] is FileOutcome.PASSED_OVER


def test_equal_files_on_disk(tmp_path: Path) -> None:
    """Contents are compared, and what is not decided is listed with the way out, and nothing of it graded."""
    lay(tmp_path, "ada/a/norm.py", "ada/b/norm.py")
    lay(tmp_path, "bob/a/norm.py", "bob/b/norm.py", text="the same")
    assert taken(tmp_path) == [("bob", "norm", "bob/a/norm.py")]
    assert told(tmp_path, FileOutcome.AMBIGUOUS) == [
        "ada/a/norm.py, ada/b/norm.py: 2 files for norm of equal rank, and they differ; leave one of them"
    ]
    assert told(tmp_path, FileOutcome.PASSED_OVER) == ["bob/b/norm.py: the same as bob/a/norm.py"]
    assert told(tmp_path, FileOutcome.MISSING) == []


def test_a_student_with_two_files_in_a_flat_folder(tmp_path: Path) -> None:
    """In a flat folder too, .py comes before .ipynb."""
    lay(tmp_path, "ada.ipynb", "ada.py")
    assert taken(tmp_path, concepts=["norm"]) == [("ada", "norm", "ada.py")]
    assert told(tmp_path, FileOutcome.PASSED_OVER, concepts=["norm"]) == ["ada.ipynb: ada.py comes first"]


STEM = st.sampled_from(
    ["softmax", "Softmax", "softmax (1)", "softmax_final", "norm", "lab 2", "lab", "notes", "", "é\u202e"]
)
SUFFIX = st.sampled_from([".py", ".ipynb", ".txt", "", ".PY"])
PATH = st.builds(lambda folders, stem, suffix: "/".join([*folders, f"{stem}{suffix}" or "x"]), st.lists(st.sampled_from("ab"), max_size=3), STEM, SUFFIX)  # fmt: skip


@given(st.lists(PATH | st.text("ab./ ()-_1", min_size=1, max_size=12), max_size=14, unique=True), st.randoms(use_true_random=False), st.booleans())  # fmt: skip
def test_the_order_of_files_changes_nothing(paths: list[str], dice: random.Random, same: bool) -> None:
    """Every file has exactly one outcome, whatever the order; no concept is taken twice, and none is lost silently."""
    shuffled = dice.sample(paths, len(paths))
    found = match(paths, SMALL, lambda _: same)
    assert match(shuffled, SMALL, lambda _: same) == found
    assert [one.path for one in found] == sorted(paths)
    assert {one.kind for one in found} <= {FileOutcome.TAKEN, FileOutcome.PASSED_OVER, FileOutcome.AMBIGUOUS}
    decided = Counter(one.concept for one in found if one.kind is FileOutcome.TAKEN)
    undecided = {one.concept for one in found if one.kind is FileOutcome.AMBIGUOUS}
    assert all(number == 1 for number in decided.values())
    assert decided.keys() | undecided == {one.concept for one in found if one.concept}
    assert not decided.keys() & undecided


@given(st.lists(st.builds("{}{}".format, STEM, SUFFIX), max_size=10, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_a_flat_folder_changes_nothing(names: list[str], dice: random.Random) -> None:
    """In a flat folder too, every file has exactly one outcome, whatever the order."""
    found = match_flat(names, "norm", differ)
    assert match_flat(dice.sample(names, len(names)), "norm", differ) == found
    assert sorted(one.path for matches in found.values() for one in matches) == sorted(names)


def test_the_order_of_a_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole discovery is the same when the system lists every folder backwards; every file is counted once."""
    lay(tmp_path, *(f"{student}/{folder}{name}" for student in "cab" for folder in ("", "x/", "y/") for name in NAMES))
    forward, plain = take(tmp_path), list_beneath

    def backwards(root: Path, place: str, most: int | None = None) -> list[FileEntry]:
        return sorted(plain(root, place, most), reverse=True)

    for module in (layouts, layouts):
        monkeypatch.setattr(module, "list_beneath", backwards)
    assert take(tmp_path) == forward
    files = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert sum(number for kind, number in forward.counts.items() if kind is not FileOutcome.MISSING) == len(files)


# -- narrowing, missing ---------------------------------------------------------------------------------------


def test_narrowing(tmp_path: Path) -> None:
    """Units and concepts narrow to what any of them names; the rest is counted and not spoken of."""
    lay(tmp_path, "ada/norm.py", "ada/softmax.py", "ada/lab.py", "bob/norm.py")
    assert [one[1] for one in taken(tmp_path, units=["second"], concepts=["norm"], students=["ada"])] == ["norm", "lab"]
    narrowed = take(tmp_path, concepts=["norm"], students=["ada"])
    assert (narrowed.counts[FileOutcome.TAKEN], narrowed.counts[FileOutcome.PASSED_OVER], list(narrowed.notes)) == (
        1,
        2,
        [],
    )


def test_missing(tmp_path: Path) -> None:
    """Students of the roster without a folder, and students without an exercise, are listed; others are not."""
    lay(tmp_path, "ada/norm.py", "bob/notes.txt", "eve/softmax.py")
    assert told(tmp_path, FileOutcome.MISSING, roster=["ada", "bob", "carl"], concepts=["norm"]) == [
        "bob: no exercise that was asked for",
        "eve: no exercise that was asked for",
        "carl: nothing here under this name",
    ]
    assert told(tmp_path, FileOutcome.MISSING, roster=["ada", "carl"], students=["ada"]) == []
    assert told(tmp_path, FileOutcome.MISSING, roster=["ada", "carl"], students=["carl"]) == [
        "carl: nothing here under this name"
    ]


# -- hostile folders ------------------------------------------------------------------------------------------

unix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes that have names")


@unix
@pytest.mark.parametrize("place", ["ada/norm.py", "ada", "norm.py"])
def test_links(tmp_path: Path, place: str) -> None:
    """A link is refused and never followed: as a file, as a student's folder, beside the folders."""
    lay(tmp_path, "bob/norm.py")
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).symlink_to("/etc" if place == "ada" else "/etc/passwd")
    assert taken(tmp_path) == [("bob", "norm", "bob/norm.py")]
    assert told(tmp_path, FileOutcome.REFUSED) == [f"{place}: a link; links are not followed"]


@unix
def test_a_circle_of_links(tmp_path: Path) -> None:
    """Folders that lead into themselves end nothing."""
    lay(tmp_path, "ada/norm.py")
    (tmp_path / "ada" / "round").symlink_to(tmp_path)
    (tmp_path / "ada" / "a").symlink_to("b")
    (tmp_path / "ada" / "b").symlink_to("a")
    assert taken(tmp_path) == [("ada", "norm", "ada/norm.py")]
    assert take(tmp_path).counts[FileOutcome.REFUSED] == 3


@unix
def test_a_pipe(tmp_path: Path) -> None:
    """A pipe, which would be read for ever, is not opened; a socket is no file either."""
    import socket

    (tmp_path / "ada").mkdir()
    os.mkfifo(tmp_path / "ada" / "norm.py")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(tmp_path / "ada" / "lab.py"))
        assert told(tmp_path, FileOutcome.REFUSED) == [
            "ada/lab.py, ada/norm.py: not a file (a pipe, a socket or a device)"
        ]


def test_deep_folders(tmp_path: Path) -> None:
    """Beyond a depth nothing is looked into, and that is said."""
    deep = "/".join("d" * layouts.MOST_FOLDERS)
    lay(tmp_path, f"ada/{deep}/norm.py", f"bob/{deep}/e/norm.py")
    assert [one[0] for one in taken(tmp_path)] == ["ada"]
    assert told(tmp_path, FileOutcome.REFUSED) == [f"bob/{deep}/e: more than 8 folders deep; not looked into"]


def test_very_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of too many files is refused as a whole, at the bound; the folders of others are not."""
    monkeypatch.setattr(layouts, "MOST_ENTRIES", 5)
    lay(tmp_path, *(f"ada/x{number}/norm.py" for number in range(3)), "bob/norm.py", "bob/1", "bob/2", "bob/3", "bob/4")
    assert taken(tmp_path) == [("bob", "norm", "bob/norm.py")]
    assert told(tmp_path, FileOutcome.REFUSED) == [
        "ada: more than 5 files and folders; take away what was not written for this course"
    ]


def test_listing_stops_at_the_bound(tmp_path: Path) -> None:
    """No more entries are taken from the system than were asked for."""
    lay(tmp_path, *map(str, range(10)))
    assert len(files.list_beneath(tmp_path, "", 4)) == 4


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that the system does not let us read is refused with the reason; the rest goes on."""
    lay(tmp_path, "ada/norm.py", "bob/secret/norm.py", "bob/softmax.py")
    plain = files.list_beneath

    def list_beneath(root: Path, place: str, most: int | None = None) -> list[FileEntry]:
        if place == "bob/secret":  # no mode of a folder keeps root out, as which these tests may run
            raise PermissionError(13, "Permission denied")
        return plain(root, place, most)

    monkeypatch.setattr(layouts, "list_beneath", list_beneath)
    assert [one[0] for one in taken(tmp_path)] == ["ada", "bob"]
    assert told(tmp_path, FileOutcome.REFUSED) == ["bob/secret: cannot be read: Permission denied"]


HOSTILE = [b"nul\x01.py", b"\xff\xfe.py", "\u202eyp.mron".encode(), b"a\nb", b"x" * 255, "\U000e0001".encode()]


@unix
@pytest.mark.parametrize("name", HOSTILE, ids=map(repr, HOSTILE))
def test_hostile_names(tmp_path: Path, name: bytes) -> None:
    """What cannot be shown is spelled out in notes, and is no student's name."""
    lay(tmp_path, "ada/norm.py")
    for place in (b"ada/" + name, name):
        path = os.path.join(os.fsencode(tmp_path), place)
        os.mkdir(path) if place == name else os.close(os.open(path, os.O_CREAT))
    found = take(tmp_path)
    assert {one.student for one in found.entries} == {"ada"}
    shown = "".join(str(one) for one in found.notes)
    assert shown.isprintable()
    assert shown.encode()
    assert len(found.notes) == 2


@pytest.mark.parametrize("name", ["__pycache__", "__MACOSX", ".ipynb_checkpoints", ".venv", "site-packages"])
def test_what_tools_leave_behind(tmp_path: Path, name: str) -> None:
    """Nothing in such a folder is a submission, and nothing is said of it."""
    lay(tmp_path, f"ada/{name}/norm.py", "ada/softmax.py", "ada/.DS_Store", "ada/._norm.py")
    assert taken(tmp_path) == [("ada", "softmax", "ada/softmax.py")]
    assert list(take(tmp_path).notes) == []


# -- reading --------------------------------------------------------------------------------------------------


def entry(root: Path, path: str = "ada/norm.py") -> Entry:
    return Entry(student="ada", concept="norm", path=path, root=root)


def test_reading(tmp_path: Path) -> None:
    """An entry is read when it is asked for: the bytes as they are then; a notebook is joined, also as .IPYNB."""
    lay(tmp_path, "ada/norm.py", "ada/softmax.IPYNB")
    norm, softmax = take(tmp_path, submitted_at=WHEN).entries
    (tmp_path / "ada" / "norm.py").write_bytes(b"\xff later")
    found = norm.read()
    assert isinstance(found, StudentSubmission)
    assert (found.student, found.submission.concept, found.submission.source) == ("ada", "norm", b"\xff later")
    assert (found.submission.file, found.submitted_at) == (str(tmp_path / "ada" / "norm.py"), WHEN)
    (tmp_path / "ada" / "softmax.IPYNB").write_text(NOTEBOOK)
    other = softmax.read()
    assert isinstance(other, StudentSubmission)
    assert other.submission.source == b"x = 1\n"


def gone(path: Path) -> None:
    path.unlink()


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def parent_linked(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.symlink_to("moved")


def parent_file(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.touch()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def large(path: Path) -> None:
    os.truncate(path, 5 * 1024 * 1024)


SWAPS: dict[Callable[[Path], None], str] = {
    gone: "no longer there",
    folder: "not a file",
    link: "a link; links are not followed",
    parent_linked: "a link, or not a folder any more",
    parent_file: "a link, or not a folder any more",
    pipe: "not a file",
    large: "5242880 bytes is too large (at most 4194304)",
}


@unix
@pytest.mark.parametrize("stepwise", [True, False])
@pytest.mark.parametrize("swap", SWAPS)
def test_swapped_since(swap: Callable[[Path], None], stepwise: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A file that is something else by the time it is read is refused, on systems of both kinds; nothing waits."""
    monkeypatch.setattr(files, "_STEPWISE", stepwise)
    lay(tmp_path, "ada/norm.py")
    [listed] = take(tmp_path).entries
    swap(tmp_path / "ada" / "norm.py")
    found = listed.read()
    assert isinstance(found, DiscoveryNote)
    assert (found.place, found.kind) == ("ada/norm.py", FileOutcome.REFUSED)
    other = "a link; links are not followed" if swap is parent_linked and not stepwise else SWAPS[swap]
    assert found.what == other


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is larger than it was a moment ago is not read to its end."""
    lay(tmp_path, "ada/norm.py", text="x" * 100)
    plain = os.fstat

    def small(descriptor: int) -> os.stat_result:
        found = list(plain(descriptor))
        found[stat.ST_SIZE] = 0
        return os.stat_result(found)

    monkeypatch.setattr(os, "fstat", small)
    with pytest.raises(UsageError, match="grew while it was read"):
        files.read_beneath(tmp_path, "ada/norm.py", 10)


def test_a_broken_notebook(tmp_path: Path) -> None:
    """A notebook that is none is a note, with the way out."""
    lay(tmp_path, "ada/norm.ipynb", text="{")
    [listed] = take(tmp_path).entries
    assert str(listed.read()) == "ada/norm.ipynb: not a notebook that can be read; open and save it in Jupyter once"


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Listing and reading, also of what is refused, gives back every descriptor."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("only Linux lists the descriptors of a process")
    lay(tmp_path, "ada/norm.py", "ada/b/softmax.py")
    os.mkfifo(tmp_path / "ada" / "pipe.py")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        [one.read() for one in take(tmp_path).entries]
        for path in ("ada/pipe.py", "ada", "nowhere", "ada/norm.py/x"):
            assert isinstance(entry(tmp_path, path).read(), DiscoveryNote)
    assert len(os.listdir("/proc/self/fd")) == before


# -- when it was handed in ------------------------------------------------------------------------------------


def collected(root: Path, text: str) -> discover.Discovery:
    lay(root, "ada/norm.py", "ada/x/softmax.py")
    (root / "ada" / sidecar.FILE).write_text(text)
    (root / sidecar.COLLECTED).touch()
    return take(root)


def test_the_time_of_a_file_plays_no_part(tmp_path: Path) -> None:
    """Without a word from `mlgrade collect`, nobody knows when a file was handed in."""
    lay(tmp_path, "ada/norm.py")
    assert [one.submitted_at for one in take(tmp_path).entries] == [None]


def test_times_of_collect(tmp_path: Path) -> None:
    """What collect wrote is read back: a time for all, a time of one file, and what the LMS says of lateness."""
    lay(tmp_path, "ada/norm.py", "ada/x/softmax.py", "bob/norm.py")
    early, late = "2026-10-01T21:50:00+02:00", "2026-10-02T21:50:00+02:00"
    files = {"norm.py": manifest.AttemptMeta(source="canvas", attempt="1", at=early, late=True)}
    files["x/softmax.py"] = manifest.AttemptMeta(source="canvas", attempt="2", at=late, late=True)
    (tmp_path / "ada" / manifest.SIDECAR).write_bytes(manifest.sidecar("ada", files))
    unknown = {"norm.py": manifest.AttemptMeta(source="moodle", attempt="1")}
    (tmp_path / "bob" / manifest.SIDECAR).write_bytes(manifest.sidecar("bob", unknown))
    (tmp_path / manifest.FILE).write_bytes(manifest.encode(manifest.CollectManifest()))
    found = take(tmp_path)
    assert [(one.submitted_at, one.note) for one in found.entries] == [
        (WHEN, "late, says canvas"),
        (WHEN.replace(day=2), "late, says canvas"),
        (None, ""),
    ]
    assert list(found.notes) == []


def test_a_time_for_the_other_files(tmp_path: Path) -> None:
    """A file that has no time of its own came when all did."""
    found = collected(tmp_path, text_of(files='{"norm.py": "2026-10-02T19:50:00Z"}'))
    assert [one.submitted_at for one in found.entries] == [WHEN.replace(day=2), WHEN]


def test_a_student_writes_no_time(tmp_path: Path) -> None:
    """A sidecar in a folder that collect did not fill may be the student's own: it is said and not believed."""
    lay(tmp_path, "ada/norm.py")
    (tmp_path / "ada" / sidecar.FILE).write_text(text_of())
    (tmp_path / "ada" / sidecar.COLLECTED).touch()
    found = take(tmp_path)
    assert [one.submitted_at for one in found.entries] == [None]
    [said] = found.notes
    assert said.place == "ada/.mlgrade-handin.json"
    assert said.what.startswith("the times in it are not used: not from mlgrade collect, which leaves .mlgrade-coll")


def text_of(**changed: str) -> str:
    fields = {"mlgrade": '"handin/1"', "student": '"ada"', "submitted_at": '"2026-10-01T21:50:00+02:00"'} | changed
    return "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items() if value) + "}"


BAD = {
    "empty": "", "a list": "[]", "deep": "[" * 100_000, "no version": text_of(mlgrade=""), "another version": text_of(mlgrade='"handin/2"'),
    "of another": text_of(student='"eve"'), "hostile student": text_of(student='"\\u202e\\u001b[2J"'), "no time zone": text_of(submitted_at='"2026-10-01T21:50:00"'),
    "no time": text_of(submitted_at=""), "a number": text_of(submitted_at="5"), "the year 1": text_of(submitted_at='"0001-01-01T00:00:00+14:00"'),
    "the year 9999": text_of(files='{"norm.py": "9999-12-31T23:59:59-12:00"}'), "late is text": text_of(late='"yes"'), "half a pair": text_of(student='"\\ud800"'),
    "too large": text_of(source=f'"{"x" * sidecar.MOST_BYTES}"'),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_hostile_sidecar(tmp_path: Path, text: str) -> None:
    """A sidecar that collect would not have written is a note that can be shown, and the files are taken without time."""
    found = collected(tmp_path, text)
    [said] = found.notes
    assert [one.submitted_at for one in found.entries] == [None, None]
    assert said.what.startswith("the times in it are not used: ")
    assert str(said).isprintable()


def test_a_hostile_source(tmp_path: Path) -> None:
    """The name of the LMS is text from outside like any other."""
    found = collected(tmp_path, text_of(late="true", source='"\\u001b[2Jcanvas"'))
    assert {one.note for one in found.entries} == {"late, says \\x1b[2Jcanvas"}


@given(st.binary(max_size=80))
def test_any_bytes_are_a_sidecar_or_a_note(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Whatever a sidecar holds, the files beside it are taken."""
    root = tmp_path_factory.mktemp("class")
    lay(root, "ada/norm.py")
    (root / "ada" / sidecar.FILE).write_bytes(raw)
    (root / sidecar.COLLECTED).touch()
    assert len(take(root).entries) == 1


# -- many -----------------------------------------------------------------------------------------------------


def test_an_entry_is_small() -> None:
    """What is kept of a submission before it is read is its place, not its text: less than 400 bytes each."""
    one = entry(Path("/class"), "student_01234/exercises/softmax.py")
    assert sys.getsizeof(one) + sys.getsizeof(one.path) < 400


def test_the_rules_are_documented() -> None:
    """The rules that are printed stand in the documentation, word for word."""
    text = " ".join((ROOT / "docs" / "how-to" / "grading.md").read_text(encoding="utf-8").split())
    for rule in RULES:
        assert rule in text


def test_the_whole_course_takes_its_own_exercises(tmp_path: Path) -> None:
    """Every exercise of the real course is found under its own name."""
    course: Course = courses.load(ROOT)
    lay(tmp_path, *(f"ada/exercises/{concept.id}.py" for concept in course.concepts))
    found = discover.take(tmp_path, course)
    assert [one.concept for one in found.entries] == [concept.id for concept in course.concepts]
