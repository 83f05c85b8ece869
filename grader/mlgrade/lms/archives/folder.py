"""A folder of strangers' files, as entries. Links are not followed, pipes and devices not opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mlgrade.lms.archives.bounds import ArchiveError, Budget, EntryError
from mlgrade.lms.archives.directory import CHUNK
from mlgrade.lms.archives.entries import JUNK, Entry, Source, judged, refusal, regular, said


def open_folder(path: Path, budget: Budget) -> Source:
    found = Source(said(str(path)), [], [], [], [])
    for name, entry in _walk(path, "", budget, found):
        try:
            status = entry.stat(follow_symlinks=False)
            regular(status.st_mode)
            parts = judged(name, budget)
            budget.take(status.st_size)
        except EntryError as error:
            found.refused.append(refusal(found.file, name, error))
            continue
        found.entries.append(Entry(found.file, parts, status.st_size, partial(_file, entry.path, status.st_size)))
    return found


def _walk(path: Path, prefix: str, budget: Budget, found: Source) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        listed = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from None
    budget.count(len(listed), found.file)
    for entry in listed:
        name = prefix + said(entry.name)
        if JUNK.search(name + "/" * entry.is_dir(follow_symlinks=False)):
            found.passed.append(name)
        elif not entry.is_dir(follow_symlinks=False):
            yield name, entry
        elif name.count("/") >= budget.bounds.depth:
            found.refused.append(refusal(found.file, name, EntryError(f"deeper than {budget.bounds.depth} folders")))
        else:
            yield from _walk(Path(entry.path), f"{name}/", budget, found)


def _file(path: str, size: int) -> Iterator[bytes]:
    """The bytes of a file in a folder, which may have become another one since it was listed."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            regular(os.fstat(handle).st_mode)
            done = 0
            while chunk := file.read(CHUNK):
                done += len(chunk)
                if done > size:
                    raise EntryError("grew while it was read")
                yield chunk
    except OSError as error:
        raise EntryError(f"cannot be read: {error.strerror}") from None
