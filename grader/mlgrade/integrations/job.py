"""One student's folder, graded where the class is: the rules of discovery, the engine of `mlgrade grade`, no gradebook.

It runs in a container of somebody else, for one submission at a time, unattended. So what is printed goes to the
staff, what is written goes to the student, and a fault of ours writes no score.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from mlgrade import course as courses
from mlgrade.course import Concept, Course
from mlgrade.errors import SandboxError
from mlgrade.grading.grader import Grader
from mlgrade.results import ConceptReport, Isolation, Outcome, Status, Visibility
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.isolation import IDENTITY, LANDLOCK, level
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import Limits
from mlgrade.submissions import discover
from mlgrade.submissions.discover import DiscoveryNote, Entry
from mlgrade.text import one_line

OWNER_ONLY = 0o700


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """One concept of the job: its report, or why there is nothing to report on."""

    concept: Concept
    report: ConceptReport | None = None
    why: str = ""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one submission, in the order of the course. `files` says what became of its files."""

    course: Course
    concepts: Sequence[Handed]
    files: Sequence[str]
    walls: Sequence[str]

    @property
    def isolation(self) -> Isolation:
        """Return how strict the isolation was."""
        return Isolation(level(self.walls))

    @property
    def faults(self) -> list[str]:
        """What is the course's own fault, for its staff. With any of them there is no score to give."""
        reports = [handed.report for handed in self.concepts if handed.report]
        return [line for report in reports if report.status is Status.BROKEN for line in _broken(report)]


def run(root: Path, student: str, course: Path, concepts: Sequence[str], *, allow_weak_isolation: bool) -> Job:
    """Grade the folder `student` of `root`. Raises where there is no course, no folder or too few isolation layers."""
    with Host(launcher()) as host:  # first of all: the worker loads numpy while this process loads pytest
        found = courses.load(course)
        _require(host, found, concepts, allow_weak_isolation=allow_weak_isolation)
        taken = discover.take(root, found, concepts=concepts, students=[student])
        grader = Grader(found, concepts, host)
        entries = {entry.concept: entry for entry in taken.entries}
        handed = [_handed(found.concept(name), entries.get(name), student, grader) for name in concepts]
        files = [*_taken(entries.values(), student), *_notes(taken.notes, student)]
        return Job(course=found, concepts=handed, files=files, walls=host.walls)


def close(paths: Iterable[Path]) -> list[str]:
    """Take these from everybody but their owner: student code runs as another user. Returns what could not be done."""
    problems = []
    for path in paths:
        try:
            if path.exists():
                path.chmod(OWNER_ONLY)
        except OSError as error:
            problems.append(f"{path}: cannot be closed to others: {error.strerror}")
    return problems


def say(text: str) -> None:
    """Print for the staff, whatever the container's locale can spell."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    print(text, flush=True)  # noqa: T201  (the container's output is where staff look)


def write(path: Path, document: object) -> None:
    """Write results.json whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as made:
        made.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    Path(made.name).chmod(0o644)  # who runs the container reads it, and may be another user
    Path(made.name).replace(path)


# -- what has to stand before student code runs ---------------------------------------------------------------


def _require(host: Host, course: Course, concepts: Sequence[str], *, allow_weak_isolation: bool) -> None:
    """Demand all isolation layers; if weak isolation is allowed, one that keeps hidden suites from being opened."""
    if not any(path.parent.name == Visibility.HIDDEN for concept in concepts for path in course.suites(concept)):
        return
    if not allow_weak_isolation:
        host.require()
        return
    host.worker(Limits()).close()
    if not _closed(host.walls):
        raise SandboxError(
            "student code could read the hidden suites here: neither Landlock nor a user of its own keeps it off; "
            "let the grader run as root, with a Python that every user may read"
        )


def _closed(walls: Collection[str]) -> bool:
    """Whether files are out of reach: by Landlock, or by a user of its own, who keeps no capability."""
    return LANDLOCK in walls or IDENTITY in walls


# -- one concept ----------------------------------------------------------------------------------------------


def _handed(concept: Concept, entry: Entry | None, student: str, grader: Grader) -> Handed:
    if entry is None:
        why = f"No file was graded for {concept.id}: hand it in as {concept.id}.py or {concept.id}.ipynb."
        return Handed(concept=concept, why=why)
    read = entry.read()
    if isinstance(read, DiscoveryNote):
        return Handed(concept=concept, why=f"The file was not graded. {_plain(read, student)}")
    submission = msgspec.structs.replace(read.submission, file=entry.path.removeprefix(f"{student}/"))
    return Handed(concept=concept, report=grader.grade(submission))


def _broken(report: ConceptReport) -> Iterator[str]:
    for check in report.checks:
        if check.outcome is Outcome.BROKEN:
            yield f"{report.concept}: {check.id} is at fault, not the student; run: mlgrade lint {report.concept}"


# -- what became of the files ---------------------------------------------------------------------------------


def _taken(entries: Iterable[Entry], student: str) -> Iterator[str]:
    for entry in entries:
        note = f" ({entry.note})" if entry.note else ""
        yield one_line(f"{entry.path.removeprefix(f'{student}/')}: graded as {entry.concept}{note}")


def _notes(notes: Iterable[DiscoveryNote], student: str) -> list[str]:
    """The notes on this student's files: the folder lies among the platform's own."""
    own = [note for note in notes if note.place == student or note.place.startswith(f"{student}/")]
    known = (note for note in own if not note.what.startswith("taken as "))  # said already
    return [_plain(note, student) for note in known]


def _plain(note: DiscoveryNote, student: str) -> str:
    """A note without the platform's name of the folder."""
    place, what = (re.sub(rf"(^|, ){re.escape(student)}/", r"\1", text) for text in (note.place, note.what))
    return what if place == student else f"{place}: {what}"
