"""Report -> what a student reads in the terminal.

The first line is the verdict in words, the last one the next thing to do. One failure is shown in full, the rest as
one line each. Every mark is a word; colour repeats it and is never alone. All of it is ASCII, for old code pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from mlgrade.progress import Change
from mlgrade.reports.lines import say
from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Status, Visibility

_WORDS = {
    Outcome.PASSED: ("PASS", "green"),
    Outcome.FAILED: ("FAIL", "bold red"),
    Outcome.RAISED: ("FAIL", "bold red"),
    Outcome.TIMED_OUT: ("TIME", "bold yellow"),
    Outcome.SKIPPED: ("SKIP", "cyan"),
    Outcome.BROKEN: ("OURS", "bold magenta"),
}
_WRONG = (Outcome.FAILED, Outcome.RAISED, Outcome.TIMED_OUT, Outcome.BROKEN)
BAR = 10
OUTPUT_LINES = 12


def render(
    console: Console,
    report: Report,
    changes: Mapping[str, Change | None] | None = None,
    *,
    upcoming: str = "",
    verbose: bool = False,
) -> None:
    """Print a report. `changes` holds what changed since the last run, by file; `upcoming` the next exercise."""
    many = len(report.concepts) > 1
    for concept in report.concepts:
        _concept(console, concept, (changes or {}).get(concept.file), verbose=verbose, brief=many and not verbose)
    _total(console, report)
    say(console, Text(f"Next: {next_step(report, upcoming)}", style="bold"))


def next_step(report: Report, upcoming: str = "") -> str:
    """The one thing to do now: a command or a place wherever there is one."""
    for status in (Status.BROKEN, Status.CANNOT_RUN, Status.TIMED_OUT):
        for concept in report.concepts:
            if concept.status is status:
                return _mend(concept)
    for concept in report.concepts:
        if any(check.outcome is not Outcome.PASSED for check in concept.checks):
            return f"edit {concept.file}, save it, and run this again."
    for concept in report.concepts:
        if concept.status is Status.NOT_STARTED:
            return f"open {concept.file}; its docstring says what to write. Then run: mlgrade check {concept.file}"
    return f"mlgrade check {upcoming}" if upcoming else "nothing; every exercise of the course is complete."


def _mend(concept: ConceptReport) -> str:
    if concept.status is Status.BROKEN:
        return f"send {concept.file} to your course staff; this is not your mistake."
    return f"mend {concept.file}, save it, and run this again."


# -- one concept ----------------------------------------------------------------------------------------------


def _concept(console: Console, concept: ConceptReport, change: Change | None, *, verbose: bool, brief: bool) -> None:
    say(console, _verdict(concept))
    if concept.status is Status.GRADED or concept.checks:
        _graded(console, concept, change, verbose=verbose, brief=brief)
    else:
        say(console, Text(concept.reason), indent=2)


def _verdict(concept: ConceptReport) -> Text:
    word, style = _headline(concept)
    text = Text.assemble((word, style), f"  {concept.concept}: ", _summary(concept))
    return text.append(f"\n      {concept.file}", style="dim")


def _headline(concept: ConceptReport) -> tuple[str, str]:
    if concept.status is Status.GRADED:
        passed = all(check.outcome is Outcome.PASSED for check in concept.checks)
        return _WORDS[Outcome.PASSED if passed else Outcome.FAILED]
    return {
        Status.NOT_STARTED: ("TODO", "cyan"),
        Status.CANNOT_RUN: ("STOP", "bold yellow"),
        Status.TIMED_OUT: ("TIME", "bold yellow"),
        Status.BROKEN: ("OURS", "bold magenta"),
    }[concept.status]


def _summary(concept: ConceptReport) -> str:
    if concept.status is Status.NOT_STARTED:
        return "not started"
    if concept.status is Status.CANNOT_RUN:
        return "cannot run yet; nothing was graded"
    if concept.status is Status.TIMED_OUT:
        return "stopped while it was imported; nothing was graded"
    ours = "a check of the course is broken; " if concept.status is Status.BROKEN else ""
    return f"{ours}{_counts(concept)}, {_number(concept.earned)} of {_number(concept.possible)} points"


def _counts(concept: ConceptReport) -> str:
    parts = [_count(concept.checks, visibility) for visibility in Visibility]
    return " and ".join(part for part in parts if part) + " checks pass"


def _count(checks: Sequence[CheckResult], visibility: Visibility) -> str:
    outcomes = [check.outcome for check in checks if check.visibility is visibility]
    name = "visible" if visibility is Visibility.PUBLIC else "hidden"
    passed = outcomes.count(Outcome.PASSED)
    if not outcomes:
        return ""
    return f"all {passed} {name}" if passed == len(outcomes) else f"{passed} of {len(outcomes)} {name}"


def _graded(console: Console, concept: ConceptReport, change: Change | None, *, verbose: bool, brief: bool) -> None:
    wrong = any(check.outcome is not Outcome.PASSED for check in concept.checks)
    if concept.reason:
        say(console, Text(concept.reason), indent=2)
    if wrong or verbose:
        _checks(console, concept.checks, verbose=verbose, brief=brief)
        _diagnoses(console, concept)
    if not brief:
        _aspects(console, concept)
        _said(console, concept)
    if change and (change.fixed or change.broken):
        say(console, Text(f"Since last run: {change.fixed} fixed, {change.broken} broken."), indent=2)


def _checks(console: Console, checks: Sequence[CheckResult], *, verbose: bool, brief: bool) -> None:
    if verbose:
        for check in checks:
            _in_full(console, check)
        return
    first = None if brief else next((check for check in checks if check.outcome in _WRONG), None)
    said = ""
    for check in checks:
        if check is first:
            _in_full(console, check)
        elif check.outcome in _WRONG:
            _in_brief(console, check, said)
        elif check.outcome is Outcome.PASSED and check.visibility is Visibility.PUBLIC and not brief:
            _line(console, check)
        said = check.message.partition("\n")[0] if check.outcome in _WRONG else said
    _skipped(console, checks)


def _in_full(console: Console, check: CheckResult) -> None:
    _line(console, check, f"  ({check.aspect})")
    if check.outcome is not Outcome.PASSED:
        say(console, Text(check.message), indent=8)
        if check.hint and check.outcome is not Outcome.SKIPPED:
            say(console, Text(f"Hint: {check.hint}", style="italic"), indent=8)


def _in_brief(console: Console, check: CheckResult, said: str) -> None:
    """One line, and the problem below it only where it is another than that of the check before."""
    _line(console, check)
    problem = check.message.partition("\n")[0]
    if problem != said:
        say(console, Text(problem), indent=8)


def _line(console: Console, check: CheckResult, more: str = "") -> None:
    word, style = _WORDS[check.outcome]
    hidden = "  [hidden]" if check.visibility is Visibility.HIDDEN else ""
    say(console, Text.assemble((word, style), f"  {check.title}", (more + hidden, "dim")), indent=2, hang=6)


def _skipped(console: Console, checks: Sequence[CheckResult]) -> None:
    """What waits for something else, in one line for each reason."""
    word, style = _WORDS[Outcome.SKIPPED]
    reasons = Counter(check.message for check in checks if check.outcome is Outcome.SKIPPED)
    for reason, count in reasons.items():
        text = f"  {count} check{'s' if count > 1 else ''}: {reason}"
        say(console, Text.assemble((word, style), text), indent=2, hang=6)


def _diagnoses(console: Console, concept: ConceptReport) -> None:
    for diagnosis in concept.diagnoses:
        found = Text.assemble(("Looks like", "bold"), f" (in {diagnosis.function}): {diagnosis.title}.")
        say(console, found.append(f" {diagnosis.hint}", style="italic"), indent=2, hang=6)


def _aspects(console: Console, concept: ConceptReport) -> None:
    if not concept.aspects:
        return
    width = max(map(len, concept.aspects))
    for number, (name, score) in enumerate(concept.aspects.items()):
        share = score.earned / score.possible if score.possible else 0.0
        bar = "#" * int(share * BAR) + "." * (BAR - int(share * BAR))  # full only when all of it is earned
        label = "By aspect:" if number == 0 else ""
        say(console, Text(f"{label:<11}{name:<{width}}  {bar} {int(share * 100):>3}%"), indent=2)


def _said(console: Console, concept: ConceptReport) -> None:
    if concept.notes:
        say(console, Text("Notes (they cost nothing):"), indent=2)
        for note in concept.notes:
            say(console, Text(note), indent=4)
    if concept.output:
        lines = concept.output.rstrip("\n").split("\n")
        more = [f"... {len(lines) - OUTPUT_LINES} more lines"] if len(lines) > OUTPUT_LINES else []
        say(console, Text("Printed by your code (it costs nothing):"), indent=2)
        say(console, Text("\n".join([*lines[:OUTPUT_LINES], *more])), indent=4)


def _total(console: Console, report: Report) -> None:
    if len(report.concepts) == 1:
        say(console, Text(f"Took {report.seconds:.1f} s.", style="dim"), indent=2)
        return
    done = sum(concept.earned >= concept.possible for concept in report.concepts)
    points = f"{_number(report.earned)} of {_number(report.possible)} points"
    say(
        console,
        Text(f"{done} of {len(report.concepts)} concepts complete, {points}, {report.seconds:.1f} s."),
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
