"""What keeps a file from being graded, said once instead of once for each check.

In order: it reads, it imports, its functions are there, somebody has started on them. Of a notebook it is enough that
a function is there: what one cell raised costs what depends on it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

import msgspec

from mlgrade.course import Concept, Course
from mlgrade.errors import closest
from mlgrade.results import ConceptReport, Hidden, Status
from mlgrade.sandbox import reading
from mlgrade.sandbox.protocol import Died, FailedCell, Fault, Function, Loaded, TimedOut
from mlgrade.submissions.model import SourceText, Submission, request
from mlgrade.suite.explain import in_plain_words, syntax_in_plain_words
from mlgrade.text import clean, one_line


class Stop(msgspec.Struct, frozen=True):
    """Why a file is not graded."""

    status: Status
    reason: str


def stop(loaded: Loaded | TimedOut | Died, concept: Concept, source: SourceText) -> Stop | None:
    """Return why the file is not graded, or None if it can be."""
    match loaded:
        case TimedOut(seconds=seconds, line=line):
            return Stop(Status.TIMED_OUT, _slow(seconds, source.quote(line)))
        case Died(how=how):
            return Stop(
                Status.CANNOT_RUN,
                f"{source.filename} ended the Python process while it was imported ({how}).",
            )
        case Loaded(fault=Fault() as fault):
            return Stop(Status.CANNOT_RUN, _syntax(fault, source) if _unread(fault) else _import(fault, source))
        case Loaded():
            return _incomplete(loaded, concept, source)


def early(submission: Submission, course: Course) -> ConceptReport | None:
    """Report on a file that is not graded, where that is certain without running it; else return None.

    For a student's own files: nothing limits the memory that reading takes.
    """
    concept = course.concept(submission.concept)
    loaded = reading.outcome(request(submission, course))
    stopped = None if loaded is None else stop(loaded, concept, submission.text)
    return None if stopped is None else report(submission, concept, stopped)


def report(submission: Submission, concept: Concept, stopped: Stop) -> ConceptReport:
    """Report on a file that is not graded."""
    return ConceptReport(
        concept=concept.id,
        file=one_line(submission.file),
        status=stopped.status,
        reason=clean(stopped.reason),
        earned=0.0,
        possible=concept.decided_here,
        aspects={},
        diagnoses=[],
        checks=[],
        hidden=hidden(concept),
    )


def hidden(concept: Concept) -> Hidden | msgspec.UnsetType:
    """Return what a student edition knows of the checks that it does not have."""
    if concept.hidden is None:
        return msgspec.UNSET
    return Hidden(concept.hidden.checks, round(concept.points - concept.decided_here, 2))


def _function(loaded: Loaded, name: str) -> Function:
    return loaded.functions.get(name, Function(defined=False))


def missing(loaded: Loaded, concept: Concept) -> list[str]:
    """Functions that the course asks for and the file does not have, each with the nearest name that it has."""
    names = [name for name in concept.functions if not _function(loaded, name).defined]
    others = [name for name in loaded.names if name not in concept.functions]
    return [f"no function {name}{closest(name, others)}" for name in names]


def not_started(loaded: Loaded, concept: Concept) -> list[str]:
    """Return the functions that are still stubs."""
    return [name for name in concept.functions if _function(loaded, name).stub]


def misfits(loaded: Loaded, called: Iterable[str], solution: str) -> list[str]:
    """Say, for functions that could not take their arguments, how they are defined and how they should be."""
    wanted = {
        node.name: f"({ast.unparse(node.args)})"
        for node in ast.parse(solution).body
        if isinstance(node, ast.FunctionDef)
    }
    return [
        f"{name}{_function(loaded, name).signature} is called as {name}{wanted[name]}"
        for name in called
        if name in wanted
    ]


def failed(loaded: Loaded, source: SourceText) -> list[str]:
    """What single cells of a notebook raised, the rest of which is graded."""
    return [f"{_of_cell(one, source)}; what depends on this cell is missing" for one in loaded.failed]


def _incomplete(loaded: Loaded, concept: Concept, source: SourceText) -> Stop | None:
    absent, stubs = missing(loaded, concept), not_started(loaded, concept)
    if len(absent) + len(stubs) < len(concept.functions):
        return None
    if stubs and not (absent and loaded.failed):  # what is absent may be in a cell that failed
        first = stubs[0]
        return Stop(Status.NOT_STARTED, f"Not started: write {first} at {source.place(_function(loaded, first).line)}.")
    why = [_of_cell_in_full(one, source) for one in loaded.failed]
    return Stop(Status.CANNOT_RUN, "\n".join([f"{source.filename} has {'; '.join(absent)}.", *why]))


def _of_cell(one: FailedCell, source: SourceText) -> str:
    fault, (_, cell) = one.fault, source.cell(one.line)
    line = fault.frames[-1].line if fault.frames else max(fault.line, one.line)
    if fault.type == "RefusedError":
        return f"cell {cell} stopped: {fault.message} ({source.place(line)})"
    said = fault.message.partition("\n")[0][:200]
    happened = "cannot be read" if _unread(fault) else f"raised {fault.type}"
    return f"cell {cell} {happened}{f': {said}' if said else ''} ({source.place(line)})"


def _of_cell_in_full(one: FailedCell, source: SourceText) -> str:
    if _unread(one.fault):
        return _joined([_of_cell(one, source), *_pointed(one.fault, source)], syntax_in_plain_words(one.fault.message))
    quote = [source.quote(one.fault.frames[-1].line)] if one.fault.frames else []
    return _joined([_of_cell(one, source), *quote], in_plain_words(one.fault))


def _unread(fault: Fault) -> bool:
    return fault.line > 0 or (not fault.frames and fault.type in ("SyntaxError", "ValueError"))


def _syntax(fault: Fault, source: SourceText) -> str:
    place = source.place(max(1, fault.line)) + (f":{fault.column}" if fault.column else "")
    lines = [f"Cannot read the file: nothing was graded, no attempt used.\n{place}: {fault.message}"]
    return _joined([*lines, *_pointed(fault, source)], syntax_in_plain_words(fault.message))


def _pointed(fault: Fault, source: SourceText) -> list[str]:
    text = source.line(fault.line)
    return [f"    {text.rstrip()}", "    " + " " * (min(fault.column, 200) - 1) + "^"] if text else []


def _import(fault: Fault, source: SourceText) -> str:
    if fault.type == "RefusedError":
        lines = [f"Cannot run the file: {fault.message}."]
    else:
        said = f": {fault.message}" if fault.message else ""
        lines = [f"Cannot run the file: it raised {fault.type} while it was imported{said}"]
    if fault.frames:
        lines.append(source.quote(fault.frames[-1].line))
    return _joined(lines, in_plain_words(fault))


def _slow(seconds: float, quote: str) -> str:
    where = f"\nWhen it was stopped it was at {quote}" if quote else ""
    return (
        f"Stopped after {seconds:g} s while the file was being imported (the limit).{where}\n"
        "Not wrong, but too slow or endless: code outside of functions runs at import."
    )


def _joined(lines: Sequence[str], words: str) -> str:
    return "\n".join([*lines, words] if words else lines)
