"""Search a student edition, and what is handed out with it, for what students must not get.

The edition is built from an allow-list; this search is made against mistakes. It finds whole hidden files, lines of
hidden files in text and in the cells and outputs of notebooks, the seed, the staff's course.yml, and files that have no
place in an edition. Archives are refused: what is packed cannot be searched. Nothing that is searched is run.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mlgrade import course as courses
from mlgrade.authoring.release.hidden import ENOUGH, HiddenFiles, HiddenLine, squeeze
from mlgrade.course.model import Attempts, Late
from mlgrade.errors import CourseError, SubmissionError, UsageError
from mlgrade.files import FileKind, list_beneath, read_beneath, safe_read
from mlgrade.text import one_line

MOST_BYTES = 64 * 1024 * 1024  # of one file
MOST_TOTAL = 8 * MOST_BYTES
MOST_FILES = 20_000
SHORTEST_SEED = 6  # digits; a shorter number is anybody's

_STAFF = re.compile(r"(^|/)(solutions|tests/(hidden|misconceptions|alternatives|mutation))(/|$)", re.IGNORECASE)
_BACKUP = re.compile(r"~$|\.(swp|swo|swn|orig|bak|rej)$|^\.#|^#.*#$", re.IGNORECASE)
_HISTORY = {".git", ".hg", ".svn", ".jj"}
_DATABASE = re.compile(r"\.(db|sqlite3?)(-wal|-journal|-shm)?$", re.IGNORECASE)
_DOCUMENTS = {".docx", ".odp", ".ods", ".odt", ".pptx", ".xlsx"}  # zip archives by their bytes, documents by their use
_ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x28\xb5\x2f\xfd",
)
_ODD = {FileKind.LINK: "a link; a release holds files", FileKind.OTHER: "a pipe or a device, not a file"}


class Leak(NamedTuple):
    """Something that must not go out, and where it is."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{one_line(self.place)}: {one_line(self.what)}"


class ReleaseFile(NamedTuple):
    """A file that would go out; `problem` says why it could not be read, or may not be in a release."""

    place: str
    data: bytes = b""
    problem: str = ""


def search(files: Iterable[ReleaseFile], hidden: HiddenFiles) -> list[Leak]:
    """Return everything that is wrong with the files of a release, in their order."""
    return [leak for file in files for leak in _search(file, hidden)]


def _search(file: ReleaseFile, hidden: HiddenFiles) -> Iterator[Leak]:
    digest = hashlib.sha256(file.data).hexdigest()
    if problem := file.problem or _refused_name(file.place) or _refused_content(file):
        yield Leak(file.place, problem)
    elif digest in hidden.hashes:
        yield Leak(file.place, f"the whole of {hidden.hashes[digest]}")
    else:
        yield from _hits(list(_texts(file)), hidden)


def _hits(texts: Iterable[tuple[str, str]], hidden: HiddenFiles) -> Iterator[Leak]:
    """Yield one leak for each hidden file of which enough was found; one short line is an accident."""
    found: dict[str, dict[HiddenLine, str]] = {}
    for place, text in texts:
        for line, source in hidden.find(squeeze(text)):
            found.setdefault(source.file, {}).setdefault(source, f"{place}:{line}")
        if len(hidden.seed) >= SHORTEST_SEED and (at := text.find(hidden.seed)) >= 0:
            yield Leak(f"{place}:{text.count(chr(10), 0, at) + 1}", "the seed of the random inputs (course.yml)")
    for lines in found.values():
        if sum(source.weight for source in lines) >= ENOUGH:
            first, place = next(iter(lines.items()))
            more = f", and {len(lines) - 1} more" if len(lines) > 1 else ""
            yield Leak(place, f"{first.what} ({first.place}{more})")


# -- one file -------------------------------------------------------------------------------------------------


