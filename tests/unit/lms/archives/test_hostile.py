"""Untrusted archives: each entry is collected or refused with its reason, and nothing is written outside the tree."""

from __future__ import annotations

import os
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.errors import UsageError
from mlgrade.lms.archives.entries import MIB, Bounds

GOOD = "ada/softmax.py"


# -- what is no archive ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"%PDF-1.7\n%...", "is a PDF under the name of a zip archive"),
        (b"", "is empty"),
        (b"\n<!DOCTYPE html><title>Log in</title>", "is a web page"),
        (b"\x1f\x8b\x08\x00", "is a gzip file"),
        (b"Rar!\x1a\x07", "is a RAR archive"),
        (b"x = 1\n", "is not a zip archive"),
    ],
)
def test_files_that_are_no_archive(bench: Any, data: bytes, says: str) -> None:
    """A file that is no zip is reported in one sentence with its name, and nothing is written."""
    with pytest.raises(UsageError, match=rf"download\.zip: {says}"):
        bench.collect(bench.put(data))
    assert not bench.into.exists()


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
def test_a_truncated_archive(bench: Any, zipped: Any, keep: float) -> None:
    """A truncated download is reported as one, wherever it breaks off."""
    whole = zipped({f"ada/{number}.py": os.urandom(500) for number in range(20)})
    with pytest.raises(UsageError, match=r"download\.zip: breaks off"):
        bench.collect(bench.put(whole[: int(len(whole) * keep)]))
    assert not bench.into.exists()


def test_one_bad_archive_stops_all(bench: Any) -> None:
    """If one of two archives cannot be read, the other one is not half collected."""
    with pytest.raises(UsageError, match="PDF"):
        bench.collect(bench.put({GOOD: "x"}), bench.put(b"%PDF", "second.zip"))
    assert not bench.into.exists()


def test_a_damaged_list(bench: Any, zipped: Any) -> None:
    """A list of entries that is not one is damage of the whole archive."""
    data = zipped({GOOD: "x = 1"}).replace(b"PK\x01\x02", b"PK\x01\x03")
    with pytest.raises(UsageError, match="damaged"):
        bench.collect(bench.put(data))


def test_no_files(bench: Any, zipped: Any) -> None:
    """An archive without files is reported, and so is a missing one."""
    with pytest.raises(UsageError, match="holds no files"):
        bench.collect(bench.put(zipped({})))
    with pytest.raises(UsageError, match=r"nowhere\.zip: cannot be read: No such file"):
        bench.collect(bench.root / "nowhere.zip")


# -- entries that are refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        ({"name": "../up.py"}, "climbs out"),
        ({"name": "ada/../../up.py"}, "climbs out"),
        ({"name": "/etc/cron.d/x"}, "absolute"),
        ({"name": "C:/Windows/x.py"}, "absolute"),
        ({"name": "c:x.py"}, "absolute"),
        ({"name": "ada\\..\\..\\up.py"}, "backslashes"),
        ({"name": "\\\\server\\share\\x"}, "backslashes"),
        ({"name": "ada/a\0.py"}, "zero byte"),
        ({"name": "./"  * 3 + "/", "size": 1}, "no name"),
        ({"name": "a/" * 30 + "x.py"}, "deeper than"),
        ({"name": "ada/" + "x" * 2000}, "longer than"),
        ({"name": "ada/link", "mode": 0o120777, "data": b"/etc/passwd"}, "symbolic link"),
        ({"name": "ada/pipe", "mode": 0o010644}, "a pipe"),
        ({"name": "ada/disk", "mode": 0o060644}, "a device"),
        ({"name": "ada/folder", "mode": 0o040755}, "a folder in the place"),
        ({"name": "ada/secret.py", "flags": 1}, "encrypted"),
        ({"name": "ada/packed.py", "method": 14}, "method 14"),
        ({"name": "ada/wrong.py", "crc": 1}, "damaged"),
        ({"name": "ada/short.py", "size": 999}, "damaged"),
        ({"name": "ada/long.py", "size": 2}, "damaged"),
        ({"name": "ada/noise.py", "packed": b"\xff\xff\xff\xff"}, "damaged"),
        ({"name": "ada/two.py", "local_name": b"ada/one.py"}, "damaged"),
        ({"name": "ada/lost.py", "offset": 7, "packed": b""}, "damaged"),
        ({"name": "ada/huge.py", "size": 0xFFFFFFFF}, "4294967295 bytes packed into"),
        ({"name": "ada/zeros.py", "data": bytes(3 * MIB)}, "more than 200 to 1"),
    ],
)  # fmt: skip
def test_a_hostile_entry(bench: Any, forged: Any, entry: Any, hostile: dict[str, Any], reason: str) -> None:
    """It is refused with its reason; the valid entries are collected; nothing is written outside the tree."""
    before = {"name": "eve/norm.py"}
    account = bench.collect(bench.put(forged(entry(**before), entry(**hostile), entry(GOOD))))
    reasons = [one.reason for one in account.refused]
    assert len(reasons) == 1, reasons
    assert reason in reasons[0]
    assert "ada/softmax.py" in bench.work()
    assert set(bench.work()) <= {"ada/softmax.py", "eve/norm.py"}
    assert sorted(os.listdir(bench.root)) == ["download.zip", "submissions"]
    assert not account.complete


