"""Bytes of a file from outside to text: which encoding it has, or one sentence about what it is instead."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

import msgspec

from mlgrade.errors import UsageError
from mlgrade.text import one_line

MOST_BYTES = 64 * 1024 * 1024
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
OTHERS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook; save the sheet as CSV (UTF-8)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"<!doctype", "a web page; the LMS may have asked for a login again"),
    (b"<html", "a web page; the LMS may have asked for a login again"),
    (b"<?xml", "an XML file"),
)


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded file. `mark` is its byte order mark as a character, or ""; `text` is without it."""

    name: str
    text: str
    codec: str
    mark: str = ""

    def encode(self, text: str) -> bytes:
        """Encode a text as the file was encoded."""
        return text.encode(self.codec)


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file of a bounded size."""
    shown = one_line(str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{shown}: not a file")
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except FileNotFoundError:
        raise UsageError(f"{shown}: no such file") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{shown}: cannot be read: {getattr(error, 'strerror', error)}") from None
    if len(raw) > most:
        raise UsageError(f"{shown}: larger than {most // 1024 // 1024} MiB, which no roster or grade file is")
    return raw


def decode(raw: bytes, name: str) -> Text:
    """UTF-8 with or without a mark, and UTF-16 with one. Anything else is named as well as can be."""
    name = one_line(name)
    for start, what in OTHERS:
        if raw[:64].lstrip().lower().startswith(start.lower()):
            raise UsageError(f"{name}: not delimited text but {what}")
    if not raw.strip():
        raise UsageError(f"{name}: the file is empty")
    mark, codec = next(((mark, codec) for mark, codec in MARKS if raw.startswith(mark)), (b"", "utf-8"))
    text = _decoded(raw[len(mark) :], codec, name)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{name}: line {line}: holds NUL bytes: not text, or UTF-16 without its mark; {WAY_OUT}")
    return Text(name=name, text=text, codec=codec, mark="\ufeff" if mark else "")


WAY_OUT = "download it again, or save it as CSV (UTF-8)"


def _decoded(raw: bytes, codec: str, name: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what = "UTF-8" if codec == "utf-8" else "UTF-16"
        raise UsageError(f"{name}: line {line}: byte {error.start + 1} is not {what}; {WAY_OUT}") from None
