"""The list of entries at the end of a zip archive, read one record at a time, and the bytes of one entry.

Our own reader, because the standard one loads the whole list at once and gives up the archive for one odd record; a
class should not wait for its grades because of one student's file. Formats: PKWARE APPNOTE 4.3 and 4.5.3.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from mlgrade.lms.archives.bounds import ArchiveError, EntryError

CHUNK = 64 * 1024
STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1 | 0x40 | 0x2000
UTF8 = 0x800
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_RECORD, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"
_ALL_ONES = 0xFFFF_FFFF
_LONGEST_COMMENT = 0xFFFF
_KNOWN = (
    (b"%PDF", "is a PDF under the name of a zip archive"),
    (b"\x1f\x8b", "is a gzip file; unpack it and give the folder"),
    (b"Rar!", "is a RAR archive; unpack it and give the folder"),
    (b"7z\xbc\xaf", "is a 7z archive; unpack it and give the folder"),
    (b"<", "is a web page, perhaps that of a login; download the archive again"),
    (_LOCAL, "breaks off before its end; download it again"),
)


class Record(NamedTuple):
    """One entry as the list tells it. `offset` counts from the start of the file."""

    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int  # of Unix, or 0


class Listing(NamedTuple):
    """Where the list is. `shift` is what was put before the archive, such as a program that unpacks it."""

    start: int
    end: int
    shift: int


def locate(file: BinaryIO) -> Listing:
    length = file.seek(0, 2)
    base = max(0, length - _LONGEST_COMMENT - 22)
    tail = _at(file, base, length - base)
    found = tail.rfind(_END)
    if found < 0 or len(tail) - found < 22:
        raise ArchiveError(_what_it_is(file))
    disk, first, _, _, size, offset = struct.unpack_from("<4H2L", tail, found + 4)
    end = base + found
    if wide := _wide(file, end):
        end, disk, first, size, offset = wide
    start = end - size
    if disk or first:
        raise ArchiveError("is one part of a split archive; join its parts first")
    if start < 0 or start < offset:
        raise ArchiveError(
            "breaks off, or is damaged: the list of its files is not where it should be; download it again"
        )
    return Listing(start, end, start - offset)


def records(file: BinaryIO, listing: Listing) -> Iterator[Record]:
    at = listing.start
    while at < listing.end:
        head = _at(file, at, 46)
        if len(head) < 46 or head[:4] != _RECORD:
            raise ArchiveError(f"is damaged: the list of its files breaks off at byte {at}; download it again")
        flags, method, _, _, crc, packed, size, n, m, k = struct.unpack_from("<4H3L3H", head, 8)
        attributes, offset = struct.unpack_from("<2L", head, 38)
        raw, extra = _at(file, at + 46, n), _at(file, at + 46 + n, m)
        packed, size, offset = _widened(extra, packed, size, offset)
        yield Record(raw, flags, method, crc, packed, size, offset + listing.shift, attributes >> 16)
        at += 46 + n + m + k


def content(file: BinaryIO, record: Record) -> Iterator[bytes]:
    """The unpacked bytes, never more than the list promises, checked at the end. Raises EntryError."""
    crc = written = 0
    for chunk in _unpacked(file, record, _data(file, record)):
        written += len(chunk)
        crc = zlib.crc32(chunk, crc)
        if written > record.size:
            raise EntryError(f"unpacks to more than the {record.size} bytes that it claims")
        yield chunk
    if written != record.size or crc != record.crc:
        raise EntryError("damaged: its checksum does not fit its bytes")


def _unpacked(file: BinaryIO, record: Record, at: int) -> Iterator[bytes]:
    packed = (_at(file, at + done, min(CHUNK, record.packed - done)) for done in range(0, record.packed, CHUNK))
    if record.method == STORED:
        yield from packed
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in packed:
            waiting = piece
            while waiting and not inflate.eof:
                yield inflate.decompress(waiting, CHUNK)
                waiting = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error:
        raise EntryError("damaged: it does not unpack") from None


def _data(file: BinaryIO, record: Record) -> int:
    """Where the bytes of an entry begin. List and entry must agree on its name, or two readers see two files."""
    head = _at(file, record.offset, 30)
    if len(head) < 30 or head[:4] != _LOCAL:
        raise EntryError("damaged: it is not where the list says")
    n, m = map(int, struct.unpack_from("<2H", head, 26))
    if _at(file, record.offset + 30, n) != record.raw:
        raise EntryError("has one name in the list and another one at its place")
    return record.offset + 30 + n + m


def _wide(file: BinaryIO, end: int) -> tuple[int, int, int, int, int] | None:
    """The end record of an archive with more than 65,535 entries or 4 GiB, if there is one."""
    locator = _at(file, end - 20, 20) if end >= 20 else b""
    if locator[:4] != _LOCATOR:
        return None
    # Not at the place that the locator names, which something put before the archive makes wrong.
    at = end - 20 - 56
    record = _at(file, at, 56) if at >= 0 else b""
    if record[:4] != _END64:
        raise ArchiveError("is damaged: the list of its files is not where it should be; download it again")
    disk, first, _, _, size, offset = struct.unpack_from("<2L4Q", record, 16)
    return at, disk, first, size, offset


def _widened(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Numbers that do not fit 32 bits stand in an extra field, only those, in this order."""
    wide = iter(_numbers(extra))
    size, packed, offset = (next(wide, value) if value == _ALL_ONES else value for value in (size, packed, offset))
    return packed, size, offset


def _numbers(extra: bytes) -> list[int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            return list(struct.unpack_from(f"<{len(field) // 8}Q", field))
        at += 4 + length
    return []


def _what_it_is(file: BinaryIO) -> str:
    head = _at(file, 0, 512).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        return "is empty; download it again"
    return next((what for magic, what in _KNOWN if head.startswith(magic)), "is not a zip archive")


def _at(file: BinaryIO, at: int, length: int) -> bytes:
    try:
        file.seek(at)
        return file.read(length)
    except (OSError, ValueError, OverflowError) as error:
        raise EntryError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
