"""Grade one submission.

load      a worker gets the source as bytes and says what the file holds
gate      a file that cannot be graded is answered in one sentence
run       every check of the concept's suites, each call a message to the worker
confirm   what may be our fault is tried on the reference: a check that failed by itself, a call that was refused
diagnose  which known mistake gives these answers
score     points by weight
redact    the single gate to student eyes
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from mlgrade.course import Concept, Course
from mlgrade.errors import SuiteError, UsageError
from mlgrade.grading import diagnosis, known_outputs, prechecks, redaction
from mlgrade.results import ConceptReport, Diagnosis, Finding, Outcome, Score, Status, Visibility
from mlgrade.sandbox import numerics
from mlgrade.sandbox.attempt import WorkerSession
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.isolation.landlock import in_reach
from mlgrade.sandbox.output import Capped
from mlgrade.sandbox.protocol import Loaded, Raised, Value
from mlgrade.submissions.model import SourceText, Submission, request
from mlgrade.suite import guard, session
from mlgrade.suite.findings import TOO_MUCH, UNBOUND
from mlgrade.suite.misconceptions import read_misconceptions
from mlgrade.suite.session import Ran, Suite
from mlgrade.text import clean, one_line

MOST_PRINTED = 300  # characters of what the course's own code prints, in a note


class Grader:
    """A course with the suites of some of its concepts collected, ready for many submissions."""

    def __init__(self, course: Course, concepts: Iterable[str], host: Host) -> None:
        self.course, self._host = course, host
        self._notes: dict[str, str] = {}  # of what -> a sentence for staff; empty once it was taken
        _keep_out_of_reach(course)
        self.suites = collect(course, concepts)

    def take_notes(self) -> dict[str, str]:
        """Return what staff should know of the course's own files, and students never see: each thing once."""
        notes = {about: text for about, text in self._notes.items() if text}
        self._notes = dict.fromkeys(self._notes, "")
        return notes

    def _note(self, about: str, text: str) -> None:
        self._notes.setdefault(about, one_line(f"{about}: {text}"))

    @contextlib.contextmanager
    def _quiet(self, concept: Concept) -> Iterator[None]:
        """Keep what the course's own code prints from whoever reads our output by program."""
        said: Any = Capped(MOST_PRINTED)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                yield
        finally:
            if text := said.take().strip():
                self._note(f"{concept.id}: a suite, the solution or a misconception prints", text)

    @numerics.same_threads()
    def grade(self, submission: Submission) -> ConceptReport:
        """Grade one submission, and return what its author may read."""
        concept = self.course.concept(submission.concept)
        source = submission.text
        with self._attempt(submission) as attempt:
            loaded = attempt.load()
            if stopped := prechecks.stop(loaded, concept, source):
                return prechecks.report(submission, concept, stopped)
            assert isinstance(loaded, Loaded)  # noqa: S101  (anything else was stopped)
            ran = self._run(attempt, loaded, concept, source)
        return self._report(submission, concept, loaded, ran)

    @numerics.same_threads()
    def run(self, submission: Submission, seed: int | None = None) -> list[Ran]:
        """Run the checks and keep everything: for an author's proof, never for a student's eyes."""
        concept = self.course.concept(submission.concept)
        with self._attempt(submission) as attempt:
            loaded = attempt.load()
            if not isinstance(loaded, Loaded) or prechecks.stop(loaded, concept, submission.text):
                return []
            return self._run(attempt, loaded, concept, submission.text, seed)

    def _attempt(self, submission: Submission) -> WorkerSession:
        return WorkerSession(self._host, request(submission, self.course), self.course.sandbox_limits())

    def _run(
        self, attempt: WorkerSession, loaded: Loaded, concept: Concept, source: SourceText, seed: int | None = None
    ) -> list[Ran]:
        suite = self.suites[concept.id]
        seed = self.course.seed if seed is None else seed
        with self._quiet(concept):
            ran = suite.run(attempt, loaded.functions, source, seed)
            tried = [self._confirm(one, suite, concept) if _doubtful(one) else one for one in ran]
        return suite.complete(tried)  # last: a check that nobody reported is not to be explained away

    def _confirm(self, doubtful: Ran, suite: Suite, concept: Concept) -> Ran:
        """A check that passes for the reference failed by what the student wrote; otherwise it is our fault."""
        if not self.course.solution(concept.id).is_file():  # a student's edition has no reference to ask
            return doubtful
        broken = doubtful.finding.outcome is Outcome.BROKEN
        if self._passes_for_the_reference(doubtful.finding.id, suite, concept):
            return (
                _again(doubtful, Outcome.FAILED, "returned something that cannot be compared") if broken else doubtful
            )
        if broken:
            return doubtful
        why = "the reference is refused it too; run: mlgrade doctor --trace"
        if doubtful.finding.problem == TOO_MUCH:
            why = "it takes more memory or time than a check has, for the reference too"
        return _again(doubtful, Outcome.BROKEN, "the check itself is broken", why)

    def _passes_for_the_reference(self, check: str, suite: Suite, concept: Concept) -> bool:
        path = self.course.solution(concept.id)
        reference = Submission(concept=concept.id, file=path.name, source=path.read_bytes())
        with self._attempt(reference) as attempt:
            loaded = attempt.load()
            if not isinstance(loaded, Loaded):
                return False
            only = Suite(tuple(suite.alone(check)))
            [again] = only.run(attempt, loaded.functions, reference.text, self.course.seed)
        return again.finding.outcome is Outcome.PASSED

    def _report(self, submission: Submission, concept: Concept, loaded: Loaded, ran: Sequence[Ran]) -> ConceptReport:
        findings = [one.finding for one in ran]
        shares = worth(findings, concept.decided_here)
        return ConceptReport(
            concept=concept.id,
            file=one_line(submission.file),
            status=_status(findings),
            reason=clean(self._reason(submission, loaded, concept, ran)),
            earned=total(findings, concept.decided_here),
            possible=concept.decided_here,
            aspects=aspects(findings, shares),
            diagnoses=self._diagnoses(concept, ran),
            checks=redaction.check_results(findings, shares, earned),
            notes=_notes(submission, loaded, ran),
            output=clean(_output(loaded, ran)),
            hidden=prechecks.hidden(concept),
        )

    def _reason(self, submission: Submission, loaded: Loaded, concept: Concept, ran: Sequence[Ran]) -> str:
        remarks = self._remarks(loaded, concept, ran)
        failed = prechecks.failed(loaded, submission.text)
        return "\n".join([*failed, "; ".join(remarks)] if remarks else failed)

    def _remarks(self, loaded: Loaded, concept: Concept, ran: Sequence[Ran]) -> list[str]:
        """What is to be said of the file as a whole: functions missing, unfinished, or with other arguments."""
        stubs = prechecks.not_started(loaded, concept)
        unfinished = [f"not started yet: {', '.join(stubs)}"] if stubs else []
        return [*prechecks.missing(loaded, concept), *unfinished, *self._misfits(loaded, concept, ran)]

    def _misfits(self, loaded: Loaded, concept: Concept, ran: Sequence[Ran]) -> list[str]:
        seen = [call for one in ran if one.finding.visibility is Visibility.PUBLIC for call in one.calls]
        unbound = [call.function for call in seen if isinstance(call.result, Raised) and call.result.fault.unbound]
        shown = redaction.errors(one.finding for one in ran)  # of hidden checks: no more than their sentences say
        unbound += [function for function, error in shown.items() if error == UNBOUND]
        known = (self.course.solution(concept.id), self.course.kept_stub(concept.id))
        path = next((path for path in known if path.is_file()), None)
        if not unbound or path is None:
            return []
        return prechecks.misfits(loaded, dict.fromkeys(unbound), path.read_text(encoding="utf-8-sig"))

    def _diagnoses(self, concept: Concept, ran: Sequence[Ran]) -> list[Diagnosis]:
        if all(one.finding.outcome is Outcome.PASSED for one in ran):
            return []
        path = self.course.misconceptions(concept.id)
        try:
            with self._quiet(concept), guard.memory(), guard.Clock():
                return self._diagnosed(concept, ran)
        except (MemoryError, guard.OvertimeError):  # arguments can be made of what was returned: no name is no harm
            return []
        except (Exception, SystemExit) as error:  # noqa: BLE001  (the author's code; a student's score does not hang on it)
            why = str(error) if isinstance(error, SuiteError) else f"{path.name} raised {type(error).__name__}: {error}"
            self._note(f"{concept.id}: mistakes are not named", why)
            return []

    def _diagnosed(self, concept: Concept, ran: Sequence[Ran]) -> list[Diagnosis]:
        path, solution = self.course.misconceptions(concept.id), self.course.solution(concept.id)
        if path.is_file() and solution.is_file():
            text = solution.read_text(encoding="utf-8-sig")
            return diagnosis.diagnose(
                text, read_misconceptions(path, text), [call for one in ran for call in one.calls]
            )
        known = self.course.known_outputs(concept.id)
        return known_outputs.diagnose(known.read_bytes(), ran) if known.is_file() else []


