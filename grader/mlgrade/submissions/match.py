"""Choose which of many files is graded: from names alone, and whether some of them hold the same.

The rules are `RULES`; docs/how-to/grading.md explains them. Nothing depends on the order in which a folder lists its
files, nor on times of change, which do not survive a copy: the same files give the same answer on every machine.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import msgspec

from mlgrade.course import Course
from mlgrade.errors import closest
from mlgrade.submissions.model import SUFFIXES, DiscoveryNote, FileOutcome, note

RULES = """\
A file belongs to the concept that it is named after: softmax.py or softmax.ipynb.
If no concept has that name, capitals become small letters, blanks and hyphens become _, and then a leading \
"Copy of " and the endings (1), -1, _1, _v2, _copy and _final are taken off. What was taken that way is listed.
Of several files for one concept the one in the fewest folders is graded; among those, one with the exact name; \
among those, .py before .ipynb.
Files that are still equal count as one if their contents are the same; else none of them is graded, and all are listed.
The time of change of a file plays no part.
""".splitlines()
_SEPARATORS = re.compile(r"[\s\-_]+")
_FIRST = "copy_of_"
_ENDING = re.compile(r"(?:_?\(\d{1,3}\)|_v?\d{1,3}|_copy|_final)\Z")

Same = Callable[[Sequence[str]], bool]


class FileMatch(msgspec.Struct, frozen=True):
    """What becomes of one file, and why where that is not plain."""

    path: str
    kind: FileOutcome
    concept: str = ""
    what: str = ""


class _Rank(NamedTuple):
    """Smaller is better."""

    folders: int
    changed: bool
    notebook: bool


def match(paths: Iterable[str], course: Course, same: Same) -> list[FileMatch]:
    """Match the files of one student with the concepts. Each path gets one Match, in the order of the paths' names.

    `same` is asked whether files of equal rank hold the same bytes.
    """
    known = {concept.id: concept for concept in course.concepts}
    candidates: dict[str, dict[str, _Rank]] = defaultdict(dict)
    matches: list[FileMatch] = []
    for path in sorted(set(paths)):
        if concept := concept_of(path, known):
            candidates[concept][path] = _rank(path, PurePosixPath(path).stem != concept)
        else:
            matches.append(FileMatch(path, FileOutcome.PASSED_OVER, what=_no_concept(path, known)))
    for concept, ranked in candidates.items():
        matches += _choose(concept, ranked, same)
    return sorted(matches, key=lambda one: one.path)


def match_flat(paths: Iterable[str], concept: str, same: Same) -> dict[str, list[FileMatch]]:
    """Match files of which each is one student's, by student; what is no student's file is under ""."""
    students: dict[str, dict[str, _Rank]] = defaultdict(dict)
    others: list[FileMatch] = []
    for path in sorted(set(paths)):
        if _suffix(path):
            students[PurePosixPath(path).stem][path] = _rank(path, changed=False)
        else:
            others.append(FileMatch(path, FileOutcome.PASSED_OVER, what=_OTHER))
    matches = {student: _choose(concept, ranked, same) for student, ranked in sorted(students.items())}
    return matches | ({"": others} if others else {})


def concept_of(path: str, known: Collection[str]) -> str:
    """The concept that a file is named after, or nothing."""
    if not _suffix(path):
        return ""
    stem = PurePosixPath(path).stem
    return stem if stem in known else _normal(stem, known)


def _normal(stem: str, known: Collection[str]) -> str:
    name = _SEPARATORS.sub("_", stem.lower()).strip("_")
    while name not in known:
        shorter = _ENDING.sub("", name.removeprefix(_FIRST)).strip("_")
        if shorter == name:
            return ""
        name = shorter
    return name


def _suffix(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def _rank(path: str, changed: bool) -> _Rank:
    pure = PurePosixPath(path)
    return _Rank(len(pure.parts), changed or pure.suffix not in SUFFIXES, _suffix(path) == ".ipynb")


def _choose(concept: str, ranked: Mapping[str, _Rank], same: Same) -> list[FileMatch]:
    best = min(ranked.values())
    first, *equals = sorted(path for path, rank in ranked.items() if rank == best)
    others = [path for path, rank in ranked.items() if rank != best]
    behind = [FileMatch(path, FileOutcome.PASSED_OVER, concept, f"{first} comes first") for path in others]
    if equals and not same([first, *equals]):
        what = f"{len(equals) + 1} files for {concept} of equal rank, and they differ; leave one of them"
        return [FileMatch(path, FileOutcome.AMBIGUOUS, concept, what) for path in (first, *equals)] + behind
    taken = FileMatch(first, FileOutcome.TAKEN, concept, f"taken as {concept}" if best.changed else "")
    return [
        taken,
        *(FileMatch(path, FileOutcome.PASSED_OVER, concept, f"the same as {first}") for path in equals),
        *behind,
    ]


_OTHER = "neither .py nor .ipynb"


def _no_concept(path: str, known: Collection[str]) -> str:
    stem, suffix = PurePosixPath(path).stem, _suffix(path)
    if not suffix:
        return _OTHER
    near = closest(stem.lower()[:60], known)
    if near or suffix == ".py":
        return f"named after no concept{near}"
    return "named after no concept; a notebook is one concept, and graded under its name, such as softmax.ipynb"


# -- account -------------------------------------------------------------------------------------------------------

# The account of an discovery: what became of every file, counted; and in words where it is not plain.

_UNDECIDED = (FileOutcome.REFUSED, FileOutcome.AMBIGUOUS)


class OutcomeCounts:
    """Notes and counts. Files of one student of which the same is to be said share a note."""

    def __init__(self) -> None:
        self.notes: list[DiscoveryNote] = []
        self.counts: Counter[FileOutcome] = Counter(dict.fromkeys(FileOutcome, 0))

    def files(self, matches: Iterable[FileMatch]) -> None:
        """Count the outcomes of files."""
        alike: dict[tuple[FileOutcome, str], list[str]] = defaultdict(list)
        for one in matches:
            self.counts[one.kind] += 1
            if one.what:
                alike[one.kind, one.what].append(one.path)
        self.notes += [note(sorted(paths), what, kind) for (kind, what), paths in alike.items()]

    def missing(self, student: str, what: str) -> None:
        """Count a student with nothing to grade."""
        self.counts[FileOutcome.MISSING] += 1
        self.notes.append(note([student], what, FileOutcome.MISSING))


def nothing_of(matches: Iterable[FileMatch]) -> bool:
    """Whether a student handed in nothing that was asked for, and nothing that staff have to look at either."""
    return not any(one.kind is FileOutcome.TAKEN or one.kind in _UNDECIDED for one in matches)
