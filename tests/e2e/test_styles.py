"""Right mathematics in plain numpy, which converts nothing, loses the checks of lists and dtypes and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlgrade import course as courses
from mlgrade.grading.grader import Grader
from mlgrade.results import Outcome
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import read

ROOT = Path(__file__).resolve().parents[2]
COURSE = courses.load(ROOT)
LEAST = 0.9  # of the points


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Host(launcher()) as host:
        yield Grader(COURSE, [concept.id for concept in COURSE.concepts], host)


@pytest.mark.parametrize("concept", [concept.id for concept in COURSE.concepts])
def test_plain_numpy_on_arrays(grader: Grader, concept: str) -> None:
    """It keeps at least nine tenths of the points, and each check that it fails is about the kind of its input."""
    report = grader.grade(read(ROOT / "tests" / "styles" / f"{concept}.py", concept))
    lost = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    assert {check.aspect for check in lost} <= {"input"}, [check.id for check in lost]
    assert report.earned >= LEAST * report.possible
