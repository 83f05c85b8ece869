"""Read names of Brightspace's "Download": `<n>-<n> - <Name> - <Oct 1, 2026 1158 PM> - <file name>`, flat or a folder.

They have no id of the roster, so a person is found by name only, and the report says so. Equal names are ambiguous.
"""

from __future__ import annotations

import re
from datetime import datetime

from mlgrade.lms.archives.model import ArchiveFormat, ParsedName, PersonKey, leaf

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORM = re.compile(
    r"\d+-\d+ - (?P<name>[^/]*?) - (?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d\d?), (?P<year>20\d\d) "
    r"(?P<hour>\d\d?)(?P<minute>\d\d) ?(?P<half>[AaPp][Mm])(?: - |/)(?P<path>.+)",
    re.DOTALL,
)


class BrightspaceArchive(ArchiveFormat):
    """Archives of Brightspace (D2L)."""

    name = "brightspace"
    title = "Brightspace"

    def parse(self, name: str) -> ParsedName | None:
        """Read the name of one entry."""
        found = _FORM.fullmatch(name)
        at = _time(found) if found else None
        if not found or not at:
            return None
        key = PersonKey(label=found["name"] or "brightspace", name=found["name"])
        return ParsedName(keys=(key,), path=found["path"], attempt=f"{at:%Y-%m-%d-%H-%M}", at=at)

    def skips(self, name: str) -> bool:
        """Skip the index page."""
        return leaf(name) == "index.html" and _FORM.fullmatch(name) is None


def _time(found: re.Match[str]) -> datetime | None:
    """Read a time, which is in English whatever the language of this computer."""
    try:
        month = _MONTHS.index(found["month"].lower()) + 1
        hour = int(found["hour"]) % 12 + (12 if found["half"].lower() == "pm" else 0)
        return datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))
    except ValueError:
        return None
