"""Each LMS's own form: recognised by its names, and read as the LMS writes it. People are invented."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives import collect as formats
from mlgrade.lms.archives.blackboard import BlackboardArchive
from mlgrade.lms.archives.brightspace import BrightspaceArchive
from mlgrade.lms.archives.canvas import CanvasArchive
from mlgrade.lms.archives.model import PersonKey
from mlgrade.lms.archives.moodle import MoodleArchive

CET = timezone(timedelta(hours=2))
ROOT = Path(__file__).resolve().parents[4]
METADATA = """\
---
submission_301:
  :submitters:
  - :name: Zoë O'Brien
    :sid: '00123'
    :email: zoe@example.edu
  :created_at: 2026-10-01 21:50:00.123456000 +02:00
  :score: 3.0
  :results: !ruby/object:OpenStruct {deep: [[[[[[[[[[[[1]]]]]]]]]]]]}
  :history:
  - :created_at: 2026-09-30 10:00:00 Z
submission_302:
  :submitters:
  - :name: Ada L
    :sid: 00098765
    :email: Ada@Example.edu
  - :name: علي حسن
    :sid: ~
    :email: ali@example.edu
  :created_at: 2026-10-01 19:00:00 Z
"""
ARCHIVES = {
    "canvas": {
        "obriensmythezoë_LATE_1001_5001_softmax-1.py": "x = 1",
        "lovelaceada_1002_5002_softmax.py": "x = 2",
        "lovelaceada_1002_text.html": "<p>hi</p>",
        "_1003_5003_my_softmax_2.py": "x = 3",
        "عليحسن_1004_link.html": "<a>",
    },
    "moodle": {
        "Zoë OBrien_51001_assignsubmission_file/softmax.py": "x = 1",
        "Zoë OBrien_51001_assignsubmission_onlinetext/onlinetext.html": "<p>",
        "Thị Mai Nguyễn_51002_assignsubmission_file/hw/softmax.py": "x = 2",
    },
    "blackboard": {
        "HW_1_zoe_ob_attempt_2026-10-01-21-50-00_softmax.py": "x = 1",
        "HW_1_zoe_ob_attempt_2026-10-01-21-50-00.txt": "Name: Zoë",
        "HW_1_zoe_ob_attempt_2026-09-30-08-00-00_softmax.py": "x = 0",
        "HW_1_ada_attempt_2026-10-01-20-00-00_soft_max.py": "x = 2",
    },
    "brightspace": {
        "12-34 - Zoë O'Brien - Oct 1, 2026 950 PM - softmax.py": "x = 1",
        "12-35 - Jean-Luc - Ada - Oct 1, 2026 1205 AM - notes - final.txt": "n",
        "index.html": "<html>",
    },
    "gradescope": {
        "assignment_7_export/submission_metadata.yml": METADATA,
        "assignment_7_export/submission_301/softmax.py": "x = 1",
        "assignment_7_export/submission_302/src/softmax.py": "x = 2",
    },
    "plain": {"ada/softmax.py": "x = 1", "zoë 🎈/softmax.py": "x = 2"},
}
TREES = {
    "canvas": ["canvas-1003/my_softmax_2.py", "lovelaceada-1002/softmax.py", "lovelaceada-1002/text.html", "obriensmythezoë-1001/softmax.py", "عليحسن-1004/link.html"],
    "moodle": ["Thị Mai Nguyễn-51002/softmax.py", "Zoë OBrien-51001/onlinetext.html", "Zoë OBrien-51001/softmax.py"],
    "blackboard": [".others/zoe_ob/2026-09-30-08-00-00/softmax.py", "ada/soft_max.py", "zoe_ob/receipt.txt", "zoe_ob/softmax.py"],
    "brightspace": ["Jean-Luc - Ada/notes - final.txt", "Zoë O'Brien/softmax.py"],
    "gradescope": ["00098765/softmax.py", "00123/softmax.py", "ali/softmax.py"],
    "plain": ["ada/softmax.py", "zoë 🎈/softmax.py"],
}  # fmt: skip


@pytest.mark.parametrize("name", list(ARCHIVES))
def test_each_is_recognised(bench: Any, name: str) -> None:
    """Each LMS's archive is recognised without being told, and becomes one folder for each student."""
    account = bench.collect(bench.put(ARCHIVES[name]), zone=CET)
    assert [(one.format, account.refused) for one in account.archives] == [(name, [])]
    assert sorted(bench.work()) == sorted(TREES[name])
    assert account.complete


