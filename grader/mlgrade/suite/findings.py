"""From what a check raised to a `Finding`: the outcome, the sentence that anyone may read, and the details."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mlgrade.results import Finding, Outcome, Visibility
from mlgrade.sandbox.attempt import NotTried
from mlgrade.sandbox.protocol import Died, Fault, Raised, TimedOut, Value
from mlgrade.submissions.model import SourceText
from mlgrade.suite.compare import Mismatch
from mlgrade.suite.explain import in_plain_words
from mlgrade.suite.guard import OvertimeError
from mlgrade.suite.marks import Marks
from mlgrade.suite.student import CallError, CallRecord, UnavailableError

UNBOUND = "cannot be called with the arguments that the docstring names"
# Exceptions whose name helps, whatever check it was. Any name at all could carry a hidden input out of a hidden check.
_NAMED = {
    "AttributeError", "FileNotFoundError", "ImportError", "IndexError", "KeyError", "NameError", "PermissionError",
    "TypeError", "UnboundLocalError", "ValueError", "ZeroDivisionError",
}  # fmt: skip
_SENTENCES = {  # exceptions of the worker's own, by their class name
    "ForbiddenError": "used a function that this exercise asks you to write yourself",
    "RefusedError": "imported something that this course does not use",
    "MemoryError": "asked for more memory than it may use",
    "NotImplementedError": "is not finished: it still raises NotImplementedError",
    "RecursionError": "called itself without an end",
}


TOO_MUCH = "returned something far too large to check"


class Verdict(msgspec.Struct, frozen=True):
    """How a check ended, with what to say of it."""

    outcome: Outcome
    problem: str = ""
    detail: str = ""
    function: str = ""  # that ended in an error


def finding(check_id: str, visibility: Visibility, marks: Marks, verdict: Verdict) -> Finding:
    """Build the finding of a check from its verdict."""
    return Finding(
        id=check_id,
        title=marks.title,
        aspect=marks.aspect,
        visibility=visibility,
        weight=marks.weight,
        hint=marks.hint,
        outcome=verdict.outcome,
        problem=verdict.problem,
        detail=verdict.detail,
        function=verdict.function,
    )


def verdict_of(error: BaseException | None, calls: Sequence[CallRecord], source: SourceText) -> Verdict:
    """Judge a check by what it raised. What is neither the student's nor a comparison's is our own fault."""
    if error is None:
        return Verdict(Outcome.PASSED)
    if isinstance(error, CallError):
        return _of_call(error.record, source)
    if isinstance(error, UnavailableError):
        return _unavailable(error, source)
    if isinstance(error, (MemoryError, OvertimeError)):
        what = "more memory" if isinstance(error, MemoryError) else "more time"
        why = f"looking at it takes {what} than a check has"
        return Verdict(Outcome.FAILED, TOO_MUCH, _lines(_last_call(calls), why))
    if isinstance(error, Mismatch):
        return Verdict(Outcome.FAILED, error.problem, _lines(_last_call(calls), error.detail))
    if isinstance(error, AssertionError):
        return Verdict(Outcome.FAILED, "a property of the answer does not hold", _lines(_last_call(calls), str(error)))
    return Verdict(Outcome.BROKEN, "the check itself is broken", f"{type(error).__name__}: {error}")


def _of_call(record: CallRecord, source: SourceText) -> Verdict:
    match record.result:
        case Raised(fault=fault):
            return _raised(fault, record, source)
        case TimedOut(seconds=seconds, line=line):
            return _timed_out(seconds, line, record, source)
        case NotTried(why=why, timed_out=timed_out):
            return Verdict(Outcome.TIMED_OUT if timed_out else Outcome.RAISED, f"not run: {why}", "")
        case Died(how=how):
            problem = "ended the Python process instead of returning a value"
            return Verdict(Outcome.RAISED, problem, _lines(f"{record.text} ended it: {how}"), record.function)
        case Value(unusable=what):
            problem = "returned something that is not plain data"
            return Verdict(Outcome.FAILED, problem, _lines(f"{record.text} returned {what}; return numbers or arrays"))


def _raised(fault: Fault, record: CallRecord, source: SourceText) -> Verdict:
    kind = next((base for base in fault.bases if base in _SENTENCES or base in _NAMED), "an error of its own kind")
    problem = _SENTENCES.get(kind, f"your code raised {kind}")
    if fault.unbound:
        problem = UNBOUND
    message = f": {fault.message}" if fault.message else ""
    where = source.quote(fault.frames[-1].line) if fault.frames else ""
    shapes = "; ".join(fault.shapes)
    words = in_plain_words(fault)
    return Verdict(
        Outcome.RAISED,
        problem,
        _lines(f"{record.text} raised {fault.type}{message}", where, shapes, words),
        record.function,
    )


def _timed_out(seconds: float, line: int, record: CallRecord, source: SourceText) -> Verdict:
    problem = f"stopped after {seconds:g} s (the limit of one call): not wrong, but too slow or endless"
    quote = source.quote(line)
    where = f"when it was stopped it was at {quote}" if quote else ""
    advice = "look for a loop that never ends, or a Python loop over very many elements"
    return Verdict(Outcome.TIMED_OUT, problem, _lines(record.text, where, advice))


def _unavailable(error: UnavailableError, source: SourceText) -> Verdict:
    if error.defined:
        return Verdict(Outcome.SKIPPED, f"{error.function} is not started yet")
    return Verdict(Outcome.FAILED, f"there is no function {error.function} in {source.filename}")


def _last_call(calls: Sequence[CallRecord]) -> str:
    return calls[-1].text if calls else ""


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)
