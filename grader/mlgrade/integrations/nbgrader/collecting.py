"""nbgrader's collect and zip_collect: from the exchange, or from what `mlgrade collect` left, to submitted/."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.plugins import FileNameCollectorPlugin

from mlgrade.errors import SubmissionError
from mlgrade.files import read_beneath
from mlgrade.submissions import layouts, sidecar
from mlgrade.text import one_line


class Collect(ExchangeCollect):  # type: ignore[misc]  # nbgrader has no types
    """Takes files only. A student owns what they handed in, and may put links there: nbgrader's own collect follows
    them with the rights of the staff, to a hidden suite or to somebody else's answer, and its feedback hands it out.

    One submission that cannot be copied does not keep it from the others; it is named at the end, with exit code 1.
    """

    def copy_files(self) -> None:
        """Copy the submissions of the exchange."""
        self._failed: list[str] = []
        super().copy_files()
        if self._failed:
            self.fail(f"not collected: {', '.join(self._failed)}")

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission and follow no link."""
        try:
            with tempfile.TemporaryDirectory(prefix="mlgrade-") as scratch:
                for left_out in _copied(Path(src), Path(scratch, "handed_in"), self.coursedir.max_dir_size * 1000):
                    self.log.warning("Left out: %s", one_line(left_out))
                super().do_copy(str(Path(scratch, "handed_in")), dest, log)
        except (OSError, RuntimeError, SubmissionError) as error:  # nbgrader raises a RuntimeError for what is too big
            self.log.error("%s: not collected: %s", one_line(src), one_line(str(error)))  # noqa: TRY400  (no traceback)
            shutil.rmtree(dest, ignore_errors=True)  # else the next collect would take it for a whole one
            self._failed.append(one_line(Path(src).name))


def _copied(given: Path, to: Path, most: int) -> Iterator[str]:
    """Copy the files below a folder, and yield what is none."""
    to.mkdir()
    listing = layouts.student_files(given.parent, given.name)
    if not listing.files:
        raise SubmissionError(next((one.what for one in listing.refused), "there is no file in it"))
    for path in listing.files:
        data = read_beneath(given.parent, path, most)
        most -= len(data)
        target = to / Path(path).relative_to(given.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    yield from (f"{one.path}: {one.what}" for one in listing.refused)


class Collected(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Whose a file of `mlgrade collect` is, and when it was handed in."""

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
