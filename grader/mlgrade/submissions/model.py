"""Files, folders and notebooks to submissions: which concept, which bytes. Nothing is executed or parsed as Python.

A notebook is its code cells one below the other, as they were written. What of them is Python the worker decides.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.course import Course
from mlgrade.errors import SubmissionError, UsageError, closest
from mlgrade.files import read_beneath, safe_read
from mlgrade.sandbox import cells
from mlgrade.sandbox.protocol import Load, sayable
from mlgrade.text import one_line

MOST_BYTES = 4 * 1024 * 1024
SUFFIXES = (".py", ".ipynb")


class SourceText(msgspec.Struct, frozen=True):
    """The lines of a submission, to quote them with their places; of a notebook, by its cells."""

    filename: str
    lines: Sequence[str]
    cells: Sequence[tuple[int, int]] = ()

    def line(self, number: int) -> str:
        """Return a line of the source."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""  # the number came from the worker

    def cell(self, number: int) -> tuple[int, int]:
        """The first line and the number of the cell that a line is in."""
        return max(((start, cell) for start, cell in self.cells if start <= number), default=(1, 0))

    def place(self, number: int) -> str:
        """Return a line's place, as FILE:LINE or by its cell."""
        start, cell = self.cell(number)
        return f"{self.filename}:cell {cell}:{number - start + 1}" if cell else f"{self.filename}:{number}"

    def quote(self, number: int) -> str:
        """Return a line with its place."""
        text = self.line(number).strip()
        return f"{self.place(number)}: {text}" if text else ""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What one student handed in for one concept. `cells` holds the first line and the number of each code cell."""

    concept: str
    file: str
    source: bytes
    cells: Sequence[tuple[int, int]] = ()

    @property
    def name(self) -> str:
        """Return the name of the file without its folder."""
        return self.file.replace("\\", "/").rpartition("/")[2]

    @property
    def sha256(self) -> str:
        """Of the source; of a notebook also of where its cells begin, as that decides how it runs."""
        begins = "".join(f"\0{line}" for line, _ in self.cells)
        return hashlib.sha256(self.source + begins.encode()).hexdigest()

    @property
    def text(self) -> SourceText:
        """The source as lines. What is not UTF-8 is replaced."""
        return SourceText(self.file, lines_of(self.source.decode("utf-8-sig", "replace")), self.cells)

    @property
    def python(self) -> bytes:
        """The source without what only IPython understands, line for line, for whoever reads it without running it."""
        texts = cells.texts(self.source, [line for line, _ in self.cells])
        return "\n".join(cells.without_magics(text) for _, text in texts).encode() if self.cells else self.source


def find(paths: Iterable[Path], course: Course, concept: str = "") -> Iterator[Submission]:
    """Find the submissions in files and folders; of a folder, the files that are named after a concept."""
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path, course, concept)
        else:
            yield read(path, concept or concept_of(path, course))


def concept_of(path: Path, course: Course) -> str:
    """Return the concept that a file is of, by its name."""
    known = [known.id for known in course.concepts]
    if path.name in known and not path.exists():  # as the other commands take it
        raise UsageError(f'{path}: no such file; did you mean "{near(course.exercise(path.name))}"?')
    if path.stem in known:
        return path.stem
    raise UsageError(
        f'{path}: no concept "{path.stem}"{closest(path.stem, known)}; for a file under another name give --concept'
    )


def read(path: Path, concept: str) -> Submission:
    """Read a submission. Raise SubmissionError if it cannot be read."""
    return from_file(str(path), concept, _bytes(path))


def from_file(file: str, concept: str, raw: bytes) -> Submission:
    """Take the bytes of a file as a submission: a notebook by its ending, else Python."""
    if file.lower().endswith(".ipynb"):
        return notebook(file, concept, raw)
    return Submission(concept=concept, file=file, source=raw)


def from_source(given: str | bytes, concept: str) -> Submission:
    """Take a source itself as a submission."""
    try:
        source = given if isinstance(given, bytes) else given.encode()
    except UnicodeEncodeError:
        raise SubmissionError("the source has a character that no file can hold (half of a pair)") from None
    if len(source) > MOST_BYTES:
        raise SubmissionError(f"the source: {len(source)} bytes is too large for a submission")
    return Submission(concept=concept, file=f"{concept}.py", source=source)


def notebook(file: str, concept: str, raw: bytes) -> Submission:
    """Take a notebook's bytes; its cells are numbered as they stand in it, those of text included."""
    try:
        found = list(_code_cells(json.loads(raw)))
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        raise SubmissionError(f"{file}: not a notebook that can be read; open and save it in Jupyter once") from None
    return from_cells(file, concept, found)


