"""Lines for a terminal of any width: indented, wrapped at words, never ending in spaces."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def say(console: Console, text: Text | str, indent: int = 0, hang: int = 0) -> None:
    """Print with every line indented; what wraps keeps the indent, plus `hang`. No line ends in spaces."""
    text = Text(text) if isinstance(text, str) else text
    for line in text.split("\n", allow_blank=True):
        rows = line.wrap(console, max(20, console.width - indent - hang))
        for number, row in enumerate(rows):
            row.rstrip()
            console.print(Text(" " * (indent + (hang if number else 0))) + row if row.plain else row, soft_wrap=True)
