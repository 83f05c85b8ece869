"""HiddenSuites in two halves: what will be asked for, and with the reports that came of it, the rest."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from mlgrade.integrations.nbgrader import handin, marks, scores
from mlgrade.integrations.nbgrader.autograde import HiddenSuites
from mlgrade.integrations.nbgrader.known import Known
from mlgrade.results import Report
from mlgrade.submissions.model import Submission


def wanted(text: bytes, file: str, cells: Sequence[Known]) -> Iterator[Submission]:
    """What HiddenSuites will ask for, by the same means. Raises for what is no notebook.

    Of a notebook that the staff have changed by steps of their own, something else is asked for: that costs time only.
    """
    locked = {cell.name: cell.source for cell in cells if cell.locked}
    node = handin.restored(json.loads(text), cells)
    for cell in node.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = locked.get(name, cell.source)  # as nbgrader's OverwriteCells does
    tests = [cell for cell in cells if cell.test]
    for test in tests:
        if concept := marks.tested(test.metadata):
            yield handin.submission(node.cells, concept, file, tests)


class Finished(HiddenSuites):
    """Has the reports already. What is not among them is graded as ever."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.folder = ""
        self.reports: dict[tuple[str, Any], Report] = {}

    def _report(self, nb: Any, concept: str, tests: Collection[Known], file: str) -> Any:
        where = self.folder, identity(handin.submission(nb.cells, concept, file, tests))
        if where not in self.reports:
            self.reports[where] = super()._report(nb, concept, tests, file)
        return self.reports[where]

    def undecided(self, folder: str) -> bool:
        """Return whether a check of ours broke in a submission."""
        theirs = (report.concepts[0] for (owner, _), report in self.reports.items() if owner == folder)
        return not all(map(scores.decided, theirs))

    def forget(self, folder: str) -> None:
        """Drop the results of a submission."""
        self.reports = {where: report for where, report in self.reports.items() if where[0] != folder}


def identity(submission: Submission) -> Any:
    """Return what tells two submissions apart."""
    return submission.concept, submission.file, submission.sha256, tuple(map(tuple, submission.cells))