@pytest.mark.parametrize("name", [name for name in ARCHIVES if name != "plain"])
@pytest.mark.parametrize("packed_again", [True, False])
def test_each_as_a_folder(bench: Any, name: str, packed_again: bool) -> None:
    """The same unpacked, or unpacked and packed again with a folder around it, gives the same folders."""
    if packed_again:
        given = bench.put({f"hw1/{path}": data for path, data in ARCHIVES[name].items()})
    else:
        given = bench.root / "given"
        for path, data in ARCHIVES[name].items():
            (given / path).parent.mkdir(parents=True, exist_ok=True)
            (given / path).write_text(data)
    assert bench.collect(given, zone=CET).archives[0].format == name
    assert sorted(bench.work()) == sorted(TREES[name])


def test_times_and_lateness(bench: Any) -> None:
    """What an LMS says of time and lateness is in each folder; what it does not say is null."""
    import json

    for name, folder, expected in (
        ("canvas", "obriensmythezoë-1001", (None, True, "5001", {})),
        ("canvas", "lovelaceada-1002", (None, False, "5002", {})),
        ("moodle", "Zoë OBrien-51001", (None, None, "download", {})),
        ("brightspace", "Zoë O'Brien", ("2026-10-01T21:50:00+02:00", None, "2026-10-01-21-50", {"softmax.py": "2026-10-01T21:50:00+02:00"})),
        ("gradescope", "00123", ("2026-10-01T21:50:00+02:00", None, "submission_301", {"softmax.py": "2026-10-01T21:50:00+02:00"})),
    ):  # fmt: skip
        bench.into = bench.root / name
        bench.collect(bench.put(ARCHIVES[name]), zone=CET)
        facts = json.loads(bench.tree()[f"{folder}/.mlgrade-handin.json"])
        assert list(facts) == ["mlgrade", "student", "submitted_at", "late", "source", "attempt", "files"]
        assert (facts["mlgrade"], facts["student"], facts["source"]) == ("handin/1", folder, name)
        assert (facts["submitted_at"], facts["late"], facts["attempt"], facts["files"]) == expected


def test_the_zone_of_this_computer_is_said(bench: Any) -> None:
    """Times without a zone are read in this computer's, and the account says so unless one is named."""
    assert "--timezone" in bench.collect(bench.put(ARCHIVES["blackboard"])).notes[0]
    assert bench.collect(bench.put(ARCHIVES["blackboard"]), zone=UTC).notes == []


def test_two_formats_fit(bench: Any) -> None:
    """An archive that may be of two LMSs is not guessed; told which, it is read."""
    path = bench.put({"HW_1_2_zoe_attempt_2026-10-01-21-50-00_softmax.py": "x"})
    with pytest.raises(UsageError, match=r"looks like Canvas and Blackboard; say which with --format canvas\|blackboard"):  # fmt: skip
        bench.collect(path)
    assert not bench.into.exists()
    bench.collect(path, format="blackboard", zone=UTC)
    assert list(bench.work()) == ["zoe/softmax.py"]


def test_no_such_format(bench: Any) -> None:
    """A format that is none is answered with the one that was meant."""
    with pytest.raises(UsageError, match='no archive format "canva"; did you mean "canvas"'):
        bench.collect(bench.put({"a/b": "c"}), format="canva")


def test_an_added_file_in_an_archive(bench: Any) -> None:
    """A file that somebody added to the LMS's archive is refused, since its student is unknown."""
    account = bench.collect(bench.put(ARCHIVES["canvas"] | {"grades.csv": "x"}))
    assert [(one.entry, "its student is unknown" in one.reason) for one in account.refused] == [("grades.csv", True)]


