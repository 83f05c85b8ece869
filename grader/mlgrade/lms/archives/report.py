"""Report what was collected, as data and as lines of text. Clean the texts before showing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec

from mlgrade.errors import closest
from mlgrade.lms.archives import manifest
from mlgrade.lms.archives.entries import Refusal
from mlgrade.lms.archives.manifest import CollectManifest
from mlgrade.lms.archives.model import ReadArchive
from mlgrade.lms.archives.naming import exercise
from mlgrade.lms.archives.planning import MatchKind, RosterIndex
from mlgrade.lms.archives.writing import FolderResult, FolderState
from mlgrade.text import one_line, plural

SCHEMA = "mlgrade/collect/1"


class ArchiveReport(msgspec.Struct, frozen=True, kw_only=True):
    """One archive that was read."""

    file: str
    format: str
    title: str
    files: int
    passed_over: int


class FolderReport(msgspec.Struct, frozen=True, kw_only=True):
    """One student's folder."""

    folder: str
    called: str  # by the LMS, or the student's key
    matched: MatchKind
    among: Sequence[str]  # who it may be, where that is ambiguous
    state: FolderState
    files: Sequence[str]
    attempt: str
    submitted_at: str | None
    late: bool | None
    others: int  # files of other attempts, kept aside
    kept: Sequence[str]  # of earlier runs, and in none of these archives
    left_alone: Sequence[str]  # changed since by a person; the collected file is with the others


