"""Blackboard, "Assignment File Download": `<assignment>_<username>_attempt_<date>_<file name>`, every attempt.

The first `_attempt_` with a date counts, not the last: what follows it was chosen by the student, who could otherwise
hand in a file that is taken for another student's. Both assignment and username may hold underscores: the roster says
which split is right, else what all entries begin with is taken for the assignment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from os.path import commonprefix

import msgspec

from mlgrade.lms.archives.entries import Entry
from mlgrade.lms.archives.model import Format, Found, Handin, Key

_FORM = re.compile(
    r"(?P<who>[^/]*?)_attempt_(?P<time>20\d\d(?:-\d\d){5})(?:_(?P<path>[^/]+)|(?P<receipt>\.txt))", re.DOTALL
)


class Blackboard(Format):
    name = "blackboard"
    title = "Blackboard"

    def parse(self, name: str) -> Found | None:
        found = _FORM.fullmatch(name)
        at = _time(found["time"]) if found else None
        if not found or not at or "_" not in found["who"]:
            return None
        return Found(
            keys=(Key(label=found["who"]),),
            path=found["path"] or "receipt.txt",
            attempt=found["time"],
            at=at,
            own=bool(found["receipt"]),
        )

    def read(self, entries: Sequence[Entry]) -> Iterator[Handin]:
        parsed = list(super().read(entries))
        whole = [handin.found.keys[0].label for handin in parsed]
        common = len(commonprefix(whole))  # noqa: RUF071  (these are no paths)
        for handin, who in zip(parsed, whole, strict=True):
            yield Handin(handin.entry, msgspec.structs.replace(handin.found, keys=(_key(who, common),)))


def _key(who: str, common: int) -> Key:
    """Every split that leaves all entries one assignment, the longest title first; without any, every split."""
    cuts = [at for at, char in enumerate(who) if char == "_"]
    shared = [at for at in cuts if at < common]
    logins = tuple(who[at + 1 :] for at in reversed(shared or cuts))
    return Key(label=logins[0] if shared else who, logins=logins)


def _time(text: str) -> datetime | None:
    try:
        return datetime(*map(int, text.split("-")))  # type: ignore[arg-type]
    except ValueError:
        return None