def _texts(file: ReleaseFile) -> Iterator[tuple[str, str]]:
    """Yield the texts of a file with their places: those of a notebook by cell and output."""
    text = _decoded(file.data)
    if file.place.lower().endswith(".ipynb"):
        try:
            yield from _of_notebook(file.place, json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            yield file.place, text  # not a notebook: it is searched as the text that it is
    else:
        yield file.place, text


def _of_notebook(place: str, notebook: dict[str, list[dict[str, object]]]) -> Iterator[tuple[str, str]]:
    for number, cell in enumerate(notebook["cells"]):
        for name, value in cell.items():
            yield from _strings(f"{place}: cells[{number}].{name}", value)
    yield from _strings(f"{place}: metadata", notebook.get("metadata"))


def _strings(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list) and all(isinstance(one, str) for one in value):
        yield place, "".join(value)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _strings(f"{place}[{number}]", one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _strings(f"{place}.{name}", one)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # some editors write no UTF-8; code is ASCII all the same


def _refused_name(place: str) -> str:
    """Say why a file of this path may not be in a release whatever it holds, or nothing."""
    parts = PurePosixPath(place.replace("\\", "/")).parts
    name = parts[-1] if parts else ""
    if found := _HISTORY.intersection(parts):
        return f"in {min(found)}, which keeps everything that ever was in the folder"
    if ".venv" in parts or name == "pyvenv.cfg":
        return "an environment of Python's; each student makes one"
    if _STAFF.search("/".join(parts)):
        return "in a folder of the staff's"
    if "__pycache__" in parts or name.lower().endswith((".pyc", ".pyo")):
        return "compiled Python; a release holds sources"
    if ".ipynb_checkpoints" in parts or any(_BACKUP.search(part) for part in parts):
        return "an editor's backup"
    return "a database, such as a gradebook" if _DATABASE.search(name) else ""


def _refused_content(file: ReleaseFile) -> str:
    """Say the same of what a file holds under whatever name."""
    suffix = PurePosixPath(file.place).suffix.lower()
    if (file.data.startswith(_ARCHIVES) and suffix not in {*_DOCUMENTS, ".npz"}) or file.data[257:262] == b"ustar":
        return "an archive; it cannot be searched, so add its files unpacked"
    if file.data[2:4] == b"\r\n" and len(file.data) > 16 and file.data[16:17] in (b"\xe3", b"c"):
        return "compiled Python; a release holds sources"
    if file.data.startswith(b"SQLite format 3\0"):
        return "a database, such as a gradebook"
    return _staffs_course(file) if PurePosixPath(file.place).name == courses.FILE else ""


def _staffs_course(file: ReleaseFile) -> str:
    try:
        course = courses.parse(file.data.decode("utf-8", "replace"))
    except CourseError:
        return ""
    mild = course.edition and (course.seed, course.late, course.attempts) == (0, Late(), Attempts())
    return "" if mild else "the staff's course.yml, with what is theirs; an edition has one of its own"


# -- what somebody made: a folder, a zip, a file --------------------------------------------------------------


def read_release(path: Path) -> Iterator[ReleaseFile]:
    """Read every file under a folder, by its place in it; of a zip, its entries; or the one file, by its name.

    No link is followed and no pipe opened. Raises UsageError for what cannot be read at all or is too much.
    """
    if path.is_symlink():
        yield ReleaseFile(path.name, problem=_ODD[FileKind.LINK])
    elif path.is_dir():
        yield from _bounded(_walk(path, ""), path)
    elif path.suffix.lower() == ".zip":
        yield from _bounded(_entries(path), path)
    else:
        try:
            yield ReleaseFile(path.name, safe_read(path, MOST_BYTES))
        except (OSError, SubmissionError) as error:
            raise UsageError(f"{one_line(str(path))}: {_meaning(error)}") from None


def _bounded(files: Iterable[ReleaseFile], path: Path) -> Iterator[ReleaseFile]:
    total = 0
    for number, file in enumerate(files):
        total += len(file.data)
        if number >= MOST_FILES or total > MOST_TOTAL:
            raise UsageError(f"{path}: more than {MOST_FILES} files or {MOST_TOTAL} bytes; search it in parts")
        yield file


def _walk(root: Path, folder: str) -> Iterator[ReleaseFile]:
    try:
        listed = sorted(list_beneath(root, folder))
    except OSError as error:
        raise UsageError(f"{root / folder}: {error.strerror}") from None
    for entry in listed:
        place = f"{folder}/{entry.name}".lstrip("/")
        if problem := _ODD.get(entry.kind) or _refused_name(place):
            yield ReleaseFile(place, problem=problem)
        elif entry.kind is FileKind.FOLDER:
            yield from _walk(root, place)
        else:
            yield _file(root, place)


def _file(root: Path, place: str) -> ReleaseFile:
    try:
        return ReleaseFile(place, read_beneath(root, place, MOST_BYTES))
    except SubmissionError as error:
        return ReleaseFile(place, problem=str(error).removeprefix(f"{place}: "))


def _entries(path: Path) -> Iterator[ReleaseFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield _entry(archive, info)
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise UsageError(f"{one_line(str(path))}: {_meaning(error)}") from None


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ReleaseFile:
    if (info.external_attr >> 28) == 0o12:
        return ReleaseFile(info.filename, problem=_ODD[FileKind.LINK])
    try:
        with archive.open(info) as entry:
            data = entry.read(MOST_BYTES + 1)
    except (OSError, RuntimeError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        return ReleaseFile(info.filename, problem=f"cannot be read: {one_line(str(error))}")
    if len(data) > MOST_BYTES:
        return ReleaseFile(info.filename, problem=f"unpacks to more than {MOST_BYTES} bytes")
    return ReleaseFile(info.filename, data)


def _meaning(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "cannot be read"
    return str(error).rpartition(": ")[2]