def _keep_out_of_reach(course: Course) -> None:
    if beneath := in_reach(course.root, packages=course.sandbox_limits().packages):
        raise UsageError(f"{course.root}: lies in {beneath}, which student code may read; move the course elsewhere")


def collect(course: Course, concepts: Iterable[str]) -> dict[str, Suite]:
    """Collect the suites of these concepts in one go of pytest."""
    wanted = list(dict.fromkeys(concepts))
    for concept in wanted:
        if not course.suites(concept):
            raise UsageError(f"{course.root}: no suite for {concept} (tests/public/test_{concept}.py)")
    return session.collect([path for concept in wanted for path in course.suites(concept)], course.root)


def _doubtful(ran: Ran) -> bool:
    """Whether it may be us: the check stumbled, or an isolation layer refused the student's code something."""
    refused = any(isinstance(one.result, Raised) and "PermissionError" in one.result.fault.bases for one in ran.calls)
    excessive = ran.finding.problem == TOO_MUCH  # perhaps for the reference too
    return ran.finding.outcome is Outcome.BROKEN or excessive or (refused and ran.finding.outcome is Outcome.RAISED)


def _again(ran: Ran, outcome: Outcome, problem: str, detail: str = "") -> Ran:
    finding = msgspec.structs.replace(ran.finding, outcome=outcome, problem=problem, detail=detail)
    return Ran(finding=finding, calls=ran.calls)