def test_junk_of_systems(bench: Any) -> None:
    """What a Mac or Windows adds is skipped and counted, and the run is complete."""
    account = bench.collect(bench.put({GOOD: "x", "__MACOSX/ada/._softmax.py": "j", "ada/.DS_Store": "j", "ada/._a": "j", "ada/Thumbs.db": "j"}))  # fmt: skip
    assert (account.archives[0].passed_over, account.complete, list(bench.work())) == (4, True, [GOOD])


# -- bombs ----------------------------------------------------------------------------------------------------


def test_bounds_of_size(bench: Any) -> None:
    """One file that is too large, and a sum that is, cost only the files beyond."""
    files = {f"s{number}/softmax.py": os.urandom(1000) for number in range(5)} | {"s5/softmax.py": os.urandom(3000)}
    account = bench.collect(bench.put(files), bounds=Bounds(entry=2000, total=3500))
    assert [one.entry for one in account.refused] == ["s3/softmax.py", "s4/softmax.py", "s5/softmax.py"]
    assert len(account.folders) == 3


def test_a_bomb_of_many_entries(bench: Any, forged: Any, entry: Any) -> None:
    """More entries than any class hands in are not even listed."""
    data = forged(*(entry(f"a/{number}", b"", 0) for number in range(60_000)))
    tracemalloc.start()
    try:
        with pytest.raises(UsageError, match="more than 50000 entries in one run; collect it in parts"):
            bench.collect(bench.put(data))
        assert tracemalloc.get_traced_memory()[1] < 40 * MIB
    finally:
        tracemalloc.stop()


def test_headers_in_a_file_are_no_entries(bench: Any, forged: Any, entry: Any) -> None:
    """A student's file full of headers does not keep the class from being collected."""
    account = bench.collect(bench.put(forged(entry("ada/x.bin", b"PK\x01\x02" * 60_000, 0), entry(GOOD))))
    assert account.complete


def test_many_entries_in_zips_within(bench: Any, zipped: Any) -> None:
    """Entries of a submitted zip count once, also when it is opened again to be written."""
    inner = {name: zipped({f"{number}.txt": "x" for number in range(40)}) for name in ("ada/a.zip", "bob/b.zip")}
    account = bench.collect(bench.put(inner), bounds=Bounds(entries=90))
    assert (account.complete, len(bench.work())) == (True, 80)


def test_a_bomb_of_quoted_headers(bench: Any, forged: Any, entry: Any) -> None:
    """Entries that share one kernel of zeros unpack to no more than the bounds, whatever their headers say."""
    other_names = forged(*(entry(f"a/{number}", bytes(900_000), offset=0) for number in range(50)))
    account = bench.collect(bench.put(other_names))
    assert len(account.refused) == 49
    one_name = forged(*(entry("b/kernel", bytes(900_000), offset=0) for _ in range(50)))
    bench.collect(bench.put(one_name), bounds=Bounds(total=5_000_000))
    assert sum(len(data) for name, data in bench.tree().items() if name.startswith("b/k")) <= 5_000_000
    small = forged(*(entry("c/kernel", bytes(900_000), offset=0, size=1000) for _ in range(50)))
    account = bench.collect(bench.put(small))
    assert len(account.refused) == 50


