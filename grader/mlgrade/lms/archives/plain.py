"""Any other zip or folder: one folder for each student. Files beside the folders are those of the archive's namesake.

A single folder around everything that holds folders only is passed through, and `ada.zip` at the top is ada's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from mlgrade.lms.archives.entries import Entry
from mlgrade.lms.archives.model import Format, Found, Handin, Key, leaf


class Plain(Format):
    name = "plain"
    title = "a folder for each student"

    def fits(self, names: Sequence[str]) -> bool:
        return bool(names)

    def read(self, entries: Sequence[Entry]) -> Iterator[Handin]:
        around = _around([entry.name for entry in entries])
        for entry in entries:
            yield Handin(entry, _found(entry.name.removeprefix(around), entry.archive))


def _found(name: str, archive: str) -> Found:
    who, inside, path = name.partition("/")
    if not inside and who.lower().endswith(".zip"):
        who, path = who[:-4], who
    elif not inside:
        who, path = PurePath(leaf(archive.replace("\\", "/"))).stem or "archive", who
    return Found(keys=(Key(label=who, any_id=who),), path=path)


def _around(names: Sequence[str]) -> str:
    """`submissions/` if all is in it and nothing lies directly in it."""
    tops = {name.partition("/")[0] for name in names}
    if len(tops) == 1 and all(name.count("/") >= 2 for name in names):
        return f"{tops.pop()}/"
    return ""
