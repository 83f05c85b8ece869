"""A check may use so much memory and time of the trusted process, whatever it was given to look at."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlgrade import course as courses
from mlgrade.grading.grader import Grader
from mlgrade.results import ConceptReport, Outcome, Status
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import from_source
from mlgrade.suite import guard
from mlgrade.suite.findings import TOO_MUCH

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound the memory of a process")


def spin() -> None:
    while True:
        pass


def spin_and_catch() -> None:
    while True:
        with contextlib.suppress(Exception):
            spin()


@pytest.mark.parametrize("work", [spin, spin_and_catch])
def test_a_computation_without_end(work: Callable[[], None]) -> None:
    """It ends when its time is over, also where every exception is caught, and nothing is raised later."""
    for _ in range(2):
        with pytest.raises(guard.OvertimeError), guard.Clock(each=0.05):
            work()
    time.sleep(2 * guard.LOOK_SECONDS)


def test_waiting_costs_nothing() -> None:
    """The clock counts what this thread computes: a worker has limits of its own."""
    with guard.Clock(each=0.05):
        time.sleep(0.05 + 2 * guard.LOOK_SECONDS)


def test_all_checks_share_the_time_of_a_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is used up each check has little time left, and is stopped by its own computing only."""
    monkeypatch.setattr(guard, "LEAST_SECONDS", 0.01)
    clock = guard.Clock(most=0.3, each=0.2)
    for _ in range(3):
        with pytest.raises(guard.OvertimeError), clock:
            spin()
    with clock:
        pass


def test_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission may use up the threads of its user: the check runs all the same, and the next one tries again."""

    def refused(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    time.sleep(2 * guard.LOOK_SECONDS)  # until the last one has gone
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        with guard.Clock(each=0.05):
            pass
    with pytest.raises(guard.OvertimeError), guard.Clock(each=0.05):
        spin()


def test_any_thread() -> None:
    """A thread is stopped by its own time, as on a cluster, where the main thread does other things."""
    ended: list[str] = []

    def work() -> None:
        try:
            with guard.Clock(each=0.05):
                spin()
        except guard.OvertimeError:
            ended.append("over")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert ended == ["over"]


@linux
def test_a_timer_that_ends_the_process() -> None:
    """Where there is one it is shorter while a check runs, and afterwards as long as before, less the time used."""
    with guard.Clock(each=1.0):
        assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    signal.setitimer(signal.ITIMER_PROF, 50.0)
    try:
        with guard.Clock(each=1.0):
            assert 1.0 < signal.getitimer(signal.ITIMER_PROF)[0] < 2.5  # the kernel rounds up
        assert 40.0 < signal.getitimer(signal.ITIMER_PROF)[0] < 50.5
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@linux
def test_memory() -> None:
    """What would take more than the limit is a MemoryError at once; before and after there is no limit of ours."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    for ask in (lambda: np.ones((2**31 - 1, 8)), lambda: [0] * 2**30):
        with pytest.raises(MemoryError), guard.memory():
            ask()
    with guard.memory():
        assert np.ones(2**20).sum() == 2**20
    assert resource.getrlimit(resource.RLIMIT_AS) == before


# -- through a suite --------------------------------------------------------------------------------------------

COURSE = """\
format: 1
title: Large
version: "1.0"
units:
  - {id: one, title: One, concepts: [{id: f, title: F, points: 10, functions: [f]}]}
"""
SUITE = '''
import numpy as np


def test_outer(student):
    """Has an outer product with itself."""
    got = student.f(1)
    assert np.outer(got, got).shape[0] > 0


def test_called_back(student):
    """Calls what it was given with a list."""

    def wave(x):
        return float(len(1_000_000 * x[0]))

    assert student.f(2, wave) > 0


def test_power(student):
    """Is a power."""
    total = 0
    for step in range(student.f(3)):
        total += step
    assert total >= 0


def test_number(student):
    """Is a number after all."""
    assert student.f(4) == 4
'''
RIGHT = """\
def f(n, wave=None):
    if n == 2:
        return wave([[0.0]])
    return [1.0, 2.0] if n == 1 else n
"""
LARGE = """\
def f(n, wave=None):
    if n == 1:
        return [0] * 30_000
    if n == 2:
        try:
            return wave([[0] * 9_000])
        except BaseException:
            return 1.0
    return 10**18 if n == 3 else n
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for place, text in {
        "course.yml": COURSE,
        "tests/public/test_f.py": SUITE,
        "solutions/f.py": RIGHT,
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    return tmp_path


@pytest.fixture
def graded(course: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ConceptReport]]:
    monkeypatch.setattr(guard, "CHECK_SECONDS", 1.5)
    with Host(launcher()) as host:
        found = courses.load(course)
        grader = Grader(found, ["f"], host)
        yield lambda source: grader.grade(from_source(source, "f"))


def outcomes(report: ConceptReport) -> list[tuple[Any, str]]:
    return [(one.outcome, one.message.partition("\n")[0]) for one in report.checks]


@linux
def test_each_check_fails_alone(graded: Callable[[str], ConceptReport]) -> None:
    """Too much memory, in a callback too, and too much time cost the check, and the next one passes."""
    report = graded(LARGE)
    assert outcomes(report) == [(Outcome.FAILED, TOO_MUCH)] * 3 + [(Outcome.PASSED, "")]
    assert report.status is Status.GRADED
    assert "takes more memory than a check has" in report.checks[0].message
    assert "takes more time than a check has" in report.checks[2].message


@pytest.mark.full
@linux
def test_what_is_too_much_for_the_reference_is_our_fault(course: Path, graded: Callable[[str], ConceptReport]) -> None:
    """A check that no answer can pass costs nobody anything."""
    (course / "solutions" / "f.py").write_text(LARGE)
    report = graded(LARGE)
    assert [one.outcome for one in report.checks] == [Outcome.BROKEN] * 3 + [Outcome.PASSED]
    assert report.status is Status.BROKEN
