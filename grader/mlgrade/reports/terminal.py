"""Report -> what a student reads in the terminal. Colour repeats the words and is never alone.

All of it is ASCII, for old code pages.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from mlgrade.reports import words
from mlgrade.reports.progress import Change
from mlgrade.reports.style import say
from mlgrade.reports.words import ShownCheck
from mlgrade.results import CheckResult, ConceptReport, Outcome, Report

_STYLES = {
    "PASS": "green",
    "FAIL": "bold red",
    "TIME": "bold yellow",
    "STOP": "bold yellow",
    "SKIP": "cyan",
    "TODO": "cyan",
    "OURS": "bold magenta",
}
BAR = 10


def render(
    console: Console,
    report: Report,
    changes: Mapping[str, Change | None] | None = None,
    *,
    upcoming: str = "",
    edition: str = "",
    verbose: bool = False,
    following: str = "",
) -> None:
    """Print a report. `changes` holds what changed since the last run, by file; `upcoming` the next exercise.

    `following` says the next thing to do, where that is no command.
    """
    many = len(report.concepts) > 1
    for concept in report.concepts:
        _concept(console, concept, (changes or {}).get(concept.file), verbose=verbose, brief=many and not verbose)
    if total := words.total(report, edition):
        say(console, total if many else Text(total, style="dim"), indent=0 if many else 2)
    say(console, Text(f"Next: {following or words.next_step(report, upcoming)}", style="bold"))


# -- one concept ----------------------------------------------------------------------------------------------


def _concept(console: Console, concept: ConceptReport, change: Change | None, *, verbose: bool, brief: bool) -> None:
    say(console, _verdict(concept))
    if concept.reason or not words.graded(concept):
        say(console, Text(concept.reason), indent=2)
    if words.graded(concept):
        _graded(console, concept, change, verbose=verbose, brief=brief)


def _verdict(concept: ConceptReport) -> Text:
    text = Text.assemble(_styled(words.verdict(concept)), f"  {concept.concept}: ", words.summary(concept))
    return text.append(f"\n      {concept.file}", style="dim")


def _styled(word: str) -> tuple[str, str]:
    return word, _STYLES[word]


def _graded(console: Console, concept: ConceptReport, change: Change | None, *, verbose: bool, brief: bool) -> None:
    if words.wrong(concept) or verbose:
        _checks(console, concept, verbose=verbose, brief=brief)
        _diagnoses(console, concept)
    if not brief:
        _aspects(console, concept)
        _said(console, concept)
    if since := words.since(change):
        say(console, since, indent=2)


def _checks(console: Console, concept: ConceptReport, *, verbose: bool, brief: bool) -> None:
    for one in words.shown(concept.checks, verbose=verbose, brief=brief):
        _check(console, one)
    for reason in words.waiting(concept.checks, verbose=verbose):
        text = Text.assemble(_styled(words.OF_OUTCOME[Outcome.SKIPPED]), f"  {reason}")
        say(console, text, indent=2, hang=6)


def _check(console: Console, one: ShownCheck) -> None:
    _line(console, one.check, f"  ({one.check.aspect})" if one.full else "")
    if one.full and one.check.outcome is not Outcome.PASSED:
        say(console, Text(one.check.message), indent=8)
        if hint := words.hint(one.check):
            say(console, Text(hint, style="italic"), indent=8)
    if one.problem:
        say(console, Text(one.problem), indent=8)


def _line(console: Console, check: CheckResult, aspect: str) -> None:
    marks = (aspect + words.mark(check), "dim")
    text = Text.assemble(_styled(words.OF_OUTCOME[check.outcome]), f"  {check.title}", marks)
    say(console, text, indent=2, hang=6)


def _diagnoses(console: Console, concept: ConceptReport) -> None:
    for diagnosis in concept.diagnoses:
        found = Text.assemble(("Looks like", "bold"), f" (in {diagnosis.function}): {diagnosis.title}.")
        say(console, found.append(f" {diagnosis.hint}", style="italic"), indent=2, hang=6)


def _aspects(console: Console, concept: ConceptReport) -> None:
    if not concept.aspects:
        return
    width = max(map(len, concept.aspects))
    for number, (name, score) in enumerate(concept.aspects.items()):
        full = int(words.share(score) * BAR)
        label = "By aspect:" if number == 0 else ""
        bar = "#" * full + "." * (BAR - full)
        say(console, Text(f"{label:<11}{name:<{width}}  {bar} {words.percent(score):>3}%"), indent=2)


def _said(console: Console, concept: ConceptReport) -> None:
    if concept.notes:
        say(console, Text(words.NOTES), indent=2)
        for note in concept.notes:
            say(console, Text(note), indent=4)
    if concept.output:
        say(console, Text(words.PRINTED), indent=2)
        say(console, Text(words.printed(concept)), indent=4)
