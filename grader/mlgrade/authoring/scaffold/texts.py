"""Files to begin with, kept as one text: each after a line `=== its/place`. Words such as $title are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from string import Template


def papers(name: str, words: Mapping[str, str]) -> dict[str, str]:
    """Read a text of this package as files; places may hold words too."""
    text = Template(files(__package__).joinpath(name).read_text(encoding="utf-8")).substitute(words)
    _, *parts = re.split(r"^=== (.+)\n", text, flags=re.MULTILINE)
    return {place: content.strip("\n") + "\n" for place, content in zip(parts[::2], parts[1::2], strict=True)}


def part(name: str, words: Mapping[str, str]) -> str:
    """The same for a text that is one piece."""
    return Template(files(__package__).joinpath(name).read_text(encoding="utf-8")).substitute(words)