def test_a_bomb_within(bench: Any, zipped: Any) -> None:
    """A zip that was handed in is opened under the same bounds; a zip within it is not."""
    bomb = zipped({"zeros.py": bytes(20 * MIB), "norm.py": "n = 1", "more.zip": zipped({"x.py": "x"})})
    account = bench.collect(bench.put({"ada/hw.zip": bomb, "bob/softmax.py": "x"}))
    assert bench.work() == {"ada/norm.py": "n = 1", "bob/softmax.py": "x"}
    reasons = {one.entry: one.reason for one in account.refused}
    assert "to 1" in reasons["zeros.py"]
    assert "a zip within a submitted zip" in reasons["more.zip"]
    assert all(one.archive.endswith("download.zip: ada/hw.zip") for one in account.refused)


def test_memory_is_bounded(bench: Any, zipped: Any) -> None:
    """Files of many MiB pass through in pieces, also those of a zip within."""
    large = os.urandom(20 * MIB)
    path = bench.put({"ada/a.bin": large, "ada/b.zip": zipped({"c.bin": large}), "ada/zeros": bytes(MIB)})
    tracemalloc.start()
    try:
        bench.collect(path)
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()
    assert len(bench.tree()["ada/b/c.bin"]) == 20 * MIB


def test_many_zips_in_turn(bench: Any, zipped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two handed-in zips whose files interleave by name are still opened once each for writing."""
    from mlgrade.lms.archives import zips

    opened = []
    real = zips.TemporaryFile
    monkeypatch.setattr(zips, "TemporaryFile", lambda: opened.append(1) or real())
    one = zipped({f"{number}.txt": "x" for number in range(20)})
    bench.collect(bench.put({"ada/a.zip": one, "ada/b.zip": zipped({f"{number}.txt": "y" for number in range(20)})}))
    assert len(opened) == 4


# -- zips within ----------------------------------------------------------------------------------------------


def test_a_pdf_as_zip_within(bench: Any) -> None:
    """What a student calls a zip and is none is kept as it is, with a note."""
    account = bench.collect(bench.put({"ada/hw.zip": "%PDF-1.4", "ada/softmax.py": "x"}))
    assert bench.work() == {"ada/hw.zip": "%PDF-1.4", "ada/softmax.py": "x"}
    assert "is a PDF under the name of a zip archive; kept as it is" in account.notes[0]
    assert account.complete


def test_a_zip_within_with_bad_bytes(bench: Any, forged: Any, entry: Any, zipped: Any) -> None:
    """A zip within whose own checksum is wrong is refused once, with the reason."""
    account = bench.collect(bench.put(forged(entry("ada/hw.zip", zipped({"a.py": "x"}), crc=3), entry(GOOD))))
    assert [(one.entry, "damaged" in one.reason) for one in account.refused] == [("ada/hw.zip", True)]
    assert list(bench.work()) == [GOOD]


# -- names ----------------------------------------------------------------------------------------------------


def test_doubled_names(bench: Any, forged: Any, entry: Any) -> None:
    """Two entries of one name, and names that differ in case only, stay two files on every system."""
    data = forged(
        entry(GOOD, b"1"), entry(GOOD, b"2"), entry("ada/Softmax.py", b"3"), entry("ada/\u017foftmax.py", b"4")
    )
    account = bench.collect(bench.put(data))
    assert bench.work() == {"ada/softmax.py": "1", "ada/softmax~2.py": "2", "ada/Softmax~3.py": "3", "ada/\u017foftmax~4.py": "4"}  # fmt: skip
    assert len(account.misnamed) == 3


def test_a_file_that_is_a_folder_too(bench: Any, forged: Any, entry: Any) -> None:
    """An entry below another entry's file gets a folder of its own, and both orders are written."""
    for number, order in enumerate((("ada/a", "ada/a/b"), ("ada/a/b", "ada/a"))):
        bench.into = bench.root / f"tree{number}"
        bench.collect(bench.put(forged(*(entry(name, name.encode()) for name in order))))
        assert sorted(bench.work().values()) == ["ada/a", "ada/a/b"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("CON", "_CON"),
        ("aux.py", "_aux.py"),
        ("LPT1.txt", "_LPT1.txt"),
        ("com¹", "_com¹"),
        ("softmax.py. .", "softmax.py"),
        ("a<b>|c?*.py", "a_b__c__.py"),
        (".mlgrade-handin.json", "_.mlgrade-handin.json"),
        (".others", "_.others"),
        ("-rf", "_-rf"),
        ("\u202eyp.xam", "_yp.xam"),
        ("a\nb\x1b[31m.py", "a_b_[31m.py"),
    ],
)
def test_names_that_no_system_should_hold(bench: Any, forged: Any, entry: Any, name: str, written: str) -> None:
    """Reserved, hidden and deceiving names are written under one that we make, and this is said."""
    account = bench.collect(bench.put(forged(entry(f"ada/{name}"))))
    assert list(bench.work()) == [f"ada/{written}"]
    assert [one.file for one in account.renamed] == [written]


