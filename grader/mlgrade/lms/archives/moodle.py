"""Read names of Moodle's "Download all submissions": `<Full name>_<number>_assignsubmission_file/<path>`.

The number is the participant's in this one assignment (the worksheet's Identifier). A roster of another assignment may
give it to somebody else, so it counts only if the name fits too, unless marking is blind. Lateness and times are in the
worksheet only. In a flat archive `_` takes the place of `/`.
"""

from __future__ import annotations

import re

from mlgrade.lms.archives.model import ArchiveFormat, ParsedName, PersonKey

# The first match counts: what follows is chosen by the student, and may look like another student's name.
_FORM = re.compile(
    r"(?P<who>[^/]*?)_(?P<number>\d{1,18})_assignsubmission_(?P<kind>[a-z]+)_?(?:/|_)(?P<path>.+)", re.DOTALL
)
_BLIND = "Participant"


class MoodleArchive(ArchiveFormat):
    """Archives of Moodle."""

    name = "moodle"
    title = "Moodle"

    def parse(self, name: str) -> ParsedName | None:
        """Read the name of one entry."""
        found = _FORM.fullmatch(name)
        if not found:
            return None
        login, _, who = found["who"].rpartition("_")  # names have no underscore here; some sites put the login first
        blind = found["who"] == _BLIND
        key = PersonKey(
            label=f"{found['who'] or 'moodle'}-{found['number']}",
            lms_id=found["number"],
            logins=(login,) if login else (),
            name="" if blind else who,
            named=not blind,
        )
        return ParsedName(keys=(key,), path=found["path"], own=found["kind"] != "file")