# -- canvas ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_1_2_f.py", ("1", 2, "f.py", False)),
        ("a_b_1_2_3_4_f.py", ("1", 2, "3_4_f.py", False)),
        ("_LATE_1_2_f.py", ("1", 2, "f.py", True)),
        ("LATE_1_2_f.py", ("1", 2, "f.py", True)),
        ("a_1_2_", ("1", 2, "", False)),
        ("a_1_text.html", ("1", 0, "text.html", False)),
        ("a_1_2_text.html", ("1", 2, "text.html", False)),
        ("anon_x7Yz2_55_f.py", ("", 55, "f.py", False)),
        ("LATE_anon_x7Yz2_55_f.py", ("", 55, "f.py", True)),
        ("a_1_f.py", None),
        ("a/1_2_f.py", None),
        ("anon", None),
        ("LATE_anon", None),
        ("a_\u0661_\u0662_f.py", None),
        ("", None),
    ],
)
def test_canvas_names(name: str, expected: Any) -> None:
    """User and file are the first two pieces that are all digits; what follows may hold anything."""
    found = CanvasArchive().parse(name)
    assert (found and (found.keys[0].lms_id, found.rank, found.path, found.late)) == expected


def test_canvas_numbers(bench: Any) -> None:
    """`softmax-1.py` is softmax.py again, unless that is there too, is no exercise, or the LMS does not number."""
    for files, expected in (
        ({"a_1_2_softmax-12.py": "x"}, ["softmax.py"]),
        ({"a_1_2_softmax-1.py": "x", "a_1_3_softmax.py": "y"}, ["softmax-1.py", "softmax.py"]),
        ({"a_1_2_softmax-1.py": "x", "a_1_3_softmax-2.py": "y"}, ["softmax-1.py", "softmax-2.py"]),
        ({"a_1_2_notes-1.py": "x", "a_1_3_softmax-1.txt": "y"}, ["notes-1.py", "softmax-1.txt"]),
        ({"a_1_2_softmax-1.ipynb": "x"}, ["softmax.ipynb"]),
        ({"A B_1_assignsubmission_file/softmax-1.py": "x"}, ["softmax-1.py"]),
    ):
        bench.into = bench.root / str(len(list(bench.root.iterdir())))
        account = bench.collect(bench.put(files))
        assert sorted(path.rpartition("/")[2] for path in bench.work()) == expected
        assert [one.says for one in account.renamed] == ([f"was {next(iter(files))[6:]}"] if len(expected) == 1 and "a_1" in next(iter(files)) else [])  # fmt: skip


# -- moodle ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A B_7_assignsubmission_file/d/f.py", ("7", "A B", (), "d/f.py", False)),
        ("A B_7_assignsubmission_file_/f.py", ("7", "A B", (), "f.py", False)),
        ("A B_7_assignsubmission_file_f.py", ("7", "A B", (), "f.py", False)),
        ("ab1_A B_7_assignsubmission_file/f.py", ("7", "A B", ("ab1",), "f.py", False)),
        ("Participant_7_assignsubmission_file/f.py", ("7", "", (), "f.py", False)),
        ("A B_7_assignsubmission_onlinetext/o.html", ("7", "A B", (), "o.html", True)),
        ("A_7_assignsubmission_file/Eve_8_assignsubmission_file/f.py", ("7", "A", (), "Eve_8_assignsubmission_file/f.py", False)),
        ("A B_7_assignsubmission_file/", None),
        ("A B_x_assignsubmission_file/f", None),
    ],
)  # fmt: skip
def test_moodle_names(name: str, expected: Any) -> None:
    """Number, name and path in all spellings of old and new sites; the first number counts."""
    found = MoodleArchive().parse(name)
    key = found.keys[0] if found else PersonKey(label="")
    assert (found and (key.lms_id, key.name, key.logins, found.path, found.own)) == expected


# -- blackboard -----------------------------------------------------------------------------------------------


def test_blackboard_cannot_be_forged(bench: Any) -> None:
    """A file called like another student's entry stays with the student who handed it in."""
    forged = "HW1_eve_attempt_2026-10-01-10-00-00_HW1_ada_attempt_2026-12-31-00-00-00_softmax.py"
    people = [Person(student="ada", login="ada"), Person(student="eve", login="eve")]
    account = bench.collect(bench.put({forged: "x"}), people=people, zone=UTC)
    assert [one.folder for one in account.folders] == ["eve"]
    assert account.missing == ["ada"]


