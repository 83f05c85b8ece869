"""The account of an intake: what became of every file, counted; and in words where it is not plain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from mlgrade.submissions.entries import DiscoveryNote, FileOutcome, note
from mlgrade.submissions.match import FileMatch

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
