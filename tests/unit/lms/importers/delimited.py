"""RFC 4180 as a strict reader takes it, one character at a time."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818  (what an LMS says, not a fault of these tests)
    """The LMS takes nothing of the file."""


def rows(text: str, separator: str = ",") -> list[list[str]]:  # noqa: C901  (a state machine, best read whole)
    found: list[list[str]] = []
    row: list[str] = []
    cell, state = "", "start"
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if state == "quoted":
            if char != '"':
                cell += char
            elif text[position : position + 1] == '"':
                cell, position = cell + '"', position + 1
            else:
                state = "closed"
        elif char == separator or char in "\r\n":
            row, cell, state = [*row, cell], "", "start"
            if char != separator:
                if char == "\r" and text[position : position + 1] == "\n":
                    position += 1
                found, row = [*found, row], []
        elif state == "closed":
            raise Refused("text after a quote")
        elif char == '"':
            if state == "bare":
                raise Refused("a stray quote")
            state = "quoted"
        else:
            cell, state = cell + char, "bare"
    if state == "quoted":
        raise Refused("an open quote")
    if row or cell or state != "start":
        found.append([*row, cell])
    return found


def decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None


def even(found: list[list[str]]) -> list[list[str]]:
    if len({len(row) for row in found}) > 1:
        raise Refused("rows of different length")
    return found


def write(found: list[list[str]], *, quote_all: bool = False, separator: str = ",", end: str = "\n") -> str:
    """For the exports that tests make: quoted as this LMS quotes."""
    return "".join(separator.join(_cell(text, separator, quote_all) for text in row) + end for row in found)


def _cell(text: str, separator: str, quote_all: bool) -> str:
    if quote_all or any(char in text for char in (separator, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text
