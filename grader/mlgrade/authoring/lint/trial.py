"""One concept with all that is tried on it: the solution over several seeds, the stub, each misconception, each
alternative. What comes of a try is kept, and so is how long each check takes on the solution.
"""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from mlgrade.authoring.lint import files, secrecy
from mlgrade.authoring.lint.model import Problem
from mlgrade.course import Concept
from mlgrade.grading import diagnosis
from mlgrade.grading.grader import Grader
from mlgrade.results import ConceptReport, Outcome, Status
from mlgrade.sandbox import numerics
from mlgrade.submissions.model import Submission, read
from mlgrade.suite.misconceptions import Misconception
from mlgrade.suite.session import Check, Ran, Suite

SEEDS = (0, 1, 2)
Clock = Callable[[], float]
Watch = Callable[[Check], AbstractContextManager[None]]


class ConceptTrial:
    """Run the suites of one concept on its solution, stub, misconceptions and alternatives."""

    def __init__(self, grader: Grader, concept: Concept, known: Sequence[Misconception], clock: Clock) -> None:
        self.grader, self.concept, self.known = grader, concept, known
        self.course = grader.course
        self.checks: tuple[Check, ...] = grader.suites[concept.id].checks
        self.reference = read(self.course.solution(concept.id), concept.id)
        self.others = {path: read(path, concept.id) for path in files.alternatives(self.course, concept)}
        self.seconds: dict[str, list[float]] = {}
        self.solved = self._solve(clock)
        self.caught: dict[str, list[str]] = {}
        self.rejected: dict[str, list[str]] = {}

    def _solve(self, clock: Clock) -> dict[int, list[Ran]]:
        @contextlib.contextmanager
        def timed(check: Check) -> Iterator[None]:
            begun = clock()
            yield
            self.seconds.setdefault(check.id, []).append(clock() - begun)

        return {seed: self.run_watched(timed, seed) for seed in SEEDS}

    def run_watched(self, watch: Watch, seed: int | None = None) -> list[Ran]:
        """Run the solution, with something around each check."""
        return self._run(Suite(tuple(_watched(check, watch) for check in self.checks)), self.reference, seed)

    def alone(self, submission: Submission, check: Check) -> Outcome:
        """What comes of one check when nothing is required of it."""
        ran = self._run(Suite(tuple(Suite(self.checks).alone(check.id))), submission)
        return ran[0].finding.outcome if ran else Outcome.RAISED

    def _run(self, suite: Suite, submission: Submission, seed: int | None = None) -> list[Ran]:
        plain = self.grader.suites[self.concept.id]
        self.grader.suites[self.concept.id] = suite
        try:
            return self.grader.run(submission, seed)
        finally:
            self.grader.suites[self.concept.id] = plain

    def wrong(self, one: Misconception) -> Submission:
        """Return a misconception as a submission."""
        name = self.concept.id
        return Submission(concept=name, file=f"{name}.py", source=one.source.encode())

    def check(self, name: str) -> Check:
        """Return a check by its name."""
        return next(check for check in self.checks if check.id == name)

    # -- findings ---------------------------------------------------------------------------------------------

    def solution(self) -> Iterator[Problem]:
        """The solution earns everything, over several seeds."""
        path = self.course.solution(self.concept.id)
        said: set[tuple[str, int]] = set()
        for seed, ran in self.solved.items():
            if not ran:
                yield Problem(str(path), 1, self.grader.grade(self.reference).reason)
                return
            for check, text in self._failures(ran):
                if (check.file, check.line) not in said:  # once, whatever the seed and the case
                    where = f"{check.name} (seed {seed})"
                    yield Problem(check.file, check.line, f"the solution does not pass {where}: {text}")
                said.add((check.file, check.line))

    def stub(self) -> Iterator[Problem]:
        """The stub earns nothing, and reads "not started"."""
        path = self.course.exercise(self.concept.id)
        report = self.grader.grade(read(path, self.concept.id))
        if report.status is not Status.NOT_STARTED:
            why = report.reason or f"it earns {report.earned:g} of {report.possible:g} points"
            yield Problem(str(path), 1, f'the stub reads "{report.status}", not "not_started": {why}')

    def mistakes(self) -> Iterator[Problem]:
        """Each misconception loses points and is diagnosed as itself, and no report shows what is hidden."""
        for one in self.known:
            if not (one.title and one.hint):
                yield Problem(one.file, one.line, f"{one.name} needs a title and a hint")
            submission = self.wrong(one)
            ran, report = self.grader.run(submission), self.grader.grade(submission)
            self.caught[one.name] = [check.finding.id for check in ran if check.finding.outcome is not Outcome.PASSED]
            yield from self._mistake(one, report, ran)
            for secret in secrecy.leaks(report, ran, self.checks):
                yield Problem(one.file, one.line, f"the report on {one.name} shows a hidden check: {secret}")

    def _mistake(self, one: Misconception, report: ConceptReport, ran: Sequence[Ran]) -> Iterator[Problem]:
        if report.status is not Status.GRADED:
            yield Problem(one.file, one.line, f"{one.name} cannot be graded: {report.status}: {report.reason}")
        elif not self.caught[one.name] or report.earned >= report.possible:
            yield Problem(one.file, one.line, f"no check catches {one.name}: it earns everything")
        elif (found := [named.misconception for named in report.diagnoses]) != [one.name]:
            said = f"diagnosed as {', '.join(found)}" if found else f"not recognised: {self._why_not(one, ran)}"
            yield Problem(one.file, one.line, f"{one.name} is {said}")

    def _why_not(self, one: Misconception, ran: Sequence[Ran]) -> str:
        with numerics.same_threads():
            return diagnosis.unexplained(one, self.known, [call for check in ran for call in check.calls])

    def alternatives(self) -> Iterator[Problem]:
        """Each right answer in another style earns everything."""
        for path, submission in self.others.items():
            ran = self.grader.run(submission)
            if not ran:
                yield Problem(str(path), 1, self.grader.grade(submission).reason)
            self.rejected[path.stem] = [one.finding.id for one in ran if one.finding.outcome is not Outcome.PASSED]
            for check, text in self._failures(ran):
                yield Problem(str(path), 1, f"this right answer does not pass {check.name}: {text}")

    def _failures(self, ran: Sequence[Ran]) -> Iterator[tuple[Check, str]]:
        for check, one in zip(self.checks, ran, strict=False):  # none ran at all, or each did
            if one.finding.outcome is not Outcome.PASSED:
                yield check, " ".join(f"{one.finding.problem} {one.finding.detail}".split())


