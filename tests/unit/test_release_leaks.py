"""What must not go out is found in text, code and notebooks, and what may go out is not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.authoring.release import leaks, package
from mlgrade.authoring.release.hidden import HiddenFiles, squeeze
from mlgrade.authoring.release.leaks import ReleaseFile
from mlgrade.course import Course
from mlgrade.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = (ROOT / "solutions/softmax.py").read_text(encoding="utf-8")
HIDDEN = (ROOT / "tests/hidden/test_softmax.py").read_text(encoding="utf-8")
CHECK = re.search(r"def test_square_matrix.*?\n\n\n", HIDDEN, re.DOTALL)[0].strip()  # type: ignore[index]  # it is there


@pytest.fixture(scope="module")
def real() -> Course:
    return courses.load(ROOT)


@pytest.fixture(scope="module")
def hidden(real: Course) -> HiddenFiles:
    return HiddenFiles(real)


def found(hidden: HiddenFiles, data: str | bytes, place: str = "notes.txt") -> list[str]:
    raw = data.encode() if isinstance(data, str) else data
    return [str(leak) for leak in leaks.search([ReleaseFile(place, raw)], hidden)]


# -- no false alarm -------------------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.parametrize("notebooks", [False, True])
def test_the_course_goes_out(real: Course, hidden: HiddenFiles, notebooks: bool) -> None:
    """The bundled course shares helpers, cases and prose between what is hidden and what is not; none of it is a leak."""
    files = package.build(real, notebooks=notebooks)
    assert [str(leak) for leak in leaks.search(package.searched(files), hidden)] == []


def test_one_short_line_is_an_accident(hidden: HiddenFiles) -> None:
    """A short line that a solution has too is not enough."""
    assert "z = np.asarray(z, dtype=float)" in SOLUTION
    assert found(hidden, "First: `z = np.asarray(z, dtype=float)`.") == []


def test_documents_are_not_archives(hidden: HiddenFiles) -> None:
    """Slides and arrays are zip files by their bytes, and go out."""
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("content.xml", "<p>Softmax</p>")
    assert found(hidden, file.getvalue(), "slides.pptx") == []
    assert found(hidden, file.getvalue(), "data.npz") == []


# -- leaks ----------------------------------------------------------------------------------------------------

HIDING: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a comment": lambda text: "".join(f"# {line}\n" for line in text.splitlines()),
    "in a docstring": lambda text: f'def f():\n    """See:\n\n{text.replace(chr(34), chr(39))}\n    """\n',
    "on one line": lambda text: " ".join(text.split()),
    "with other quotes": lambda text: text.replace('"', "'"),
    "as an example": lambda text: "".join(f"    >>> {line}\n" for line in text.splitlines()),
    "as a string": repr,
    "as JSON": lambda text: json.dumps({"text": text.splitlines(keepends=True)}),
    "in a page": lambda text: text.replace("<", "&lt;").replace(">", "&gt;"),
}


@pytest.mark.parametrize("how", HIDING)
@pytest.mark.parametrize("what", [SOLUTION.partition("import numpy as np")[2], CHECK], ids=["solution", "check"])
def test_text(hidden: HiddenFiles, what: str, how: str) -> None:
    """A solution and a hidden check are found in whatever way they are written down."""
    assert found(hidden, HIDING[how](what)) != []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_editors(hidden: HiddenFiles, encoding: str) -> None:
    """The encodings that editors write make no difference."""
    assert found(hidden, f"# caf\u00e9\n{SOLUTION}".replace("\n", "\r\n").encode(encoding, "replace")) != []


@pytest.mark.parametrize("path", ["solutions/norm.py", "tests/hidden/test_norm.py", "tests/misconceptions/norm.py"])
def test_whole_files(hidden: HiddenFiles, path: str) -> None:
    """A whole hidden file under another name is said to be that file."""
    [leak] = found(hidden, (ROOT / path).read_bytes(), "week1/notes.txt")
    assert leak.startswith("week1/notes.txt: the whole of ")
    assert leak.endswith(f"({path})")


NOTEBOOKS = {
    "cells[0].source": {"cell_type": "code", "source": f"\n\n{CHECK}", "outputs": []},
    "cells[0].outputs[0].text": {"cell_type": "code", "source": [], "outputs": [{"text": CHECK.splitlines(True)}]},
    "cells[0].outputs[0].data.text/plain": {"cell_type": "code", "outputs": [{"data": {"text/plain": CHECK}}]},
    "cells[0].metadata.note": {"cell_type": "markdown", "source": "", "metadata": {"note": CHECK}},
}


@pytest.mark.parametrize("place", NOTEBOOKS)
def test_notebooks(hidden: HiddenFiles, place: str) -> None:
    """The place in a notebook is the cell and its part."""
    [leak] = found(hidden, json.dumps({"cells": [NOTEBOOKS[place]], "metadata": {}}), "a.ipynb")
    assert re.match(rf"a\.ipynb: {re.escape(place)}:\d+: a hidden suite \(tests/hidden/test_softmax\.py:", leak)


def test_what_is_no_notebook_is_text(hidden: HiddenFiles) -> None:
    """A file that only has the name of a notebook is searched as text."""
    for text in (CHECK, f'{{"cells": 3}}\n{CHECK}', json.dumps({"cells": [CHECK]})):
        assert found(hidden, text, "a.ipynb") != []


def test_the_seed(hidden: HiddenFiles, real: Course) -> None:
    """With the seed the random inputs could be drawn at home."""
    assert found(hidden, f"x\nseed = {real.seed}") == ["notes.txt:2: the seed of the random inputs (course.yml)"]


def test_the_staffs_own_course_file(hidden: HiddenFiles, course: Path) -> None:
    """The staff's course.yml is not that of an edition."""
    [leak] = found(hidden, (course / "course.yml").read_bytes(), "course.yml")
    assert "the staff's course.yml" in leak