def from_cells(file: str, concept: str, given: Iterable[tuple[int, str]]) -> Submission:
    """Take code cells, each with its number, as a submission."""
    rows: list[str] = []
    starts: list[tuple[int, int]] = []
    for number, text in given:
        starts.append((len(rows) + 1, number))
        rows += [*lines_of(text), ""]
    source = "\n".join(rows).encode(errors="replace")
    if len(source) > MOST_BYTES:
        raise SubmissionError(f"{file}: {len(source)} bytes of code is too large for a submission")
    return Submission(concept=concept, file=file, source=source, cells=starts)


def request(submission: Submission, course: Course) -> Load:
    """What a worker is told of a submission: its bytes and what the course allows, never a path."""
    concept = course.concept(submission.concept)
    return Load(
        source=submission.source,
        name=concept.id,
        filename=sayable(submission.name, 200),
        functions=concept.functions,
        imports=course.imports,
        forbid=concept.forbid,
        cells=[line for line, _ in submission.cells],
    )


def near(path: Path) -> Path:
    """A path as one would type it from here."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except (ValueError, RuntimeError):  # elsewhere, or a link that leads to itself
        return path


def _in_folder(folder: Path, course: Course, only: str) -> Iterator[Submission]:
    wanted = [course.concept(only)] if only else course.concepts
    found = [path for concept in wanted for suffix in SUFFIXES if (path := folder / f"{concept.id}{suffix}").exists()]
    if not found:
        names = ", ".join(f"{concept.id}.py" for concept in wanted[:3])
        raise SubmissionError(f"{folder}: no exercise of this course is in this folder (looked for {names}, ...)")
    yield from (read(path, path.stem) for path in found)


def _bytes(path: Path) -> bytes:
    if path.is_dir():  # some systems cannot open one, and say so less well
        raise SubmissionError(f"{path}: not a file")
    try:
        return safe_read(path, MOST_BYTES)
    except FileNotFoundError:
        raise SubmissionError(f"{path}: no such file{_near(path)}") from None
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{path}: cannot be read: {getattr(error, 'strerror', error)}") from None


def _near(path: Path) -> str:
    try:
        return closest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""


def _code_cells(data: Any) -> Iterator[tuple[int, str]]:
    for number, cell in enumerate(list(data["cells"]), 1):
        if cell["cell_type"] == "code":
            source = cell["source"]
            yield number, source if isinstance(source, str) else "".join(source)


def lines_of(text: str) -> list[str]:
    """Split as Python does: at its own line ends only, and not at a form feed or U+2028 inside a string."""
    return re.split(r"\r\n|\r|\n", text)


# -- entries -------------------------------------------------------------------------------------------------------

# What a class handed in, before anything is graded: plain data. Sources are read one by one, when their turn comes.

NAMED = 3  # files that a note names; of the others it says how many


class FileOutcome(StrEnum):
    """What became of a file, or of a student. Every file has exactly one of the first four."""

    TAKEN = "taken"
    PASSED_OVER = "passed_over"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"


class FolderLayout(StrEnum):
    """How a folder of submissions is laid out."""

    FOLDERS = "a folder for each student"
    FLAT = "a file for each student"


class DiscoveryNote(msgspec.Struct, frozen=True):
    """One line of the account of what is graded and what is not, safe to show. `place` is below the folder given."""

    place: str
    what: str
    kind: FileOutcome

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class StudentSubmission(msgspec.Struct, frozen=True):
    """One student's submission for one concept. `note` says what a reader of the grade should know of the file."""

    student: str
    submission: Submission
    submitted_at: datetime | None
    note: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):  # gc=False: many, and no circles
    """Where one submission lies. `path` is below `root`, with forward slashes."""

    student: str
    concept: str
    path: str
    root: Path
    submitted_at: datetime | None = None
    note: str = ""

    def read(self) -> StudentSubmission | DiscoveryNote:
        """Read the source. A file that went, changed its nature or cannot be a submission since is a note."""
        file = str(self.root / self.path)
        try:
            raw = read_beneath(self.root, self.path, MOST_BYTES)
            submission = from_file(file, self.concept, raw)
        except SubmissionError as error:
            what = str(error).removeprefix(f"{file}: ").removeprefix(f"{self.path}: ")
            return note([self.path], what, FileOutcome.REFUSED)
        return StudentSubmission(self.student, submission, self.submitted_at, self.note)


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """What will be graded, by student and in the order of the course, and an account of all that will not."""

    layout: FolderLayout
    entries: Sequence[Entry]
    notes: Sequence[DiscoveryNote]
    counts: Mapping[FileOutcome, int]  # of files, and for MISSING of students


def note(places: Iterable[str], what: str, kind: FileOutcome) -> DiscoveryNote:
    """A note on some files that have the same thing to be said of them."""
    names = [one_line(place) for place in places]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return DiscoveryNote(", ".join(names[:NAMED]) + more, one_line(what), kind)
