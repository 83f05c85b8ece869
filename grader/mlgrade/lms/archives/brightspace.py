"""Brightspace (D2L), "Download": `<n>-<n> - <Name> - <Oct 1, 2026 1158 PM> - <file name>`, flat or as a folder.

No id of the roster is in it, so a person can only be found by name, which is said; equal names are never guessed.
"""

from __future__ import annotations

import re
from datetime import datetime

from mlgrade.lms.archives.model import Format, Found, Key, leaf

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORM = re.compile(
    r"\d+-\d+ - (?P<name>[^/]*?) - (?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d\d?), (?P<year>20\d\d) "
    r"(?P<hour>\d\d?)(?P<minute>\d\d) ?(?P<half>[AaPp][Mm])(?: - |/)(?P<path>.+)",
    re.DOTALL,
)


class Brightspace(Format):
    name = "brightspace"
    title = "Brightspace"

    def parse(self, name: str) -> Found | None:
        found = _FORM.fullmatch(name)
        at = _time(found) if found else None
        if not found or not at:
            return None
        key = Key(label=found["name"] or "brightspace", name=found["name"])
        return Found(keys=(key,), path=found["path"], attempt=f"{at:%Y-%m-%d-%H-%M}", at=at)

    def skips(self, name: str) -> bool:
        return leaf(name) == "index.html" and _FORM.fullmatch(name) is None


def _time(found: re.Match[str]) -> datetime | None:
    """Read in English, which a download is in whatever language this computer speaks."""
    try:
        month = _MONTHS.index(found["month"].lower()) + 1
        hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "pm" else 0)
        return datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))
    except ValueError:
        return None