def test_blackboard_splits_by_the_roster(bench: Any) -> None:
    """Where title and username both hold underscores, the roster's username decides; two that fit are ambiguous."""
    path = bench.put({"HW_1_tm_nguyen_attempt_2026-10-01-10-00-00_softmax.py": "x"})
    account = bench.collect(path, people=[Person(student="mai", login="tm_nguyen")], zone=UTC)
    assert [one.folder for one in account.folders] == ["mai"]
    both = [Person(student="mai", login="tm_nguyen"), Person(student="kim", login="nguyen")]
    bench.into = bench.root / "second"
    account = bench.collect(path, people=both, zone=UTC)
    assert [(one.folder, one.among) for one in account.folders] == [(".ambiguous/nguyen", ("kim", "mai"))]
    assert not account.complete


def test_blackboard_titles_that_differ(bench: Any) -> None:
    """Without anything in common and without a roster, nobody is merged with somebody else."""
    files = {"A_1_x_attempt_2026-10-01-10-00-00_softmax.py": "1", "B_2_x_attempt_2026-10-01-10-00-00_softmax.py": "2"}
    bench.collect(bench.put(files), format="blackboard", zone=UTC)
    assert sorted(bench.work()) == ["A_1_x/softmax.py", "B_2_x/softmax.py"]


def test_blackboard_dates() -> None:
    """A date that is none makes no attempt."""
    assert BlackboardArchive().parse("HW1_ada_attempt_2026-02-31-10-00-00_f.py") is None
    assert BlackboardArchive().parse("HW1_ada_attempt_2026-02-28-10-00-00") is None


# -- brightspace ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("1-2 - A B - Oct 1, 2026 1158 PM - f - g.py", ("A B", datetime(2026, 10, 1, 23, 58), "f - g.py")),
        ("1-2 - A B - October 11, 2026 958 AM - f.py", ("A B", datetime(2026, 10, 11, 9, 58), "f.py")),
        ("1-2 - A B - Oct 1, 2026 1200 PM/f.py", ("A B", datetime(2026, 10, 1, 12), "f.py")),
        ("1-2 - A B - Oct 1, 2026 1200 AM - f.py/f.py", ("A B", datetime(2026, 10, 1), "f.py/f.py")),
        ("1-2 -  - Oct 1, 2026 1200 AM - f.py", ("", datetime(2026, 10, 1), "f.py")),
        ("1-2 - A B - Xyz 1, 2026 1158 PM - f.py", None),
        ("1-2 - A B - Feb 30, 2026 1158 PM - f.py", None),
        ("1-2 - A B - f.py", None),
    ],
)
def test_brightspace_names(name: str, expected: Any) -> None:
    """Name, time and file; a name or file that holds the separator is kept whole."""
    found = BrightspaceArchive().parse(name)
    assert (found and (found.keys[0].name, found.at, found.path)) == expected


# -- gradescope -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ("submission_1: [", r"cannot be read \(line \d+\)"),
        ("- a list", "not a list of submissions"),
        ("", "not a list of submissions"),
        ("[" * 100_000, "cannot be read|no list"),
        ("a: " + "{b: " * 100_000, "cannot be read|no list"),
        ("submission_1:\n  :submitters:\n" + "  - :email: a@b.c\n" * 101, "101 submitters"),
        (b"\xff\xfe\x00\xd8", "cannot be read"),
    ],
)
def test_metadata_that_is_none(bench: Any, metadata: Any, says: str) -> None:
    """Without metadata the students are unknown: one sentence, and nothing is written."""
    with pytest.raises(UsageError, match=says):
        bench.collect(bench.put({"submission_metadata.yml": metadata, "submission_1/softmax.py": "x"}))
    assert not bench.into.exists()


