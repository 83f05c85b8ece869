"""A notebook that was handed in -> the submission that is graded: the student's code, and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mlgrade import submissions
from mlgrade.notebooks import restore
from mlgrade.notebooks.known import Known
from mlgrade.submissions import Submission


def submission(cells: Iterable[Mapping[str, Any]], concept: str, file: str, tests: Collection[Known]) -> Submission:
    """Take all code of a restored notebook bar its test cells, and copies of them, which are nobody's answer.

    Cells are counted as their author counts them: those of text too, and without those that were put back.
    """
    names, texts = {test.name for test in tests}, {test.source for test in tests}
    own = [cell for cell in cells if not restore.put_back(cell)]
    answers = ((n, cell["source"]) for n, cell in enumerate(own, 1) if _is_answer(cell, names, texts))
    return submissions.from_cells(file, concept, answers)


def _is_answer(cell: Mapping[str, Any], names: Collection[str], texts: Collection[str]) -> bool:
    test = cell["metadata"].get("nbgrader", {}).get("grade_id") in names or cell["source"] in texts
    return cell["cell_type"] == "code" and not test
