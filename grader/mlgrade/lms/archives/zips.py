"""Read untrusted zip archives with `zipfile`: nothing is unpacked by its own name, and every size is limited.

An entry that is unsafe or damaged is refused with the reason; the other entries are read.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Self
from zipfile import (  # type: ignore[attr-defined]  # _EndRecData is private, and what ZipFile itself uses
    ZIP_DEFLATED,
    ZIP_STORED,
    BadZipFile,
    ZipFile,
    ZipInfo,
    _EndRecData,
)

from mlgrade.lms.archives.entries import (
    CHUNK,
    JUNK,
    ArchiveEntry,
    ArchiveError,
    ArchiveSource,
    Bounds,
    Budget,
    EntryError,
    check_regular,
    open_folder,
    path_text,
    safe_path,
)

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_HEADER = b"PK\x01\x02"
_WIDE_END = 76  # bytes that a wide archive (zip64) has between its list and the end record
_KNOWN = (
    (b"%PDF", "is a PDF under the name of a zip archive"),
    (b"\x1f\x8b", "is a gzip file; unpack it and give the folder"),
    (b"Rar!", "is a RAR archive; unpack it and give the folder"),
    (b"7z\xbc\xaf", "is a 7z archive; unpack it and give the folder"),
    (b"<", "is a web page, perhaps that of a login; download the archive again"),
    (b"PK\x03\x04", "breaks off before its end; download it again"),
)
_DAMAGE = (BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, OverflowError, struct.error)


def unreadable(info: ZipInfo) -> str:
    """Say why an entry cannot be read: it is encrypted, or packed by an unusual method. Return "" if it can."""
    if info.flag_bits & _ENCRYPTED:
        return "encrypted; ask for it without a password"
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return f"packed by method {info.compress_type}, which is not read here; unpack it and give the folder"
    return ""


def read_member(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    """Read one entry in chunks, never more than the size it claims. Raise EntryError if it is damaged."""
    done = 0
    try:
        with archive.open(info) as file:
            while done <= info.file_size and (chunk := file.read(CHUNK)):
                done += len(chunk)
                yield chunk
    except OSError as error:
        raise EntryError(f"cannot be read: {error.strerror or error}") from None
    except (*_DAMAGE, zlib.error) as error:
        raise EntryError(f"damaged: {path_text(str(error))}") from None
    if done != info.file_size:
        raise EntryError(f"damaged: it has {done} bytes and claims {info.file_size}")


class OpenArchives:
    """Open archives and folders, and keep zip files open until the block ends.

    Of the zips within zips only the last one is kept, in a temporary file without a name.
    """

    def __init__(self) -> None:
        self._files: list[BinaryIO] = []
        self._entry: ArchiveEntry | None = None
        self._inner: ZipFile | None = None
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_inner()
        for file in self._files:
            file.close()

    def open(self, path: Path, budget: Budget, encoding: str = "") -> ArchiveSource:
        """List a zip file or a folder. Raise ArchiveError for what is neither."""
        shown = path_text(str(path))
        try:
            if path.is_dir():
                return open_folder(path, budget)
            self._files.append(path.open("rb"))
            archive = open_zip(shown, self._files[-1], budget)
        except OSError as error:
            raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from None
        return _listed(shown, archive, lambda: archive, budget, encoding)

    def open_within(self, entry: ArchiveEntry, budget: Budget, encoding: str = "") -> ArchiveSource:
        """List a submitted zip. Raise EntryError if its bytes are damaged, ArchiveError if it is no zip."""
        shown = f"{entry.archive}: {entry.name}"
        again = partial(self._within, entry, shown, budget)
        return _listed(shown, again(), again, budget, encoding)

    def _within(self, entry: ArchiveEntry, shown: str, budget: Budget) -> ZipFile:
        if self._inner is None or self._entry is not entry:
            self._close_inner()
            try:
                self._file = TemporaryFile()  # noqa: SIM115  (closed when the next one is opened)
                self._file.writelines(entry.read())
            except OSError as error:
                raise ArchiveError(f"{entry.archive}: no room to open {entry.name}: {error.strerror}") from None
            self._inner, self._entry = open_zip(shown, self._file, budget), entry
        return self._inner

    def _close_inner(self) -> None:
        if self._file is not None:
            self._file.close()
        self._entry = self._inner = self._file = None


def open_zip(shown: str, file: BinaryIO, budget: Budget) -> ZipFile:
    """Open a zip archive. Raise ArchiveError for what is none, and for one with too many entries."""
    if (headers := _headers(file)) > budget.bounds.entries:  # before `zipfile` loads the whole list
        budget.count(headers, shown)
    try:
        return ZipFile(file)
    except _DAMAGE as error:
        if isinstance(error, UnicodeError):
            fault = "has a name that is marked as UTF-8 and is not; unpack it and give the folder"
            raise ArchiveError(f"{shown}: {fault}") from None
        if "not a zip file" in str(error):
            raise ArchiveError(f"{shown}: {_kind(file)}") from None
        raise ArchiveError(f"{shown}: is damaged: the list of its files cannot be read; download it again") from None


def _listed(shown: str, archive: ZipFile, again: Callable[[], ZipFile], budget: Budget, encoding: str) -> ArchiveSource:
    """Judge each entry by its header. `again` gives the archive at the time of reading."""
    found, infos = ArchiveSource(shown, [], [], [], []), archive.infolist()
    budget.count(len(infos), shown)
    for info in infos:
        name, sure = _name(info, encoding)
        if not sure:
            found.guessed.append(name)
        if (name.endswith("/") and not info.file_size) or JUNK.search(name):
            found.passed.append(name)
            continue
        try:
            _check(info, budget.bounds)
            path = safe_path(name, budget.bounds)
            budget.take(info.file_size)
        except EntryError as error:
            found.refuse(name, error)
            continue
        found.entries.append(ArchiveEntry(shown, path, info.file_size, partial(_read, again, info)))
    return found


def _read(archive: Callable[[], ZipFile], info: ZipInfo) -> Iterator[bytes]:
    yield from read_member(archive(), info)


def _check(info: ZipInfo, bounds: Bounds) -> None:
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode):  # 0: packed on a system without such kinds
        check_regular(mode)
    if reason := unreadable(info):
        raise EntryError(reason)
    if info.file_size > bounds.free and info.file_size > bounds.ratio * info.compress_size:
        raise EntryError(f"{info.file_size} bytes packed into {info.compress_size}: more than {bounds.ratio} to 1")


def _name(info: ZipInfo, encoding: str) -> tuple[str, bool]:
    """Decode a name, and say whether its encoding is known: UTF-8, the given one, or else guessed as cp437."""
    if info.flag_bits & _UTF8:
        return info.orig_filename, True
    raw = info.orig_filename.encode("cp437")
    for known in filter(None, ("utf-8", encoding)):
        try:
            return raw.decode(known), True
        except (UnicodeError, LookupError):
            continue
    return info.orig_filename, False


def _headers(file: BinaryIO) -> int:
    """Count the headers in the list at the end of an archive, in the same bytes that `zipfile` reads."""
    try:
        if not (end := _EndRecData(file)):
            return 0
        size, location = end[5], end[9]
        start = max(0, location - size - _WIDE_END)
        file.seek(start)
        left, found, tail = location - start, 0, b""
        while left > 0 and (chunk := file.read(min(left, 16 * CHUNK))):
            found += (tail + chunk).count(_HEADER)
            left, tail = left - len(chunk), chunk[-3:]
    except _DAMAGE:  # `ZipFile` fails in the same way
        return 0
    return found


def _kind(file: BinaryIO) -> str:
    file.seek(0)
    head = file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        return "is empty; download it again"
    return next((what for magic, what in _KNOWN if head.startswith(magic)), "is not a zip archive")
