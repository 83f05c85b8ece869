"""Read and write delimited text, and write numbers as LMSs take them."""

from __future__ import annotations

import codecs
import math
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import msgspec

from mlgrade.errors import UsageError
from mlgrade.text import one_line

# -- numbers -------------------------------------------------------------------------------------------------------

# Scores as the decimal numbers that importers read: a point, no exponent, at most two decimals, half to even.

NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?\Z")
ZERO = Fraction(0)
NOISE = Fraction(1, 10**9)  # what floats add to 0.1 + 0.2 is not a rounding that anybody needs to hear of


class Number(msgspec.Struct, frozen=True):
    """A number as text, and whether it was rounded."""

    text: str
    rounded: bool


def exact(score: float) -> Fraction | None:
    """The number as it prints; None for what is no score (nan, infinite, below zero)."""
    return Fraction(repr(float(score))) if math.isfinite(score) and score >= 0 else None


def scaled(score: Fraction, points: float, to: Fraction | None) -> Fraction:
    """Points of ours to points of the LMS's item, where it says how many it has."""
    ours = exact(points)
    return score * to / ours if to is not None and ours else score


def two_decimals(value: Fraction) -> Number:
    """Return a number with at most two decimals."""
    near = round(value, 2)
    return Number(written(near), abs(near - value) > NOISE)


def written(value: Fraction) -> str:
    """A number with a finite decimal form, without an exponent and without zeros that say nothing."""
    text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def digits(value: float) -> str:
    """A float in full, for formats without a rule of their own."""
    return written(Fraction(repr(float(value))))


def parse(text: str) -> Fraction | None:
    """A number as an LMS exports it, with a decimal point or comma; None for anything else."""
    text = text.strip()
    return Fraction(text.replace(",", ".")) if text.isascii() and NUMBER.match(text) else None


# -- decoding ------------------------------------------------------------------------------------------------------

# Bytes of a file from outside to text: which encoding it has, or one sentence about what it is instead.

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


# -- delimited -----------------------------------------------------------------------------------------------------

# Delimited text as it comes from an LMS: read by RFC 4180 without losing a byte, and written the same way.
#
# A cell keeps its raw form (quotes and all) beside its text, so that what is not touched goes back as it came.

MOST_ROWS = 500_000
MOST_CELLS = 2_000  # in one row
MOST_CHARS = 100_000  # in one cell
SEPARATORS = ",;\t"
NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}
# Possessive, so that an open quote in a large file costs one pass and no more.
QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
LINE = re.compile(r"[^\r\n]*+")
END = re.compile(r"\r\n|\n|\r|\Z")


class TableRecord(msgspec.Struct, frozen=True):
    """One row: the line it begins on, its cells as they stand in the file, and how its line ends."""

    line: int
    raw: Sequence[str]
    end: str

    @property
    def texts(self) -> list[str]:
        """Return the cells as text."""
        return [plain(raw) for raw in self.raw]

    @property
    def blank(self) -> bool:
        """Return whether all cells are empty."""
        return not any(text.strip() for text in self.texts)


class Table(msgspec.Struct, frozen=True):
    """A file of delimited text."""

    source: Text
    separator: str
    quotes: bool = True  # False: a quote is a character like others (what nbgrader writes)

    @property
    def name(self) -> str:
        """Return the name of the file."""
        return self.source.name

    def records(self) -> Iterator[TableRecord]:
        """Yield the records. Raise UsageError with the line of a fault."""
        return _records(self.source.text, self.separator, self.name, quotes=self.quotes)

    def fault(self, line: int, what: str) -> UsageError:
        """Return the error for a line."""
        return UsageError(f"{self.name}: line {line}: {one_line(what)}")


def open_table(path: Path) -> Table:
    """Open a file, and find its encoding, separator and quotes."""
    return table(read_bytes(path), str(path))


