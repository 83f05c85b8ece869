"""Make text safe to show: cut it, escape what could move a cursor or hide itself, count nouns."""

from __future__ import annotations

import unicodedata

MOST_CHARS = 4_000
MOST_LINES = 40


def clean(text: str) -> str:
    r"""Cut a text to 40 lines and 4,000 characters, and escape control and formatting characters.

    A tab becomes four spaces. Characters that could move a cursor, reverse a line or hide themselves become escapes
    such as ``\x1b``.
    """
    shown = "".join(map(_visible, text[:MOST_CHARS]))
    lines = shown.split("\n")
    if len(text) > MOST_CHARS or len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], "... (cut)"]
    return "\n".join(lines)


def one_line(text: str) -> str:
    """Clean a text that must stay on one line, such as the name of a file."""
    return clean(text).replace("\n", "\\n")


def plural(number: int, noun: str, many: str = "") -> str:
    """Return the number with its noun: "1 student", "3 students". `many` is an irregular plural."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def _visible(char: str) -> str:
    if char in "\n ":
        return char
    if char == "\t":
        return "    "
    # Cc control, Cf format (bidirectional marks, zero widths), Cs lone surrogates, Co private, Zl and Zp line ends
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char