class NameRemark(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose name a person should check, with the reason."""

    folder: str
    file: str
    says: str


class CollectReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a run: the JSON of schema mlgrade/collect/1."""

    schema: str = SCHEMA
    into: str
    archives: Sequence[ArchiveReport]
    folders: Sequence[FolderReport]
    missing: Sequence[str]  # students of the roster of whom nothing is in these archives
    renamed: Sequence[NameRemark]
    misnamed: Sequence[NameRemark]
    refused: Sequence[Refusal]
    notes: Sequence[str]

    @property
    def complete(self) -> bool:
        """Return whether nothing waits for a person's decision."""
        odd = any(folder.matched is MatchKind.AMBIGUOUS or folder.left_alone for folder in self.folders)
        return not self.refused and not odd


def report(
    into: str,
    read: Sequence[ReadArchive],
    written: Sequence[FolderResult],
    roster: RosterIndex,
    stems: Collection[str],
    book: CollectManifest,
    notes: Iterable[str],
) -> CollectReport:
    """Put together the report of a run."""
    found = {one.plan.owner.match.student for one in written}
    return CollectReport(
        into=into,
        archives=[
            ArchiveReport(
                file=one.file,
                format=one.format.name,
                title=one.format.title,
                files=len(one.files),
                passed_over=one.passed,
            )
            for one in read
        ],
        folders=[_folder(one, book) for one in written],
        missing=[person.student for person in roster.people if person.student not in found],
        renamed=[name for one in written for name in _renamed(one)],
        misnamed=[name for one in written for name in _misnamed(one, stems)],
        refused=[*(no for one in read for no in one.refused), *(no for one in written for no in one.refused)],
        notes=[*(note for one in read for note in one.notes), *notes],
    )


def _folder(one: FolderResult, book: CollectManifest) -> FolderReport:
    records = book.files.get(one.plan.folder, {})
    facts = manifest.facts(one.plan.folder, records) if records else {}
    return FolderReport(
        folder=one.plan.folder,
        called=one.plan.owner.label,
        matched=one.plan.owner.match.how,
        among=one.plan.owner.match.among,
        state=one.state,
        files=sorted(file.path for file in one.files),
        attempt=facts.get("attempt", ""),
        submitted_at=facts.get("submitted_at"),
        late=facts.get("late"),
        others=len(one.plan.aside),
        kept=one.kept,
        left_alone=one.alone,
    )


def _renamed(one: FolderResult) -> Iterator[NameRemark]:
    """Yield files under another name than the student gave. A file that only lost its folder kept its name."""
    for file in one.files:
        if file.path.rpartition("/")[2] != file.was.rpartition("/")[2]:
            yield NameRemark(folder=one.plan.folder, file=file.path, says=f"was {file.was}")


def _misnamed(one: FolderResult, stems: Collection[str]) -> Iterator[NameRemark]:
    """Yield files that have the name of no exercise, if the exercises are known."""
    for file in one.files if stems else ():
        if not file.own and not exercise(file.path, stems):
            yield NameRemark(folder=one.plan.folder, file=file.path, says=_guess(file.path, stems))


def _guess(path: str, stems: Collection[str]) -> str:
    name = path.rpartition("/")[2]
    if exercise(name, stems):
        return "more than one file has this name, so none was moved to the top"
    stem = name.partition(".")[0]
    near = closest(stem.lower().replace("-", "_").replace(" ", "_"), stems)
    return near.removeprefix("; ") or "no exercise has this name"


# -- as text --------------------------------------------------------------------------------------------------


def lines(report: CollectReport, *, most: int = 20) -> Iterator[str]:
    """Format a report. Each section has at most `most` lines; --json has the rest."""
    for archive in report.archives:
        over = f", {archive.passed_over} passed over (made by a system or the LMS)" if archive.passed_over else ""
        yield one_line(f"{archive.file}: {archive.title}, {plural(archive.files, 'file')}{over}")
    yield ""
    yield from (one_line(_folder_line(folder)) for folder in report.folders)
    yield from ("", one_line(f"{report.into}: {_summary(report)}"))
    for heading, found in _sections(report):
        if listed := list(found):
            yield from ("", f"{heading} ({len(listed)}):")
            yield from (f"  {one_line(one)}" for one in listed[:most])
        if len(listed) > most:
            yield f"  ... and {len(listed) - most} more (--json has all)"


def _sections(report: CollectReport) -> Iterator[tuple[str, Iterable[str]]]:
    by = {how: [folder for folder in report.folders if folder.matched is how] for how in MatchKind}
    yield (
        "Refused; everything else was collected",
        (f"{one.entry}: {one.reason} ({one.archive})" for one in report.refused),
    )
    yield (
        "Ambiguous; whose it is must be decided by a person",
        (f"{one.folder}: {one.called} may be {' or '.join(one.among)}" for one in by[MatchKind.AMBIGUOUS]),
    )
    yield (
        "Left alone, because it was changed; the collected file is in .others",
        (f"{one.folder}/{file}" for one in report.folders for file in one.left_alone),
    )
    yield "Matched by name only; please check", (f"{one.called}" for one in by[MatchKind.NAME])
    yield "Unknown to the roster, each in a folder of its own", (one.folder for one in by[MatchKind.UNKNOWN])
    yield "Missing: in the roster, and in none of these archives", report.missing
    yield "Not named after an exercise", (f"{one.folder}/{one.file}: {one.says}" for one in report.misnamed)
    yield "Written under another name", (f"{one.folder}/{one.file}: {one.says}" for one in report.renamed)
    yield (
        "Kept from an earlier run, and in none of these archives",
        (f"{one.folder}: {', '.join(one.kept)}" for one in report.folders if one.kept),
    )
    yield "Notes", report.notes


def _folder_line(one: FolderReport) -> str:
    when = [one.submitted_at.replace("T", " ")] if one.submitted_at else []
    late = {True: ["late"], False: [], None: []}[one.late]
    others = [f"{plural(one.others, 'other file')} aside"] if one.others else []
    facts = [plural(len(one.files), "file"), f"attempt {one.attempt}", *when, *late, *others, str(one.state)]
    return f"  {one.folder}: {', '.join(facts)}"


def _summary(report: CollectReport) -> str:
    states = Counter(str(one.state) for one in report.folders)
    late = sum(one.late is True for one in report.folders)
    parts = [plural(len(report.folders), "folder")]
    parts += [f"{states[name]} {name}" for name in ("new", "changed", "as before") if states[name]]
    return ", ".join([*parts, *([f"{late} late"] if late else [])])
