"""The tree: attempts by rule, twice the same, nobody else's file touched, and usable however a run ends."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives import manifest, writing
from mlgrade.lms.archives.entries import Bounds
from mlgrade.lms.archives.report import CollectReport

FIRST = "HW1_ada_attempt_2026-10-01-10-00-00_"
SECOND = "HW1_ada_attempt_2026-10-02-10-00-00_"


def state(account: CollectReport) -> list[str]:
    return [str(one.state) for one in account.folders]


# -- attempts -------------------------------------------------------------------------------------------------


def test_the_latest_attempt_counts_as_a_whole(bench: Any) -> None:
    """A file of an earlier attempt is not mixed into the latest one; it is kept aside under its attempt."""
    files = {f"{SECOND}softmax.py": "2", f"{FIRST}softmax.py": "1", f"{FIRST}norm.py": "n"}
    account = bench.collect(bench.put(files), zone=UTC)
    aside = ".others/ada/2026-10-01-10-00-00"
    assert bench.work() == {"ada/softmax.py": "2", f"{aside}/norm.py": "n", f"{aside}/softmax.py": "1"}
    [folder] = account.folders
    assert (folder.attempt, folder.submitted_at, folder.others) == ("2026-10-02-10-00-00", "2026-10-02T10:00:00+00:00", 2)  # fmt: skip


def test_archives_of_two_assignments_add_up(bench: Any) -> None:
    """Two archives with different files of a student make one folder with both."""
    one, two = bench.put({"a_1_2_softmax.py": "s"}, "one.zip"), bench.put({"a_1_9_norm.py": "n"}, "two.zip")
    bench.collect(one, two)
    assert bench.work() == {"a-1/softmax.py": "s", "a-1/norm.py": "n"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_later_of_two_archives_wins(bench: Any, order: tuple[int, int], at_once: bool) -> None:
    """By time or number of file, whatever the order of the archives, in one run or in two."""
    for names in (("a_1_2_softmax.py", "a_1_9_softmax-1.py"), (f"{FIRST}softmax.py", f"{SECOND}softmax.py")):
        bench.into = bench.root / names[0]
        paths = [bench.put({name: str(number)}, f"{number}.zip") for number, name in enumerate(names)]
        for run in [[paths[at] for at in order]] if at_once else [[paths[at]] for at in order]:
            bench.collect(*run, zone=UTC)
        work = {name.rpartition("/")[2]: text for name, text in bench.work().items() if not name.startswith(".")}
        assert work == {"softmax.py": "1"}
        assert "0" in bench.work().values()


def test_without_times_the_archive_given_later_wins(bench: Any) -> None:
    """Where an LMS tells neither time nor number, the order of the call decides, and what is replaced is kept."""
    name = "A B_7_assignsubmission_file/softmax.py"
    monday, tuesday = bench.put({name: "mon"}, "monday.zip"), bench.put({name: "tue"}, "tuesday.zip")
    bench.collect(monday)
    assert state(bench.collect(tuesday)) == ["changed"]
    assert bench.work() == {"A B-7/softmax.py": "tue", ".others/A B-7/monday/softmax.py": "mon"}


def test_two_attempts_of_one_name_are_both_kept(bench: Any) -> None:
    """Attempts that an LMS does not tell apart, in archives of one name, stay two where they are kept aside."""
    name = "A B_7_assignsubmission_file/softmax.py"
    for text in ("1", "2", "3", "3"):
        bench.collect(bench.put({name: text}))
    aside = ".others/A B-7/download"
    assert bench.work() == {"A B-7/softmax.py": "3", f"{aside}/softmax.py": "1", f"{aside}~2/softmax.py": "2"}


def test_archives_that_disagree_on_lateness(bench: Any) -> None:
    """A folder with files in time and late ones has no lateness of its own, and the account says why."""
    paths = bench.put({"a_LATE_1_2_softmax.py": "s"}, "1.zip"), bench.put({"a_1_9_norm.py": "n"}, "2.zip")
    account = bench.collect(*paths)
    assert account.folders[0].late is None
    assert "lateness is left open" in account.notes[0]


def test_group_work_is_everybodys(bench: Any) -> None:
    """Each member of a group gets the files of the group."""
    people = "".join(f"  - :name: {name}\n    :email: {name}@x.edu\n" for name in ("ada", "bob"))
    files = {"submission_metadata.yml": f"submission_1:\n  :submitters:\n{people}", "submission_1/softmax.py": "x"}
    bench.collect(bench.put(files))
    assert bench.work() == {"ada/softmax.py": "x", "bob/softmax.py": "x"}


def test_group_work_is_counted_for_each(bench: Any) -> None:
    """The bound on what a run unpacks holds for copies too: a group cannot multiply a large file."""
    people = "".join(f"  - :email: s{number}@x.edu\n" for number in range(20))
    files = {"submission_metadata.yml": f"submission_1:\n  :submitters:\n{people}", "submission_1/softmax.py": "x" * 1000}  # fmt: skip
    account = bench.collect(bench.put(files), bounds=Bounds(total=10_000))
    assert ["unpacked bytes" in one.reason for one in account.refused] == [True]
    assert account.folders == []
    assert not bench.into.exists()


# -- the roster -----------------------------------------------------------------------------------------------

PEOPLE = [Person(student="zoe", lms_id="1001"), Person(student="ada", name="Ada L", lms_id="1002"), Person(student="kim", lms_id="1003")]  # fmt: skip


def test_known_missing_and_unknown(bench: Any) -> None:
    """Known students have their key as folder; the others are listed, and unknown ones keep what the LMS calls them."""
    account = bench.collect(bench.put({"o_1001_5_softmax.py": "x", "kim_77_6_softmax.py": "y"}), people=PEOPLE)
    assert bench.work() == {"zoe/softmax.py": "x", "kim-77/softmax.py": "y"}
    assert [(one.folder, str(one.matched)) for one in account.folders] == [("kim-77", "unknown"), ("zoe", "id")]
    assert account.missing == ["ada", "kim"]


def test_an_unknown_person_never_gets_a_students_folder(bench: Any) -> None:
    """Somebody unknown who is called like a student's key gets a folder beside it, in every later run too."""
    path = bench.put({"kim/softmax.py": "eve"})
    bench.collect(path, people=[Person(student="Kim", login="k1")])
    assert list(bench.work()) == ["kim~2/softmax.py"]
    bench.collect(path, people=[Person(student="Kim", login="k1")])
    assert list(bench.work()) == ["kim~2/softmax.py"]