def _watched(check: Check, watch: Watch) -> Check:
    def function(**given: Any) -> None:
        with watch(check):
            check.function(**given)

    return msgspec.structs.replace(check, function=function)


# -- before anything is tried ---------------------------------------------------------------------------------


def unloadable(grader: Grader, concept: Concept, known: Sequence[Misconception]) -> Iterator[Problem]:
    """Files of the author's own that end in an error when they are imported: nothing can be tried with them.

    A worker imports them first, because only there an import without end is ended.
    """
    for path in (grader.course.solution(concept.id), grader.course.exercise(concept.id)):
        report = grader.grade(read(path, concept.id))
        if report.status is Status.TIMED_OUT:
            yield Problem(str(path), 1, report.reason)
            return
        if fault := _fault(path.read_text(encoding="utf-8-sig")):
            yield Problem(str(path), *fault)
            return  # each misconception stands in the solution
    for one in known:
        if fault := _fault(one.source):
            yield Problem(one.file, one.line, f"{one.name}: {fault[1]}")


def _fault(source: str) -> tuple[int, str] | None:
    try:
        diagnosis.run(source)
    # Half-written code of the author may raise anything, and may end Python; it is told them.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<solution>"]
        line = frames[0].lineno if frames else 1
        return line or 1, f"cannot be imported: {type(error).__name__}: {error}"
    return None
