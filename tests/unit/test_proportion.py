"""One slip costs one slip: what is measured, and what is a finding."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgrade import course as courses
from mlgrade.authoring.lint import proportion
from mlgrade.authoring.lint.trial import ConceptTrial
from mlgrade.grading.grader import Grader
from mlgrade.sandbox.host import Host

SOURCE = """\
import numpy as np

def f(x, low=0.0):
    x = np.asarray(x, dtype=float)
    if x.ndim != 1:
        raise ValueError("one axis")
    if not len(x):
        return x
    y = np.clip(x, low, None)
    return y / y.sum(axis=-1, keepdims=True)

def g(x):
    return float(np.maximum(f(x), 0).max())
"""
COURSE = """\
format: 1
title: Small
version: "1"
units: [{id: u, title: U, concepts: [{id: c, title: C, points: 10, functions: [f, g]}]}]
"""
SUITE = '''\
import numpy as np
import pytest
from mlgrade.suite.compare import close, number, raises

LIST = [1.0, 2.0]

@pytest.mark.points(2)
def test_arrays(student):
    """Arrays."""
    close(student.f(np.array([1.0, 3.0])), [0.25, 0.75])

@pytest.mark.requires("arrays")
def test_lists(student):
    """Lists."""
    close(student.f([1, 3]), [0.25, 0.75])

@pytest.mark.points(4)
@pytest.mark.requires("lists")
def test_hangs(student):
    """Hangs."""
    close(student.f(np.array([2.0, 2.0])), [0.5, 0.5])

@pytest.mark.points(2)
def test_refuses(student):
    """Refuses."""
    raises(student.f, np.zeros((2, 2)))

def test_number(student):
    """Number."""
    got = student.g(np.array([1.0, 3.0]))
    number(got)
    close(got, 0.75)
'''
Try = Callable[[str], ConceptTrial]


@pytest.fixture
def trial(tmp_path: Path, host: Host) -> Try:
    def made(suite: str) -> ConceptTrial:
        files = {"course.yml": COURSE, "solutions/c.py": SOURCE, "tests/public/test_c.py": suite}
        for place, text in files.items():
            path = tmp_path / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        course = courses.load(tmp_path)
        return ConceptTrial(Grader(course, ["c"], host), course.concept("c"), [], time.perf_counter)

    return made


def test_the_slips_of_a_source() -> None:
    """Each change is made by itself; what is changed in one function at once is one slip."""
    found = {slip.what: slip for slip in proportion.slips(SOURCE, ["f", "g"])}
    assert {what: slip.kind for what, slip in found.items()} == {
        "no conversion in f": "robustness",
        "no dtype in f": "robustness",
        "one error check removed in f": "robustness",
        "another type of error in f": "robustness",
        "a guard removed in f": "mathematics",
        "a clip removed in f": "mathematics",
        "keepdims dropped in f": "mathematics",
        "a clip removed in g": "mathematics",
        "g returns a list": "robustness",
        "g returns shape (1,) for a number": "robustness",
        "no error checks at all": "errors",
    }
    assert "x = x" in found["no conversion in f"].source
    assert "np.asarray(x)" in found["no dtype in f"].source
    assert "y.sum(axis=-1)" in found["keepdims dropped in f"].source
    assert "float(f(x).max())" in found["a clip removed in g"].source
    for slip in found.values():
        compile(slip.source, "slip", "exec")


def test_a_copy_stays_a_copy() -> None:
    """np.array copies: without the conversion the input is still left alone."""
    [slip] = proportion.slips("def f(x):\n    x = np.array(x)\n    return len(x)\n", [])
    assert "x.copy()" in slip.source


def test_what_a_slip_costs(trial: Try) -> None:
    """What fails is counted apart from what is skipped for it, as shares of the concept."""
    found = proportion.measure(trial(SUITE))
    costs = {cost.what: (round(cost.direct, 2), round(cost.required, 2)) for cost in found.costs}
    assert costs["no conversion in f"] == (0.1, 0.4)
    assert costs["one error check removed in f"] == (0.2, 0.0)
    assert costs["no error checks at all"] == (0.2, 0.0)
    assert costs["g returns shape (1,) for a number"] == (0.1, 0.0)
    assert "a clip removed in f" not in costs  # no check notices
    assert found.gate == pytest.approx(0.7)
    assert (found.most("robustness"), found.most("errors")) == (pytest.approx(0.5), pytest.approx(0.2))


def test_what_is_a_finding(trial: Try) -> None:
    """Beyond its ceiling a slip is named at the check that takes most, with what it costs and how."""
    one = trial(SUITE)
    texts = [str(problem) for problem in proportion.excessive(one, proportion.measure(one))]
    assert any("one slip (no conversion in f, as in c.py:3) costs 50.0% (10.0% directly, 40.0% through requires); the ceiling is 10%" in text for text in texts)  # fmt: skip
    assert any("no error checks at all" in text and "the ceiling is 15%" in text for text in texts)
    assert not any("shape (1,)" in text for text in texts)


def test_a_gate_with_a_list(trial: Try) -> None:
    """A check that others require and that passes a list is found, also where the list has a name."""
    [found] = proportion.gates(trial(SUITE).checks)
    assert found.line == SUITE.splitlines().index("    close(student.f([1, 3]), [0.25, 0.75])") + 1
    assert "lists is required by others and passes a list" in found.text
    [named] = proportion.gates(trial(SUITE.replace("student.f([1, 3]), [0.25, 0.75]", "student.f(LIST), [1 / 3, 2 / 3]")).checks)  # fmt: skip
    assert "passes a list" in named.text
    assert list(proportion.gates(trial(SUITE.replace("[1, 3]", "np.array([1.0, 3.0])")).checks)) == []