def test_by_name_only_is_listed(bench: Any) -> None:
    """Brightspace tells names only: one match is listed, two are put aside to be decided."""
    files = {f"1-{n} - {name} - Oct 1, 2026 100 PM - softmax.py": "x" for n, name in enumerate(("Ada L", "Kim"))}
    twins = [PEOPLE[1], Person(student="k1", name="Kim"), Person(student="k2", name="Kim")]
    account = bench.collect(bench.put(files), people=twins, zone=UTC)
    assert sorted(bench.work()) == [".ambiguous/Kim/softmax.py", "ada/softmax.py"]
    assert [str(one.matched) for one in account.folders] == ["ambiguous", "name"]
    assert not account.complete


@pytest.mark.parametrize("key", ["../up", "a/b", "CON", ".others", "x" * 300])
def test_a_key_that_is_no_name(bench: Any, key: str) -> None:
    """Whatever a roster calls a student, the folder is one name in the tree."""
    bench.collect(bench.put({"o_1_5_softmax.py": "x"}), people=[Person(student=key, lms_id="1")])
    [path] = bench.work()
    assert path.count("/") == 1
    assert sorted(os.listdir(bench.root)) == ["download.zip", "submissions"]


# -- twice ----------------------------------------------------------------------------------------------------


def test_twice_gives_the_same_tree(bench: Any) -> None:
    """The second run writes nothing: not even the time of a file changes."""
    path = bench.put({f"{SECOND}softmax.py": "2", f"{FIRST}softmax.py": "1", "HW1_bob_attempt_2026-10-01-10-00-00.txt": "r"})  # fmt: skip
    bench.collect(path, zone=UTC)
    before = {file: (file.stat().st_mtime_ns, file.stat().st_ino) for file in bench.into.rglob("*") if file.is_file()}
    assert state(bench.collect(path, zone=UTC)) == ["as before", "as before"]
    assert {file: (file.stat().st_mtime_ns, file.stat().st_ino) for file in bench.into.rglob("*") if file.is_file()} == before  # fmt: skip


def test_the_same_tree_elsewhere(bench: Any) -> None:
    """Two trees of one archive are equal byte for byte, whatever their place."""
    path = bench.put({"b_2_3_softmax.py": "1", "a_1_2_softmax.py": "2", "c_3_9_norm.py": "3"})
    bench.collect(path)
    first = bench.tree()
    bench.into = bench.root / "elsewhere" / "deep"
    bench.collect(path)
    assert bench.tree() == first


