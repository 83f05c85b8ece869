"""The account of an intake: what became of every file, counted; and in words where it is not plain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from mlgrade.submissions.entries import Kind, Note, note
from mlgrade.submissions.match import Match

_UNDECIDED = (Kind.REFUSED, Kind.AMBIGUOUS)


class Account:
    """Notes and counts. Files of one student of which the same is to be said share a note."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.counts: Counter[Kind] = Counter(dict.fromkeys(Kind, 0))

    def files(self, matches: Iterable[Match]) -> None:
        alike: dict[tuple[Kind, str], list[str]] = defaultdict(list)
        for one in matches:
            self.counts[one.kind] += 1
            if one.what:
                alike[one.kind, one.what].append(one.path)
        self.notes += [note(sorted(paths), what, kind) for (kind, what), paths in alike.items()]

    def missing(self, student: str, what: str) -> None:
        self.counts[Kind.MISSING] += 1
        self.notes.append(note([student], what, Kind.MISSING))


def nothing_of(matches: Iterable[Match]) -> bool:
    """Whether a student handed in nothing that was asked for, and nothing that staff have to look at either."""
    return not any(one.kind is Kind.TAKEN or one.kind in _UNDECIDED for one in matches)