def test_an_exact_name_goes_first(bench: Any, forged: Any, entry: Any) -> None:
    """A name that only becomes softmax.py when it is made safe does not take the place of the file of this name."""
    bench.collect(bench.put(forged(entry("ada/softmax.py.", b"late"), entry("ada/softmax.py", b"right"))))
    assert bench.work() == {"ada/softmax.py": "right", "ada/softmax~2.py": "late"}


@pytest.mark.parametrize(
    ("raw", "flags", "encoding", "folder"),
    [
        ("zoë".encode(), 0x800, "", "zoë"),
        ("zoë".encode(), 0, "", "zoë"),
        ("zoë".encode("cp850"), 0, "cp850", "zoë"),
        ("Łukasz".encode("cp852"), 0, "cp852", "Łukasz"),
        ("花子".encode("cp932"), 0, "cp932", "花子"),
        ("zoë".encode("latin-1"), 0, "", "zoδ"),  # the name is wrong, and this is noted
    ],
)
def test_encodings(bench: Any, forged: Any, entry: Any, raw: bytes, flags: int, encoding: str, folder: str) -> None:
    """Names are UTF-8, else in the code page that the TA names, else guessed and said; never a failure."""
    account = bench.collect(bench.put(forged(entry(raw + b"/norm.py", flags=flags))), encoding=encoding)
    assert list(bench.work()) == [f"{folder}/norm.py"]
    assert bool(account.notes) == (folder == "zoδ")


def test_a_name_that_is_not_utf8(bench: Any, forged: Any, entry: Any) -> None:
    """An archive whose names are marked as UTF-8 and are not is refused, with the way out."""
    with pytest.raises(UsageError, match="marked as UTF-8 and is not; unpack it and give the folder"):
        bench.collect(bench.put(forged(entry("zoë/norm.py".encode("latin-1"), flags=0x800))))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "undefined"])
def test_no_such_encoding(bench: Any, encoding: str) -> None:
    """A code page that is none is a sentence that names some."""
    with pytest.raises(UsageError, match=f'no encoding "{encoding}"'):
        bench.collect(bench.put({GOOD: "x"}), encoding=encoding)


# -- archives with a past -------------------------------------------------------------------------------------


def test_something_before_the_archive(bench: Any, forged: Any, entry: Any) -> None:
    """An archive behind a program that unpacks it is read as one."""
    bench.collect(bench.put(forged(entry(GOOD, b"x"), before=b"#!/bin/sh\n" * 40)))
    assert bench.work() == {GOOD: "x"}


def test_large_archives(bench: Any) -> None:
    """The wide form (zip64), which packers that stream use for small files too, is read."""
    import io
    import zipfile

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive, archive.open(GOOD, "w", force_zip64=True) as file:
        file.write(b"x")
    bench.collect(bench.put(held.getvalue()))
    assert bench.work() == {GOOD: "x"}


def test_more_entries_than_sixteen_bits(bench: Any) -> None:
    """An archive of 70,000 entries is read through its wide end record, when the bounds allow so many."""
    import io
    import zipfile

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(GOOD, "x")
        for number in range(70_000):
            archive.writestr(f"__MACOSX/{number}", b"")
    account = bench.collect(bench.put(held.getvalue()), bounds=Bounds(entries=80_000))
    assert (account.archives[0].passed_over, bench.work()) == (70_000, {GOOD: "x"})


# -- folders --------------------------------------------------------------------------------------------------


def test_a_folder_with_traps(bench: Any) -> None:
    """Links out of a folder are refused, pipes are not opened, and both have their reason."""
    folder = bench.root / "given"
    (folder / "ada").mkdir(parents=True)
    (folder / "ada/softmax.py").write_text("x")
    (folder / "ada/link.py").symlink_to("/etc/passwd")
    (folder / "bob").symlink_to("/etc")
    os.mkfifo(folder / "ada/pipe.py")
    (folder / "ada/__MACOSX").mkdir()
    deep = folder / "ada" / "/".join("d" * 12)
    deep.mkdir(parents=True)
    (deep / "x.py").write_text("x")
    account = bench.collect(folder)
    assert bench.work() == {GOOD: "x"}
    assert {one.entry: one.reason for one in account.refused} == {
        "ada/link.py": "a symbolic link, not a file",
        "bob": "a symbolic link, not a file",
        "ada/pipe.py": "a pipe, not a file",
        "ada/" + "/".join("d" * 8): "deeper than 8 folders",
    }


