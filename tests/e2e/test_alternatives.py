"""Right answers in any style: each file under tests/alternatives earns everything, and no diagnosis.

And the other way round: answers that nobody could call right earn nothing. The proof of the course (test_lint) tries more.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgrade import course as courses
from mlgrade.grading.grader import Grader
from mlgrade.results import Outcome, Status
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import Submission, read

ROOT = Path(__file__).resolve().parents[2]
COURSE = courses.load(ROOT)
ALTERNATIVES = sorted((ROOT / "tests" / "alternatives").glob("*/*.py"))
SILLY = {  # beside those that lint tries: mlgrade.authoring.lint.degenerate
    "stub": "return None",
    "value_error": "raise ValueError",
    "text": "return 'softmax'",
    "ragged": "return [[1], [1, 2]]",
    "dict": "return {}",
    "true": "return True",
    "object": "return object()",
}


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Host(launcher()) as host:
        yield Grader(COURSE, [concept.id for concept in COURSE.concepts], host)


def test_there_are_enough() -> None:
    """Every concept has at least six alternatives."""
    counts = {concept.id: sum(path.parent.name == concept.id for path in ALTERNATIVES) for concept in COURSE.concepts}
    assert min(counts.values()) >= 6, counts


@pytest.mark.parametrize("path", ALTERNATIVES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_right_answers_in_any_style(path: Path, grader: Grader) -> None:
    """Style does not matter: full points, no diagnosis."""
    report = grader.grade(read(path, path.parent.name))
    assert report.status is Status.GRADED, report.reason
    assert [(check.id, check.message) for check in report.checks if check.outcome is not Outcome.PASSED] == []
    assert (report.earned, report.diagnoses) == (report.possible, [])


@pytest.mark.parametrize("silly", SILLY)
def test_silly_answers(silly: str, grader: Grader) -> None:
    """A function that ignores its task earns nothing anywhere, and breaks no suite."""
    for concept in COURSE.concepts:
        stubs = "".join(f"def {name}(*args, **kwargs):\n    {SILLY[silly]}\n" for name in concept.functions)
        report = grader.grade(Submission(concept=concept.id, file=f"{concept.id}.py", source=stubs.encode()))
        assert report.status in (Status.GRADED, Status.NOT_STARTED), (concept.id, report.checks)
        assert report.earned == 0, (concept.id, [check.id for check in report.checks if check.earned])
