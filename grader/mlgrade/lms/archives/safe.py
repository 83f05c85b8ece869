"""Archives of strangers, as entries that are safe to read. Nothing is ever unpacked by its own name.

An entry that climbs, links, lies about its size or hides is refused with the reason, and the others are read.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from mlgrade.lms.archives import directory
from mlgrade.lms.archives.bounds import ArchiveError, Budget, EntryError
from mlgrade.lms.archives.directory import Record
from mlgrade.lms.archives.entries import JUNK, Entry, Source, judged, refusal, regular, said
from mlgrade.lms.archives.folder import open_folder

Opener = Callable[[], BinaryIO]


class Shelf:
    """The zip within a zip that is being read, one at a time, in a nameless temporary file."""

    def __init__(self) -> None:
        self._entry: Entry | None = None
        self._file: BinaryIO | None = None

    def open(self, entry: Entry) -> BinaryIO:
        if self._file is not None and self._entry is entry:
            return self._file
        self.close()
        try:
            self._file = TemporaryFile()  # noqa: SIM115  (lives until the next one is wanted)
            for chunk in entry.read():
                self._file.write(chunk)
        except OSError as error:
            raise ArchiveError(f"{entry.archive}: no room to open {entry.name}: {error.strerror}") from None
        self._entry = entry
        return self._file

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._entry = self._file = None


def open_source(path: Path, budget: Budget, encoding: str = "") -> Source:
    """A zip file or a folder. Raises ArchiveError, in one sentence, for what is neither."""
    try:
        if path.is_dir():
            return open_folder(path, budget)
        with path.open("rb") as file:
            return _zip(said(str(path)), file, lambda: path.open("rb"), budget, encoding)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from None


def open_inner(entry: Entry, shelf: Shelf, budget: Budget, encoding: str = "") -> Source:
    """A zip that somebody handed in. Raises EntryError if its bytes are, ArchiveError if they are no zip."""
    opener = partial(shelf.open, entry)
    return _zip(f"{entry.archive}: {entry.name}", opener(), opener, budget, encoding, keep_open=True)


def _zip(
    name: str, file: BinaryIO, opener: Opener, budget: Budget, encoding: str, *, keep_open: bool = False
) -> Source:
    found = Source(name, [], [], [], [])
    try:
        listing = directory.locate(file)
        listed = list(islice(directory.records(file, listing), budget.entries + 1))
        budget.count(len(listed), name)
    except (ArchiveError, EntryError) as error:
        text = str(error)
        raise ArchiveError(text if text.startswith(name) else f"{name}: {text}") from None
    shared = _overlapping(listed, listing.start)
    for index, record in enumerate(listed):
        _add(found, record, index in shared, opener, budget, encoding, keep_open)
    return found


def _add(
    found: Source, record: Record, shared: bool, opener: Opener, budget: Budget, encoding: str, keep_open: bool
) -> None:
    name, sure = decoded(record, encoding)
    if not sure:
        found.guessed.append(name)
    if (name.endswith("/") and not record.size) or JUNK.search(name):
        found.passed.append(name)
        return
    try:
        _judge_record(record, shared, budget)
        parts = judged(name, budget)
        budget.take(record.size)
    except EntryError as error:
        found.refused.append(refusal(found.file, name, error))
        return
    found.entries.append(Entry(found.file, parts, record.size, partial(_content, opener, record, keep_open)))


def _content(opener: Opener, record: Record, keep_open: bool) -> Iterator[bytes]:
    try:
        file = opener()
    except OSError as error:
        raise EntryError(f"cannot be read: {error.strerror}") from None
    try:
        yield from directory.content(file, record)
    finally:
        if not keep_open:
            file.close()


def decoded(record: Record, encoding: str = "") -> tuple[str, bool]:
    """The name, and whether its encoding is known: UTF-8, else what the call says, else the code page of old DOS."""
    for known in filter(None, ("utf-8", encoding)):
        try:
            return record.raw.decode(known), True
        except (UnicodeError, LookupError):
            continue
    return record.raw.decode("cp437"), False


def _judge_record(record: Record, shared: bool, budget: Budget) -> None:
    if shared:
        raise EntryError("its bytes overlap those of another entry")
    if stat.S_IFMT(record.mode):  # 0: packed where there are no such kinds
        regular(record.mode)
    if record.flags & directory.ENCRYPTED:
        raise EntryError("encrypted; ask for it without a password")
    if record.method not in (directory.STORED, directory.DEFLATED):
        raise EntryError(f"packed by method {record.method}, which is not read here; unpack it and give the folder")
    if record.size > budget.bounds.free and record.size > budget.bounds.ratio * record.packed:
        raise EntryError(f"{record.size} bytes packed into {record.packed}: more than {budget.bounds.ratio} to 1")


def _overlapping(records: list[Record], end: int) -> set[int]:
    """The entries whose bytes belong to another one too, or reach into the list."""
    order = sorted(range(len(records)), key=lambda index: records[index].offset)
    shared: set[int] = set()
    reach, owner = 0, -1
    for index in order:
        record = records[index]
        stop = record.offset + 30 + len(record.raw) + record.packed
        if record.offset < reach:
            shared |= {index, owner}
        if stop > end:
            shared.add(index)
        if stop > reach:
            reach, owner = stop, index
    return shared