def test_a_new_download_changes_what_differs(bench: Any) -> None:
    """New students appear, new attempts replace old ones, the rest stays, and what is gone from the LMS is kept."""
    bench.collect(bench.put({"a_1_2_softmax.py": "1", "b_2_3_softmax.py": "1", "c_3_4_norm.py": "n"}))
    account = bench.collect(bench.put({"a_1_9_softmax-1.py": "2", "b_2_3_softmax.py": "1", "c_3_8_softmax.py": "s", "d_4_5_norm.py": "n"}))  # fmt: skip
    assert state(account) == ["changed", "as before", "changed", "new"]
    assert account.folders[2].kept == ["norm.py"]
    assert bench.work() == {
        "a-1/softmax.py": "2", ".others/a-1/2/softmax.py": "1", "b-2/softmax.py": "1",
        "c-3/norm.py": "n", "c-3/softmax.py": "s", "d-4/norm.py": "n",
    }  # fmt: skip


def test_files_of_others_are_left_alone(bench: Any) -> None:
    """Notes of a TA stay; a file that somebody corrected stays, and the collected one goes aside; twice the same."""
    bench.collect(bench.put({"a_1_2_softmax.py": "1"}))
    (bench.into / "a-1/softmax.py").write_text("corrected")
    (bench.into / "a-1/notes.txt").write_text("good work")
    (bench.into / "a-1/norm.py").write_text("by hand")
    path = bench.put({"a_1_9_softmax-1.py": "2", "a_1_8_norm.py": "n"})
    for _ in range(2):
        account = bench.collect(path)
        assert sorted(account.folders[0].left_alone) == ["norm.py", "softmax.py"]
        assert not account.complete
        assert bench.work() == {
            "a-1/softmax.py": "corrected", "a-1/notes.txt": "good work", "a-1/norm.py": "by hand",
            ".others/a-1/9/softmax.py": "2", ".others/a-1/9/norm.py": "n",
        }  # fmt: skip


def test_a_deleted_file_comes_back(bench: Any) -> None:
    """What a TA deleted is collected again: the archive still has it."""
    path = bench.put({"a_1_2_softmax.py": "1"})
    bench.collect(path)
    (bench.into / "a-1/softmax.py").unlink()
    assert state(bench.collect(path)) == ["changed"]
    assert bench.work() == {"a-1/softmax.py": "1"}


def test_what_somebody_deleted_is_not_told_of(bench: Any) -> None:
    """A file of an earlier run that is gone from the tree is gone from the facts, too."""
    bench.collect(bench.put({f"{FIRST}norm.py": "n"}), zone=UTC)
    (bench.into / "ada/norm.py").unlink()
    bench.collect(bench.put({f"{SECOND}softmax.py": "s"}), zone=UTC)
    assert list(json.loads(bench.tree()["ada/.mlgrade-handin.json"])["files"]) == ["softmax.py"]


@pytest.mark.parametrize("place", ["ada", ".others", ".others/ada"])
def test_links_in_the_tree(bench: Any, place: str) -> None:
    """A folder of the tree that is a link is not written through."""
    outside = bench.root / "outside"
    outside.mkdir()
    (bench.into / place).parent.mkdir(parents=True)
    (bench.into / place).symlink_to(outside)
    account = bench.collect(bench.put({"ada/softmax.py": "x", "bob/softmax.py": "y"}))
    assert list(outside.iterdir()) == []
    assert ["is a link" in one.reason for one in account.refused][:1] == [True]


def test_links_and_folders_for_files(bench: Any) -> None:
    """A link or folder in the place of a file or of the facts is left alone; nothing is written through it."""
    secret = bench.root / "secret"
    secret.write_text("s")
    (bench.into / "ada/norm.py").mkdir(parents=True)
    (bench.into / "ada/softmax.py").symlink_to(secret)
    (bench.into / "ada/.mlgrade-handin.json").symlink_to(secret)
    (bench.into / "ada/src").symlink_to(bench.root)
    account = bench.collect(bench.put({"ada/softmax.py": "x", "ada/norm.py": "y", "ada/src/a.txt": "z", "ada/b.txt": "b"}))  # fmt: skip
    assert sorted(account.folders[0].left_alone) == [".mlgrade-handin.json", "norm.py", "softmax.py", "src/a.txt"]
    assert secret.read_text() == "s"
    assert sorted(os.listdir(bench.root)) == ["download.zip", "secret", "submissions"]
    assert (bench.into / "ada/b.txt").read_text() == "b"


def test_a_file_in_the_place_of_a_folder(bench: Any) -> None:
    """A file called like a student is not replaced by the folder."""
    bench.into.mkdir()
    (bench.into / "ada").write_text("mine")
    account = bench.collect(bench.put({"ada/softmax.py": "x", "bob/softmax.py": "y"}))
    assert bench.work() == {"ada": "mine", "bob/softmax.py": "y"}
    assert "is not a folder" in account.refused[0].reason