def test_a_folder_that_changes_while_it_is_read(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that became a link, grew or went away since it was listed is refused, not followed or cut."""
    from mlgrade.lms.archives import collect

    folder, real = bench.root / "given/ada", collect.plan
    folder.mkdir(parents=True)
    for name in ("grown", "gone", "link", "same"):
        (folder / name).write_text("x")

    def meanwhile(*arguments: Any) -> Any:
        (folder / "grown").write_text("much more")
        (folder / "gone").unlink()
        (folder / "link").unlink()
        (folder / "link").symlink_to("/etc/passwd")
        return real(*arguments)

    monkeypatch.setattr(collect, "plan", meanwhile)
    account = bench.collect(bench.root / "given")
    assert bench.work() == {"ada/same": "x"}
    assert [one.entry for one in account.refused] == ["ada/gone", "ada/grown", "ada/link"]


def test_a_folder_with_a_name_in_other_bytes(bench: Any) -> None:
    """A name that is no text on this system is spelled out, and its file collected."""
    folder = bench.root / "given"
    (folder / "ada").mkdir(parents=True)
    os.close(os.open(os.fsencode(folder / "ada") + b"/\xff.py", os.O_CREAT))
    bench.collect(folder)
    assert list(bench.work()) == ["ada/_.py"]


@pytest.mark.parametrize("into", ["given", "given/deep", "."])
def test_a_tree_within_its_source(bench: Any, into: str) -> None:
    """A run that would read what it writes is refused."""
    (bench.root / "given/ada").mkdir(parents=True)
    bench.into = bench.root / into
    with pytest.raises(UsageError, match="lie in one another"):
        bench.collect(bench.root / "given")


# -- whatever comes -------------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.text(max_size=40),
    st.binary(max_size=40),
    st.lists(st.sampled_from(["..", ".", "", "ada", "CON", "a ", "softmax.py", "~", "A", "a", "\\", "c:", "\u202e", "é", "e\u0301", "x.zip"]), max_size=6).map("/".join),
)  # fmt: skip


@given(names=st.lists(NAMES, min_size=1, max_size=8), style=st.sampled_from(["{}", "obrien_12_34_{}", "A B_7_assignsubmission_file/{}"]))  # fmt: skip
def test_any_names(new_bench: Any, forged: Any, entry: Any, names: list[str | bytes], style: str) -> None:
    """Whatever the names: no crash, nothing outside, every file collected or refused, and twice the same tree."""
    raw = [name if isinstance(name, bytes) else name.encode("utf-8", "replace") for name in names]
    head, _, tail = style.partition("{}")
    entries = [entry(head.encode() + name + tail.encode(), str(number).encode()) for number, name in enumerate(raw)]
    with tempfile.TemporaryDirectory() as folder:
        bench = new_bench(Path(folder))
        path = bench.put(forged(*entries))
        account = bench.collect(path)
        files = sum(len(one.files) + one.others for one in account.folders)
        assert files + len(account.refused) + account.archives[0].passed_over == len(entries)
        tree = bench.tree() if bench.into.exists() else {}
        assert sum(not Path(name).name.startswith(".mlgrade-") for name in tree) == files
        assert set(os.listdir(folder)) <= {"download.zip", "submissions"}
        again = bench.collect(path)
        assert (bench.tree() if bench.into.exists() else {}) == tree
        assert {str(one.state) for one in again.folders} <= {"as before"}


@given(data=st.data())
def test_any_damage(new_bench: Any, zipped: Any, data: st.DataObject) -> None:
    """An archive with any bytes changed is read, refused in parts, or refused in one sentence; never a crash."""
    whole = bytearray(zipped({"ada/softmax.py": "x = 1\n" * 50, "bob/hw.zip": zipped({"norm.py": "n = 2\n"})}))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        bench = new_bench(Path(folder))
        try:
            bench.collect(bench.put(bytes(whole)))
        except UsageError:
            assert not bench.into.exists()
        assert set(os.listdir(folder)) <= {"download.zip", "submissions"}
