"""Read names of Blackboard's "Assignment File Download": `<assignment>_<username>_attempt_<date>_<file name>`.

The first `_attempt_` with a date counts: what follows it is chosen by the student, and could look like another
student's name. Assignment and username may both have underscores: the roster says which split is right, else the
common beginning of all names is taken for the assignment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from os.path import commonprefix

import msgspec

from mlgrade.lms.archives.entries import ArchiveEntry
from mlgrade.lms.archives.model import ArchiveFormat, ParsedName, PersonKey, SubmittedFile

_FORM = re.compile(
    r"(?P<who>[^/]*?)_attempt_(?P<time>20\d\d(?:-\d\d){5})(?:_(?P<path>[^/]+)|(?P<receipt>\.txt))", re.DOTALL
)


class BlackboardArchive(ArchiveFormat):
    """Archives of Blackboard, with every attempt."""

    name = "blackboard"
    title = "Blackboard"

    def parse(self, name: str) -> ParsedName | None:
        """Read the name of one entry. The username is settled by `read`."""
        found = _FORM.fullmatch(name)
        at = _time(found["time"]) if found else None
        if not found or not at or "_" not in found["who"]:
            return None
        return ParsedName(
            keys=(PersonKey(label=found["who"]),),
            path=found["path"] or "receipt.txt",
            attempt=found["time"],
            at=at,
            own=bool(found["receipt"]),
        )

    def read(self, entries: Sequence[ArchiveEntry]) -> Iterator[SubmittedFile]:
        """Yield the entries, each with the usernames that it may have."""
        parsed = list(super().read(entries))
        whole = [file.found.keys[0].label for file in parsed]
        common = len(commonprefix(whole))  # noqa: RUF071  (these are no paths)
        for file, who in zip(parsed, whole, strict=True):
            yield SubmittedFile(file.entry, msgspec.structs.replace(file.found, keys=(_key(who, common),)))


def _key(who: str, common: int) -> PersonKey:
    """Return every split that leaves all entries one assignment, the longest title first, else every split."""
    cuts = [at for at, char in enumerate(who) if char == "_"]
    shared = [at for at in cuts if at < common]
    logins = tuple(who[at + 1 :] for at in reversed(shared or cuts))
    return PersonKey(label=logins[0] if shared else who, logins=logins)


def _time(text: str) -> datetime | None:
    try:
        return datetime(*map(int, text.split("-")))  # type: ignore[arg-type]
    except ValueError:
        return None