# -- runs that end early --------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
@pytest.mark.parametrize("after", range(1, 9))
def test_stopped_at_any_moment(bench: Any, monkeypatch: pytest.MonkeyPatch, stop: BaseException, after: int) -> None:
    """Ctrl-C or a full disk at any file: what was there is whole, no scraps stay, and running again gives all."""
    old = {f"s{n}_{n}_{n + 10}_softmax.py": f"old{n}" for n in range(2)}
    new = {f"s{n}_{n}_{n + 50}_softmax-1.py": f"new{n}" for n in range(4)} | {f"s{n}_{n}_{n + 60}_norm.py": f"norm{n}" for n in range(4)}  # fmt: skip
    bench.collect(bench.put(old, "old.zip"))
    count, real = iter(range(1, 100)), Path.replace

    def replace(self: Path, target: Path) -> Path:
        if next(count) == after:
            raise stop
        return real(self, target)

    path = bench.put(new)
    with monkeypatch.context() as patched:
        patched.setattr(writing.Path, "replace", replace)
        with pytest.raises((UsageError, KeyboardInterrupt)):
            bench.collect(path)
    assert set(bench.work().values()) <= {*old.values(), *new.values()}
    assert all(f"s{n}-{n}/softmax.py" in bench.work() for n in range(2))
    assert not list(bench.into.glob(".mlgrade-tmp-*"))
    assert bench.collect(path).complete
    stopped = bench.work()
    bench.into = bench.root / "straight"
    bench.collect(bench.root / "old.zip")
    bench.collect(path)
    assert stopped == bench.work()


def test_a_full_disk(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills while a file is unpacked is one sentence; what was there before is as it was."""
    bench.collect(bench.put({"a_1_2_softmax.py": "1"}))
    before = bench.tree()

    def full(chunks: Iterator[bytes]) -> Iterator[bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")
        yield from chunks

    real = writing.TreeWriter._staged
    monkeypatch.setattr(writing.TreeWriter, "_staged", lambda self, path, meta, chunks: real(self, path, meta, full(chunks)))  # fmt: skip
    with pytest.raises(UsageError, match="submissions: cannot be written: No space left on device; what was collected"):
        bench.collect(bench.put({"a_1_9_softmax-1.py": "2"}))
    assert bench.tree() == before


def test_a_run_that_was_killed(bench: Any) -> None:
    """What a killed run left lying is said, and not taken for a student."""
    (bench.into / ".mlgrade-tmp-x1/staged").mkdir(parents=True)
    account = bench.collect(bench.put({"ada/softmax.py": "x"}))
    assert "was left by a run that was killed" in account.notes[0]


def test_killed_before_it_could_write_down(bench: Any) -> None:
    """Files without a manifest are recognised by their bytes and adopted, so that a later attempt replaces them."""
    path = bench.put({"a_1_2_softmax.py": "1"})
    bench.collect(path)
    (bench.into / manifest.FILE).unlink()
    assert bench.collect(path).complete
    bench.collect(bench.put({"a_1_9_softmax-1.py": "2"}))
    assert bench.work()["a-1/softmax.py"] == "2"


@pytest.mark.parametrize("text", ["", "{}x", '{"mlgrade": "collect/9"}', "[" * 100_000, "\udcff"])
def test_a_manifest_that_is_none(bench: Any, text: str) -> None:
    """A manifest that cannot be read stops the run, before anything is written."""
    bench.into.mkdir()
    (bench.into / manifest.FILE).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError, match="not as mlgrade collect left it"):
        bench.collect(bench.put({"ada/softmax.py": "x"}))
    assert bench.work() == {}


def test_into_a_file(bench: Any) -> None:
    """A file under the name of the tree is not touched."""
    bench.into.write_text("mine")
    with pytest.raises(UsageError, match="is a file; --into needs a folder"):
        bench.collect(bench.put({"ada/softmax.py": "x"}))
    assert bench.into.read_text() == "mine"


def test_the_manifest_is_plain(bench: Any) -> None:
    """It says which folder is whose, and the hash of each file that we wrote."""
    bench.collect(bench.put({"a_1_2_softmax.py": "1"}))
    book = json.loads(bench.tree()[manifest.FILE])
    assert book["mlgrade"] == "collect/1"
    assert list(book["folders"].values()) == ["a-1"]
    assert len(book["files"]["a-1"]["softmax.py"]["sha256"]) == 64