def test_metadata_makes_no_objects(bench: Any) -> None:
    """Tags are words, aliases are nothing, and a submission that is not listed goes under its number."""
    metadata = """\
submission_1: !!python/object/apply:os.system ["touch /tmp/owned"]
submission_2:
  :score: &a 1
  :submitters:
  - :name: !!python/name:os.system ''
    :sid: 007
    :email: *a
"""
    files = {f"submission_{number}/softmax.py": "x" for number in (1, 2, 3)}
    bench.collect(bench.put({"submission_metadata.yml": metadata, **files}))
    assert sorted(bench.work()) == ["007/softmax.py", "submission_1/softmax.py", "submission_3/softmax.py"]


def test_metadata_without_the_c_library(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where YAML is read in Python alone, the same comes out, and depth is no danger either."""
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    bench.collect(bench.put(ARCHIVES["gradescope"]))
    assert sorted(bench.work()) == TREES["gradescope"]
    with pytest.raises(UsageError, match="cannot be read"):
        bench.collect(bench.put({"submission_metadata.yml": "[" * 2_000, "submission_1/softmax.py": "x"}))


def test_metadata_that_laughs(bench: Any) -> None:
    """Aliases of aliases do not multiply."""
    levels = "\n".join(f"x{n + 1}: &x{n + 1} [{', '.join([f'*x{n}'] * 9)}]" for n in range(30))
    metadata = f"x0: &x0 [lol]\n{levels}\nsubmission_1:\n  :submitters: *x30\n"
    bench.collect(bench.put({"submission_metadata.yml": metadata, "submission_1/softmax.py": "x"}))
    assert list(bench.work()) == ["submission_1/softmax.py"]


# -- plain ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["softmax.py", "norm.py"], ["download/norm.py", "download/softmax.py"]),
        (["hw1/ada/softmax.py", "hw1/bob/softmax.py"], ["ada/softmax.py", "bob/softmax.py"]),
        (["ada/hw1/softmax.py", "ada/notes.txt"], ["ada/notes.txt", "ada/softmax.py"]),
        (["ada/v1/softmax.py", "ada/v2/softmax.py", "b/x"], ["ada/v1/softmax.py", "ada/v2/softmax.py", "b/x"]),
    ],
)
def test_plain_folders(bench: Any, files: list[str], expected: list[str]) -> None:
    """A folder is a student; an exercise is lifted to its top if only one file has this name."""
    bench.collect(bench.put(dict.fromkeys(files, "x")))
    assert sorted(bench.work()) == expected


def test_students_own_zips(bench: Any, zipped: Any) -> None:
    """A zip of zips is one zip for each student."""
    bench.collect(bench.put({"ada.zip": zipped({"src/softmax.py": "1"}), "bob.ZIP": zipped({"softmax.py": "2"})}))
    assert bench.work() == {"ada/softmax.py": "1", "bob/softmax.py": "2"}


# -- formats of others ----------------------------------------------------------------------------------------


def _documented() -> dict[str, Any]:
    """The module that docs/how-to/collect.md shows."""
    [code] = re.findall(
        r"```python\n(.*?)```", (ROOT / "docs/how-to/collect.md").read_text(encoding="utf-8"), re.DOTALL
    )
    names: dict[str, Any] = {"__name__": "our_school"}
    exec(code, names)
    return names


def _points(monkeypatch: pytest.MonkeyPatch, load: Any, name: str = "school") -> None:
    monkeypatch.setattr(formats, "entry_points", lambda group: [SimpleNamespace(name=name, load=load)] if group == "mlgrade.archives" else [])  # fmt: skip


def test_a_school_adds_its_own(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The class that the documentation shows, and an entry point, make a format that is recognised like ours."""
    _points(monkeypatch, lambda: _documented()["DropBox"])
    account = bench.collect(bench.put({"ada#softmax.py": "x"}), people=[Person(student="a", login="ada")])
    assert (account.archives[0].title, list(bench.work())) == ("our school's drop box", ["a/softmax.py"])


def test_a_format_that_does_not_load(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken format of another package is named."""
    _points(monkeypatch, lambda: 1 / 0)
    with pytest.raises(UsageError, match='the archive format "school" of another package does not load: division'):
        bench.collect(bench.put({"a/b": "c"}))
