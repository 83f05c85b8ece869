"""nbgrader's zip_collect on what `mlgrade collect` left: whose a file is, and when it was handed in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from nbgrader.plugins import FileNameCollectorPlugin

from mlgrade.errors import SubmissionError
from mlgrade.intake import sidecar


class Collected(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """What nbgrader finds in the name, and the time that the LMS gave, where the name has none."""
        found: dict[str, str] | None = super().collect(submitted_file)
        if not found or found.get("timestamp"):
            return found
        try:
            at = _time(Path(submitted_file), found["student_id"])
        except SubmissionError as error:
            self.log.warning("%s: its time is not known: %s", submitted_file, error)
            return found
        return found | {"timestamp": at.isoformat()} if at else found


def _time(file: Path, student: str) -> datetime | None:
    """None where no `mlgrade collect` has been: a student could hand in such a record too."""
    root = file.parents[1]
    if file.parent.name != student or not (root / sidecar.COLLECTED).is_file():
        return None
    return sidecar.read(root, student).time_of(file.name)
