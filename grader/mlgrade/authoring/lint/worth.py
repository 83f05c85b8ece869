"""What each check is worth: that it catches something, that its tolerance is the right one, that it is not slow."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from mlgrade.authoring.lint.model import Problem
from mlgrade.authoring.lint.trial import SEEDS, ConceptTrial
from mlgrade.results import Outcome
from mlgrade.submissions.model import Submission
from mlgrade.suite import compare
from mlgrade.suite.session import Check, Ran

STRICT = (compare.RTOL, 1e-9)  # what a comparison gives when it is told nothing, and room for zeros of rounding
LOOSER = (10.0, 100.0, 1000.0, 10_000.0)
SLOW, SHARE = 20, 0.01  # times the median of the concept, and of the time that one submission has
Tolerance = tuple[float, float]
Array = np.ndarray[Any, Any]


def idle(trial: ConceptTrial) -> Iterator[Problem]:
    """A check that catches no misconception may hold something that none of them breaks; its author knows."""
    catching = {name for caught in trial.caught.values() for name in caught}
    for check in trial.checks if trial.caught else ():
        if check.id not in catching:
            yield Problem(check.file, check.line, f"{check.name} catches none of the misconceptions", note=True)


def slow(trial: ConceptTrial) -> Iterator[Problem]:
    """By comparison only: with the other checks of the concept, and with the time that one submission has."""
    least = {name: min(seconds) for name, seconds in trial.seconds.items()}
    allowed = trial.course.limits.submission.total_seconds()
    for name, times in slower(least, allowed):
        check, share = trial.check(name), least[name] / allowed
        text = f"{check.name} takes {times:.0f} times as long as most checks here, {share:.0%} of a submission's time"
        yield Problem(check.file, check.line, text, note=True)


def slower(least: Mapping[str, float], allowed: float) -> list[tuple[str, float]]:
    """Which checks take far longer than the others, and how many times as long."""
    middle = median(least.values()) if least else 0.0
    return [
        (name, seconds / middle)
        for name, seconds in least.items()
        if middle and seconds > SLOW * middle and seconds > SHARE * allowed
    ]


# -- tolerance ------------------------------------------------------------------------------------------------


def admitted(trial: ConceptTrial) -> Iterator[Problem]:
    """A tolerance that lets a misconception pass, where the usual one would catch it and takes all right answers."""
    asking = _loose(trial)
    loose = [check for check in trial.checks if check.id in asking]
    if not loose:
        return
    fair = _fair(trial, loose)
    with tolerance(_tightened):
        for one in trial.known:
            now = _outcomes(trial.grader.run(trial.wrong(one)))
            for check in fair:
                if check.id not in trial.caught[one.name] and now.get(check.id) is Outcome.FAILED:
                    text = f"the tolerance of {check.name} admits {one.name}; rtol={STRICT[0]:g} would catch it"
                    yield Problem(check.file, check.line, f"{text}, and takes every right answer")


def refused(trial: ConceptTrial) -> Iterator[Problem]:
    """A tolerance that rejects a right answer, which a wider one would take."""
    for path, submission in trial.others.items():
        rejected = [trial.check(name) for name in trial.rejected.get(path.stem, ())]
        for check in rejected:
            if factor := _enough(trial, submission, check):
                text = f"the tolerance of {check.name} rejects the right answer {path.stem}"
                yield Problem(check.file, check.line, f"{text}; one {factor:g} times as wide would take it")


@contextlib.contextmanager
def tolerance(change: Callable[[float, float], Tolerance]) -> Iterator[None]:
    """Run checks with another tolerance than they ask for."""
    applied = compare._near  # noqa: SLF001  (the one place where a tolerance counts; suites should see no switch)

    def near(have: Array, want: Array, rtol: float, atol: float) -> Array:
        return applied(have, want, *change(rtol, atol))

    compare._near = near  # noqa: SLF001  (the same)
    try:
        yield
    finally:
        compare._near = applied  # noqa: SLF001  (the same)


def _tightened(rtol: float, atol: float) -> Tolerance:
    return min(rtol, STRICT[0]), min(atol, STRICT[1])


def _loose(trial: ConceptTrial) -> set[str]:
    """The checks that ask for more than the usual tolerance, as the solution meets them."""
    found: set[str] = set()

    @contextlib.contextmanager
    def watch(check: Check) -> Iterator[None]:
        def noted(rtol: float, atol: float) -> Tolerance:
            found.update({check.id} if _tightened(rtol, atol) != (rtol, atol) else ())
            return rtol, atol

        with tolerance(noted):
            yield

    trial.run_watched(watch)
    return found


def _fair(trial: ConceptTrial, checks: Sequence[Check]) -> list[Check]:
    """Those that every right answer passes with the usual tolerance too."""
    with tolerance(_tightened):
        runs = [trial.grader.run(trial.reference, seed) for seed in SEEDS]
        runs += [trial.grader.run(submission) for submission in trial.others.values()]
    outcomes = [_outcomes(ran) for ran in runs]
    return [check for check in checks if all(one.get(check.id) is Outcome.PASSED for one in outcomes)]


def _enough(trial: ConceptTrial, submission: Submission, check: Check) -> float:
    for factor in LOOSER:
        with tolerance(partial(_widened, factor)):
            if trial.alone(submission, check) is Outcome.PASSED:
                return factor
    return 0.0


def _widened(factor: float, rtol: float, atol: float) -> Tolerance:
    return rtol * factor, max(atol, 1e-12) * factor


def _outcomes(ran: Sequence[Ran]) -> dict[str, Outcome]:
    return {one.finding.id: one.finding.outcome for one in ran}