# -- files that have no place in a release --------------------------------------------------------------------


def packed() -> dict[str, bytes]:
    with zipfile.ZipFile(zipped := io.BytesIO(), "w") as archive:
        archive.writestr("a.txt", "text")
    with tarfile.open(fileobj=(tar := io.BytesIO()), mode="w") as files:
        files.addfile(tarfile.TarInfo("a.txt"))
    return {
        "zip": zipped.getvalue(), "tar": tar.getvalue(), "gz": gzip.compress(b"text"), "bz2": bz2.compress(b"text"),
        "xz": lzma.compress(b"text"), "rar": b"Rar!" + bytes(50), "7z": b"7z\xbc\xaf" + bytes(50),
    }  # fmt: skip


@pytest.mark.parametrize("kind", packed())
def test_archives_are_refused(hidden: HiddenFiles, kind: str) -> None:
    """What is packed cannot be searched, whatever its name."""
    for name in (f"notes.{kind}", "notes.txt"):
        assert found(hidden, packed()[kind], name) == [
            f"{name}: an archive; it cannot be searched, so add its files unpacked"
        ]


def test_a_pickle_is_not_opened(hidden: HiddenFiles, tmp_path: Path) -> None:
    """Nothing that is searched is run."""

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    found(hidden, pickle.dumps(Trap()))
    assert list(tmp_path.iterdir()) == []


REFUSED = [
    ".git/config", "week1/.ipynb_checkpoints/a-checkpoint.ipynb", "Solutions/softmax.py", "exercises/softmax.py~", "a/.softmax.py.swp", "softmax.py.orig", "softmax.bak", "#softmax.py#",
    "__pycache__/softmax.cpython-311.pyc", "x.pyc", "gradebook.db", "solutions/softmax.py", "tests/hidden/test_softmax.py",
    "a/tests/misconceptions/softmax.py", ".venv/bin/python",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_never_go_out(hidden: HiddenFiles, name: str) -> None:
    """Some files are in no release whatever they hold."""
    assert len(found(hidden, b"", name)) == 1


def test_content_that_never_goes_out(hidden: HiddenFiles, tmp_path: Path) -> None:
    """Compiled Python and databases are known by their first bytes, and are not loaded."""
    import py_compile

    (tmp_path / "a.py").write_text("x = 1\n")
    compiled = py_compile.compile(str(tmp_path / "a.py"), cfile=str(tmp_path / "b"))
    assert compiled is not None
    assert found(hidden, Path(compiled).read_bytes(), "data.bin") == [
        "data.bin: compiled Python; a release holds sources"
    ]
    assert found(hidden, b"SQLite format 3\0" + bytes(100), "data.bin") == ["data.bin: a database, such as a gradebook"]


# -- reading --------------------------------------------------------------------------------------------------


def test_a_zip_is_read_entry_by_entry(tmp_path: Path) -> None:
    """A link and an entry that is damaged are said by name; the others are read."""
    path = tmp_path / "edition.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good.txt", "good")
        archive.writestr("bad.txt", "very bad content")
    path.write_bytes(path.read_bytes().replace(b"very bad", b"VERY bad"))
    read = {file.place: (file.data, file.problem) for file in leaks.read_release(path)}
    assert read["good.txt"] == (b"good", "")
    assert read["link"] == (b"", "a link; a release holds files")
    assert "Bad CRC-32" in read["bad.txt"][1]


def test_what_is_no_zip(tmp_path: Path) -> None:
    """A file that is no zip, or is not there, is one sentence."""
    (tmp_path / "a.zip").write_bytes(b"PK nothing")
    for name in ("a.zip", "gone.zip", "gone"):
        with pytest.raises(UsageError, match=re.escape(str(tmp_path / name))):
            list(leaks.read_release(tmp_path / name))


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to too much is said, and not unpacked further."""
    monkeypatch.setattr(leaks, "MOST_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(100_000))
    [file] = leaks.read_release(tmp_path / "a.zip")
    assert file.problem == "unpacks to more than 1000 bytes"


@given(st.binary(max_size=2000), st.sampled_from(["a.txt", "a.ipynb", "course.yml", "a.py"]))
def test_any_bytes(hidden: HiddenFiles, data: bytes, name: str) -> None:
    """Whatever a file holds, the search ends, and every leak is of that file."""
    assert all(leak.startswith(name) for leak in found(hidden, data, name))


@given(st.text())
def test_squeezed_lines(text: str) -> None:
    """Each position in a squeezed text is on the line that it came from."""
    squeezed = squeeze(text)
    for number, line in enumerate(text.split("\n"), 1):
        if short := squeeze(line).text:
            at = squeezed.starts[number - 1]
            assert squeezed.text.startswith(short, at)
            assert squeezed.line(at) == number