def _status(findings: Sequence[Finding]) -> Status:
    return Status.BROKEN if any(one.outcome is Outcome.BROKEN for one in findings) else Status.GRADED


def _shown(ran: Sequence[Ran]) -> list[Value | Raised]:
    """Results of calls whose input the student may know. What was printed or warned over hidden input stays here."""
    public = [one for one in ran if one.finding.visibility is Visibility.PUBLIC]
    return [call.result for one in public for call in one.calls if isinstance(call.result, (Value, Raised))]


def _output(loaded: Loaded, ran: Sequence[Ran]) -> str:
    return "".join([loaded.output, *(result.output for result in _shown(ran))])


def _notes(submission: Submission, loaded: Loaded, ran: Sequence[Ran]) -> list[str]:
    notes = [*loaded.notes, *(note for result in _shown(ran) for note in result.notes)]
    source = submission.text
    return [clean(_placed(note, submission.name, source)) for note in dict.fromkeys(notes)][:10]


def _placed(note: str, name: str, source: SourceText) -> str:
    """A worker knows the file by its name only, and a notebook by the lines of all its cells."""
    found = re.match(rf"{re.escape(name)}:(\d{{1,8}}): ", note)
    return f"{source.place(int(found[1]))}: {note[found.end() :]}" if found else note


# -- scoring -------------------------------------------------------------------------------------------------------

# Findings to points. Pure: the same findings give the same score anywhere.


def worth(findings: Sequence[Finding], points: float) -> dict[str, float]:
    """Share a concept's points among its checks by weight. A broken check is nobody's fault and worth nothing."""
    counted = [finding for finding in findings if finding.outcome is not Outcome.BROKEN]
    total = math.fsum(finding.weight for finding in counted)
    return {finding.id: points * finding.weight / total if finding in counted else 0.0 for finding in findings}


def earned(finding: Finding, value: float) -> float:
    """Return what a check earns of its points."""
    return value if finding.outcome is Outcome.PASSED else 0.0


def total(findings: Sequence[Finding], points: float) -> float:
    """The points of a concept, rounded down to two decimals. All of them go to whoever passes everything only."""
    shares = worth(findings, points)
    outcomes = {finding.outcome for finding in findings} - {Outcome.BROKEN}
    if outcomes == {Outcome.PASSED}:
        return points
    exact = math.fsum(earned(finding, shares[finding.id]) for finding in findings)
    return math.floor(exact * 100 + 1e-9) / 100


def aspects(findings: Iterable[Finding], shares: dict[str, float]) -> dict[str, Score]:
    """Points by aspect, in the order in which the aspects first appear."""
    parts: dict[str, list[tuple[float, float]]] = {}
    for finding in findings:
        value = shares[finding.id]
        parts.setdefault(finding.aspect, []).append((earned(finding, value), value))
    return {
        name: Score(round(math.fsum(e for e, _ in pairs), 2), round(math.fsum(p for _, p in pairs), 2))
        for name, pairs in parts.items()
    }
