"""Delimited text from outside: nothing of it is lost, and what cannot be read is said with its line."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from importers import delimited

from mlgrade import tables
from mlgrade.errors import UsageError

ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
CSVISH = st.text('ab ,;\t"\r\n=é', max_size=40)


@given(CSVISH | ANY)
@example('"a""b",c\r\n\n"d\ne";f')
def test_rows_put_together_are_the_file(text: str) -> None:
    """Raw cells, separators and line ends joined give every character back."""
    with contextlib.suppress(UsageError):
        table = tables.table(text.encode(), "a.csv")
        again = "".join(table.separator.join(record.raw) + record.end for record in table.records())
        assert table.source.mark + again == text


@given(CSVISH, st.sampled_from(",;\t"))
def test_two_readers_agree(text: str, separator: str) -> None:
    """The reader that goes character by character finds the same cells, or the same file unreadable."""
    table = tables.Table(tables.Text(name="a", text=text, codec="utf-8"), separator)
    try:
        expected = delimited.rows(text, separator)
    except delimited.Refused:
        with pytest.raises(UsageError, match=r"line \d+"):
            list(table.records())
        return
    assert [record.texts for record in table.records()] == expected


@given(st.lists(st.lists(ANY, min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_what_is_written_is_read(found: list[list[str]], separator: str) -> None:
    """Any cells come back from the file that they are written to."""
    text = "".join(tables.row(cells, separator) for cells in found)
    assert delimited.rows(text, separator) == found


@given(st.binary(max_size=60))
def test_any_bytes(raw: bytes) -> None:
    """Whatever bytes a file holds, it is a table or a UsageError."""
    with contextlib.suppress(UsageError):
        list(tables.table(raw, "a.csv").records())


def test_line_numbers_count_lines_inside_cells() -> None:
    """A row is placed by the line that an editor shows, not by its number."""
    table = tables.table(b'a,b\n"x\ny",1\n\n"z,1\n', "a.csv")
    lines = table.records()
    assert [next(lines).line, next(lines).line, next(lines).line] == [1, 2, 4]
    with pytest.raises(UsageError, match=r"a\.csv: line 5, cell 1: a quote is opened and never closed"):
        next(lines)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(codec: str) -> None:
    """UTF-8 with and without a mark, and UTF-16 with one, give the same cells."""
    [record] = tables.table("ID;Zoë;😀".encode(codec), "a.csv").records()
    assert record.texts == ["ID", "Zoë", "😀"]


SIZES = {
    "a long cell": (b"x" * (tables.MOST_CHARS + 1), "line 1: a cell of more than 100000 characters"),
    "a wide row": (b"," * tables.MOST_CELLS, "line 1: more than 2000 cells"),
    "many rows": (b"1\n" * (tables.MOST_ROWS + 1), "line 500001: more than 500000 rows"),
}


@pytest.mark.parametrize(("raw", "message"), SIZES.values(), ids=SIZES.keys())
def test_sizes_are_bounded(raw: bytes, message: str) -> None:
    """A file beyond what any class needs is refused where it becomes too much."""
    with pytest.raises(UsageError, match=message):
        list(tables.table(raw, "a.csv").records())


def test_an_open_quote_in_a_large_file_is_cheap() -> None:
    """A file of quotes that never close is read over a bounded number of times."""
    with pytest.raises(UsageError, match="never closed"):
        list(tables.table(b'a,"' + b'""' * 1_000_000, "a.csv").records())


def test_files_that_are_none(tmp_path: Path) -> None:
    """What is no regular file, not there, or too large, is said and not waited for."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large.csv").write_bytes(b"x" * 11)
    for name, message in {"pipe": "not a file", ".": "not a file", "none": "no such file"}.items():
        with pytest.raises(UsageError, match=message):
            tables.open_table(tmp_path / name)
    with pytest.raises(UsageError, match="larger than"):
        tables.read_bytes(tmp_path / "large.csv", most=10)


GUARDED = {
    "=1+1": "'=1+1", " =1": "' =1", "@x": "'@x", "+1a": "'+1a", "-x": "'-x", "\tx": "'\tx", "\rx": "'\rx",
    "\nx": "'\nx", "\uff1d1": "'\uff1d1", "\u0661": "\u0661", "+\u0661": "'+\u0661",
    "=cmd|'/c calc'!A1": "'=cmd|'/c calc'!A1", "@SUM(1)": "'@SUM(1)", "-1.5": "-1.5", "+3": "+3", "plain": "plain", "": "", "a=b": "a=b",
    "-": "-", " - ": " - ", "'a": "'a",
}  # fmt: skip


@pytest.mark.parametrize(("text", "safe"), GUARDED.items())
def test_guard(text: str, safe: str) -> None:
    """What a spreadsheet would run gets an apostrophe; numbers and other texts stay."""
    assert tables.guard(text) == safe


@given(st.floats(0, 1e6))
def test_numbers_are_plain(score: float) -> None:
    """A written number has a point or nothing, at most two decimals, and is near what it was."""
    value = tables.exact(score)
    assert value is not None
    text = tables.two_decimals(value).text
    assert tables.NUMBER.match(text)
    assert len(text.partition(".")[2]) <= 2
    assert abs(float(text) - score) <= 0.005 + 1e-9
    assert tables.unguard(tables.guard(text)) == text
