"""Pairs of a class that share more than the exercise, the solution and chance explain. It accuses nobody.

read     each file of a concept, one after another
fold     to symbols: names, values, comments and layout do not count
winnow   to fingerprints: about one for every four symbols
pair     files that share fingerprints which are particular to few
show     the passages, side by side
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set

import msgspec

from mlgrade.course import Course
from mlgrade.similarity import passages
from mlgrade.similarity.model import Compared, Excerpt, Pair, Passage, Similarity
from mlgrade.similarity.passages import MOST_BYTES, PassageMatch, covered, fingerprints, fold, runs, spans
from mlgrade.submissions.discover import Discovery, DiscoveryNote, Entry, FileOutcome, StudentSubmission
from mlgrade.submissions.model import Submission
from mlgrade.text import clean, one_line

__all__ = ["AT_LEAST", "MOST", "Compared", "Excerpt", "Pair", "Passage", "Similarity", "compare"]

AT_LEAST = 50
LEAST_SYMBOLS = 20  # words and signs: about three lines
MOST = 20  # pairs of a concept of which the passages are looked up
MOST_PASSAGES = 3  # of a pair


class ComparedFile(msgspec.Struct, frozen=True):
    """What is kept of a file while its class is compared: no text, so that a large class needs little memory."""

    entry: Entry
    sha256: str
    places: dict[int, int]  # of each fingerprint


def compare(discovery: Discovery, course: Course, at_least: int = AT_LEAST, most: int = MOST) -> Similarity:
    """Compare the files of each concept with one another. Pairs come by concept, the most similar first."""
    by_concept: dict[str, list[Entry]] = defaultdict(list)
    for entry in discovery.entries:
        by_concept[entry.concept].append(entry)
    concepts: list[Compared] = []
    pairs: list[Pair] = []
    notes = [
        f"not compared: {note}" for note in discovery.notes if note.kind in (FileOutcome.REFUSED, FileOutcome.AMBIGUOUS)
    ]
    for concept in course.concepts:
        files = list(_files(by_concept[concept.id], notes))
        marks = passages.particular([file.places.keys() for file in files], _known(course, concept.id))
        found = passages.matches(marks)
        listed = list(_beyond_chance(found, files, marks, at_least))
        pairs += [_pair(one, symbols, files, notes, number < most) for number, (one, symbols) in enumerate(listed)]
        if files:
            concepts.append(_compared(concept.id, len(files), found, len(listed)))
    return Similarity(
        course=f"{course.title} {course.version}", at_least=at_least, concepts=concepts, pairs=pairs, notes=notes
    )


def _files(entries: Iterable[Entry], notes: list[str]) -> Iterator[ComparedFile]:
    folded: dict[str, dict[int, int]] = {}  # many hand in the same stub
    for entry in entries:
        read = entry.read()
        if problem := _problem(entry, read):
            notes.append(problem)
        if isinstance(read, DiscoveryNote) or len(read.submission.source) > MOST_BYTES:
            continue
        sha256 = read.submission.sha256
        if sha256 not in folded:
            folded[sha256] = fingerprints(fold(read.submission.python).symbols)
        yield ComparedFile(entry, sha256, folded[sha256])


def _problem(entry: Entry, read: StudentSubmission | DiscoveryNote) -> str:
    if isinstance(read, DiscoveryNote):
        return f"not compared: {read}"
    if len(read.submission.source) > MOST_BYTES:
        return f"not compared: {one_line(entry.path)}: more than {MOST_BYTES // 1024} KiB"
    return ""


def _known(course: Course, concept: str) -> set[int]:
    """What the course itself hands out, or would write."""
    paths = (course.exercise(concept), course.solution(concept))
    return {one for path in paths if path.is_file() for one in runs(fold(path.read_bytes()).symbols)}


def _beyond_chance(
    found: Iterable[PassageMatch], files: Sequence[ComparedFile], marks: Sequence[Set[int]], at_least: int
) -> Iterator[tuple[PassageMatch, int]]:
    """Matches of enough of a file and, since two people may well write the same line, of more than a line or two."""
    for one in found:
        if one.score >= at_least:
            both = marks[one.left] & marks[one.right]
            symbols = min(covered(files[side].places[mark] for mark in both) for side in (one.left, one.right))
            if symbols >= LEAST_SYMBOLS:
                yield one, symbols


def _compared(concept: str, files: int, found: Sequence[PassageMatch], listed: int) -> Compared:
    pairs = files * (files - 1) // 2
    return Compared(concept=concept, files=files, pairs=pairs, ordinary=passages.ordinary(found, pairs), listed=listed)


def _pair(match: PassageMatch, symbols: int, files: Sequence[ComparedFile], notes: list[str], shown: bool) -> Pair:
    left, right = files[match.left], files[match.right]
    return Pair(
        concept=left.entry.concept,
        score=match.score,
        shared=match.shared,
        of=match.of,
        symbols=symbols,
        left=left.entry.student,
        right=right.entry.student,
        left_file=one_line(left.entry.path),
        right_file=one_line(right.entry.path),
        passages=_passages(left, right, notes) if shown else [],
    )


def _passages(left: ComparedFile, right: ComparedFile, notes: list[str]) -> list[Passage]:
    """Read both files again, because no text was kept."""
    sources = [_again(file, notes) for file in (left, right)]
    if None in sources:
        return []
    one, other = (source for source in sources if source is not None)
    here, there = fold(one.python), fold(other.python)
    places, others = fingerprints(here.symbols), fingerprints(there.symbols)
    seeds = [(places[mark], others[mark]) for mark in places.keys() & others.keys()]
    return [
        Passage(
            symbols=span.length,
            left=_excerpt(left.entry, one, here.lines[span.left : span.left + span.length]),
            right=_excerpt(right.entry, other, there.lines[span.right : span.right + span.length]),
        )
        for span in spans(here, there, seeds)[:MOST_PASSAGES]
    ]


def _again(file: ComparedFile, notes: list[str]) -> Submission | None:
    read = file.entry.read()
    if isinstance(read, StudentSubmission) and read.submission.sha256 == file.sha256:
        return read.submission
    notes.append(f"changed while it was compared: {one_line(file.entry.path)}")
    return None


def _excerpt(entry: Entry, submission: Submission, lines: Sequence[int]) -> Excerpt:
    first, last = lines[0], lines[-1]
    source = msgspec.structs.replace(submission.text, filename=entry.path)
    rows = source.lines[first - 1 : last]
    return Excerpt(place=one_line(source.place(first)), first=first, last=last, text=clean("\n".join(rows)))
