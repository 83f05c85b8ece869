"""A class's submissions in a folder: what will be graded, by rules that are printed, and an account of the rest.

lay out   a folder for each student, or a file for each student of one concept
match     a student's files with the concepts, by their names
time      when it was handed in, as `mlgrade collect` wrote it down
account   what was passed over, refused, not decided or is missing, and why
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from mlgrade.course import Course
from mlgrade.errors import UsageError, closest
from mlgrade.submissions.layouts import Found, layout_of
from mlgrade.submissions.match import RULES, FileMatch, OutcomeCounts, match, nothing_of
from mlgrade.submissions.model import Discovery, DiscoveryNote, Entry, FileOutcome, FolderLayout, StudentSubmission
from mlgrade.submissions.sidecar import Sidecar
from mlgrade.text import one_line

__all__ = [
    "RULES",
    "Discovery",
    "DiscoveryNote",
    "Entry",
    "FileMatch",
    "FileOutcome",
    "FolderLayout",
    "Sidecar",
    "StudentSubmission",
    "match",
    "take",
]


def take(
    folder: Path,
    course: Course,
    *,
    units: Sequence[str] = (),
    concepts: Sequence[str] = (),
    students: Sequence[str] = (),
    roster: Iterable[str] = (),
    submitted_at: datetime | None = None,
) -> Discovery:
    """Find what a class handed in, and say what becomes of everything else.

    With units and concepts, only what any of them names. `submitted_at` is for files of which nobody wrote down when
    they came; their time of change is never used. Raises UsageError for a name that is not known, and for a folder
    that is laid out in neither way.
    """
    wanted = _wanted(course, units, concepts)
    layout = layout_of(folder, course, wanted)
    account, entries, expected = OutcomeCounts(), list[Entry](), list(dict.fromkeys(roster))
    account.files(layout.beside)
    for student in _chosen(layout.students, students, expected):
        found = _narrowed(layout.of(student), wanted)
        account.files(found.matches)
        account.notes += found.notes
        entries += _entries(folder, student, found, wanted, submitted_at)
        if nothing_of(found.matches):
            account.missing(student, _nothing(student, course))
    for student in _absent(layout.students, students, expected):
        account.missing(student, "nothing here under this name")
    return Discovery(layout=layout.layout, entries=entries, notes=account.notes, counts=dict(account.counts))


def _wanted(course: Course, units: Sequence[str], concepts: Sequence[str]) -> list[str]:
    """The ids of the concepts that were asked for, in the order of the course."""
    known = {unit.id: unit for unit in course.units}
    for unit in units:
        if unit not in known:
            raise UsageError(f'no unit "{unit}"{_near(unit, known)}')
    named = {course.concept(concept).id for concept in concepts}
    named |= {concept.id for unit in units for concept in known[unit].concepts}
    return [concept.id for concept in course.concepts if concept.id in named or not (units or concepts)]


def _chosen(found: Sequence[str], students: Sequence[str], roster: Sequence[str]) -> list[str]:
    known = {*found, *roster}
    for student in students:
        if student not in known:
            raise UsageError(f'no student "{student}"{closest(student, known)}')
    asked = set(students or found)
    return [student for student in found if student in asked]


def _absent(found: Sequence[str], students: Sequence[str], roster: Sequence[str]) -> Iterator[str]:
    here, asked = set(found), set(students or roster)
    return (student for student in roster if student in asked and student not in here)


def _near(name: str, known: Collection[str]) -> str:
    return closest(name, known) or f"; this course has {', '.join(known)}"


def _narrowed(found: Found, wanted: Collection[str]) -> Found:
    """Set aside what was not asked for this time. It is counted, and there is no more to be said of it."""

    def asked(one: FileMatch) -> FileMatch:
        return (
            one
            if not one.concept or one.concept in wanted
            else FileMatch(one.path, FileOutcome.PASSED_OVER, one.concept)
        )

    return found._replace(matches=[asked(one) for one in found.matches])


def _entries(
    root: Path, student: str, found: Found, wanted: Sequence[str], submitted_at: datetime | None
) -> list[Entry]:
    taken = {one.concept: one for one in found.matches if one.kind is FileOutcome.TAKEN}
    bare = [
        Entry(student=student, concept=concept, path=taken[concept].path, root=root, note=taken[concept].what)
        for concept in wanted
        if concept in taken
    ]
    return [_timed(entry, found.written, submitted_at) for entry in bare]


def _timed(entry: Entry, written: Sidecar | None, otherwise: datetime | None) -> Entry:
    if written is None:
        return msgspec.structs.replace(entry, submitted_at=otherwise)
    late = f"late, says {one_line(written.source[:60]) or 'the LMS'}" if written.late else ""
    remarks = "; ".join(filter(None, [entry.note, late]))
    when = written.time_of(entry.path.partition("/")[2]) or otherwise
    return msgspec.structs.replace(entry, submitted_at=when, note=remarks)


def _nothing(student: str, course: Course) -> str:
    if any(student == concept.id for concept in course.concepts):
        return f"named after a concept; if its files are named after students, give this folder and --concept {student}"
    return "no exercise that was asked for"