def table(raw: bytes, name: str) -> Table:
    """Decode a file and find its separator: the one that makes most cells of the first row, a comma in doubt."""
    source = decode(raw, name)
    widths = {separator: _width(source, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: widths[separator])
    return Table(source, best if widths[best] > 1 else ",")


def plain(raw: str) -> str:
    """Return the text of a raw cell."""
    return raw[1:-1].replace('""', '"') if raw.startswith('"') and len(raw) > 1 else raw


def quoted(text: str) -> str:
    """Return a cell in quotes."""
    return '"' + text.replace('"', '""') + '"'


def fit(text: str, separator: str, *, like: str = "") -> str:
    """A cell as RFC 4180 wants it: quoted where it must be, or where the cell that it takes the place of was."""
    needed = any(char in text for char in (separator, '"', "\r", "\n")) or text != text.strip()
    return quoted(text) if needed or like.startswith('"') else text


def row(cells: Iterable[str], separator: str = ",", end: str = "\n") -> str:
    """Return a line of cells."""
    texts = list(cells)
    if texts == [""]:
        return '""' + end  # a lone blank cell would read as no row at all
    return separator.join(fit(text, separator) for text in texts) + end


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula. A number or a dash stays what it is.

    Used for every text that we write, except for what an LMS finds a student or an item by and for what its own file
    holds already. Those must not change, and the summary of the export warns of them.
    """
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])  # some spreadsheets take a full-width sign as well
    harmless = re.fullmatch(r"\s*(-|[+-]?\d+(\.\d+)?)\s*", text, re.ASCII)
    runs = first in {"=", "+", "-", "@"} and not harmless
    return f"'{text}" if runs or text[:1] in {"\t", "\r", "\n"} else text


def unguard(text: str) -> str:
    """Take the apostrophe of `guard` away, so that a table of ours is read as it was meant."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text


def joined_lines(text: str) -> str:
    """A name or a title without line breaks: Canvas guesses its separator from the first physical lines."""
    return re.sub(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", " ", text)


def _width(source: Text, separator: str) -> int:
    """How many cells the first row has with this separator; 0 where it cannot be read so."""
    try:
        records = _records(source.text, separator, source.name, quotes=True)
        return next((len(record.raw) for record in records if list(record.raw) != [""]), 0)
    except UsageError:
        return 0


def _records(text: str, separator: str, name: str, *, quotes: bool) -> Iterator[TableRecord]:
    position, line, count = 0, 1, 0
    while position < len(text):
        raw, position = _cells(text, position, separator, quotes, f"{name}: line {line}")
        ended = END.match(text, position)
        assert ended is not None  # noqa: S101  (a row stops at a line end or at the end of the text)
        count += 1
        if count > MOST_ROWS:
            raise UsageError(f"{name}: line {line}: more than {MOST_ROWS} rows")
        yield TableRecord(line, raw, ended[0])
        position = ended.end()
        line += 1 + sum(len(re.findall(r"\r\n|\n|\r", cell)) for cell in raw if cell.startswith('"'))


def _cells(text: str, position: int, separator: str, quotes: bool, place: str) -> tuple[list[str], int]:
    whole = LINE.match(text, position)
    assert whole is not None  # noqa: S101  (it matches nothing as well)
    if not quotes or '"' not in whole[0]:  # the usual row, at once
        raw, position = whole[0].split(separator), whole.end()
    else:
        raw, position = _quoted_cells(text, position, separator, place)
    if len(raw) > MOST_CELLS:
        raise UsageError(f"{place}: more than {MOST_CELLS} cells")
    if any(len(cell) > MOST_CHARS for cell in raw):
        raise UsageError(f"{place}: a cell of more than {MOST_CHARS} characters")
    return raw, position


def _quoted_cells(text: str, position: int, separator: str, place: str) -> tuple[list[str], int]:
    bare = re.compile(rf"[^{separator}\r\n]*+")
    raw: list[str] = []
    while True:
        cell = _cell(text, position, bare, f"{place}, cell {len(raw) + 1}")
        raw.append(cell)
        position += len(cell)
        if not text.startswith(separator, position):
            return raw, position
        position += 1


def _cell(text: str, position: int, bare: re.Pattern[str], place: str) -> str:
    if text.startswith('"', position):
        found = QUOTED.match(text, position)
        if found is None:
            raise UsageError(f"{place}: a quote is opened and never closed; was the file cut off?")
        rest = bare.match(text, found.end())
        if rest is not None and rest[0]:
            raise UsageError(f"{place}: text after a closing quote; a quote inside a cell is written twice")
        return found[0]
    found = bare.match(text, position)
    assert found is not None  # noqa: S101  (it matches nothing as well)
    if '"' in found[0]:
        raise UsageError(f"{place}: a quote in the middle of a cell without quotes")
    return found[0]
