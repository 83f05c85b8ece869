"""mlgrade lint: the author's proof."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.authoring.confusion import Case
    from mlgrade.authoring.lint import ConceptProof, Problem
    from mlgrade.authoring.watch import Round
    from mlgrade.course import Course

PAUSE = 0.3  # seconds between two looks at the files of a course


@click.command("lint")
@click.argument("concepts", nargs=-1)
@click.option("--watch", "watching", is_flag=True, help="Stay, and prove again what a changed file touches.")
@click.option("--matrix/--no-matrix", default=True, help="Show which check catches which misconception.")
@click.option("--notes/--no-notes", default=True, help="Show what fails nothing too: idle and slow checks.")
@click.option("--proportion", is_flag=True, help="Also: what one slip in a right answer costs (slow).")
@click.option("--confusion", is_flag=True, help="Instead: which diagnosis one or two misconceptions in a file get.")
@options.plain
@options.course
def command(
    concepts: tuple[str, ...],
    watching: bool,
    matrix: bool,
    notes: bool,
    proportion: bool,
    confusion: bool,
    plain: bool,
    course: Path | None,
) -> None:
    """Prove the course: solutions and alternatives earn everything, stubs nothing, each misconception is caught and
    named, tolerances are right, docstrings speak of what checks demand.

    Ends with 0 if all is proved, 1 if there are problems; each is printed as file:line: sentence. Notes fail nothing.
    With --watch it ends with Ctrl-C, and with 0.

    \b
    Examples:
      mlgrade lint
      mlgrade lint softmax --no-matrix
      mlgrade lint softmax --watch
      mlgrade lint --proportion
      mlgrade lint --confusion
    """
    from mlgrade.errors import CourseError

    shown = LintOutput(options.console(plain=plain), matrix=matrix, notes=notes)
    if watching:
        _watch(shown, course, concepts)
        return
    try:
        loaded = options.load_course(course)
    except CourseError as error:
        sys.exit(_unread(shown, error.problems, course))
    names = concepts or tuple(concept.id for concept in loaded.concepts)
    if confusion:
        sys.exit(_confusion(shown.console, loaded, names))
    sys.exit(_once(shown, loaded, names, whole=not concepts, proportion=proportion))


def _once(shown: LintOutput, course: Course, names: Sequence[str], *, whole: bool, proportion: bool) -> int:
    from mlgrade.authoring import lint
    from mlgrade.sandbox.host import Host
    from mlgrade.sandbox.launch import launcher

    proofs = []
    with Host(launcher()) as host:
        for proof in lint.lint(course, names, host, with_proportion=proportion):
            shown.proof(proof)
            proofs.append(proof)
    beside = lint.material(course) if whole else []
    shown.problems(beside)
    shown.proportions(proofs)
    return shown.summary(proofs, beside)


def _unread(shown: LintOutput, problems: Sequence[str], given: Path | None) -> int:
    from mlgrade import course as courses
    from mlgrade.authoring import lint

    path = given or courses.nearest()
    found = lint.of_course(problems, path if path.is_dir() else path.parent)
    shown.problems(found)
    return shown.summary([], found)


# -- again and again ------------------------------------------------------------------------------------------


def _watch(shown: LintOutput, given: Path | None, only: Sequence[str]) -> None:
    import time

    from mlgrade import course as courses
    from mlgrade.authoring import watch

    path = given or courses.nearest()
    root = (path if path.is_dir() else path.parent).resolve()
    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        proofs: dict[str, ConceptProof] = {}
        for one in watch.rounds(root, only, lambda: time.sleep(PAUSE)):
            _round(shown, one, root, only, proofs)
    click.echo()


def _round(shown: LintOutput, one: Round, root: Path, only: Sequence[str], proofs: dict[str, ConceptProof]) -> None:
    """Prove what was touched; the sum is over all that was proved so far."""
    from mlgrade.authoring import lint
    from mlgrade.engine import interrupts
    from mlgrade.sandbox.host import Host
    from mlgrade.sandbox.launch import launcher

    if one.changed:
        shown.say(f"changed: {', '.join(one.changed)}")
    elif one.course:
        for name in only:
            one.course.concept(name)  # a misspelt one is named at once
    beside = lint.material(one.course) if one.course and not only else []
    if one.course is None:
        beside = lint.of_course(one.problems, root)
    elif one.concepts:
        with interrupts.unheard():  # a Ctrl-C is for us; the workers end when we say so
            started = launcher()
        with Host(started) as host:
            for proof in lint.lint(one.course, one.concepts, host):
                proofs[proof.concept] = proof
                shown.proof(proof)
    shown.problems(beside)
    known = {concept.id for concept in one.course.concepts} if one.course else proofs.keys()
    shown.summary([proof for name, proof in proofs.items() if name in known], beside)
    shown.say("Watching for changes; Ctrl-C ends.")


# -- what is shown --------------------------------------------------------------------------------------------


class LintOutput:
    """Print what lint finds."""

    def __init__(self, console: Console, *, matrix: bool, notes: bool) -> None:
        self.console, self._matrix, self._notes = console, matrix, notes

    def say(self, text: str, style: str = "") -> None:
        """Print a line."""
        self.console.print(text, style=style or None, soft_wrap=True)
        self.console.file.flush()  # whoever reads a pipe should not wait for the next change

    def proof(self, proof: ConceptProof) -> None:
        """Print the result of one concept."""
        word = "FAIL" if proof.faults else "ok  "
        others = [options.counted(len(proof.rejected), "alternative")] if proof.rejected else []
        counts = [
            options.counted(len(proof.checks), "check"),
            options.counted(len(proof.caught), "misconception"),
            *others,
        ]
        self.say(f"{word}  {proof.concept}: {', '.join(counts)}", "bold red" if proof.faults else "bold")
        self.problems(proof.problems)
        if self._matrix and proof.caught:
            _matrix(self.console, proof)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Print problems with their places."""
        from mlgrade.text import one_line

        for problem in problems:
            if self._notes or not problem.note:
                where = f"{options.shown(Path(problem.file))}:{problem.line}"
                self.say(one_line(f"{where}: {'note: ' if problem.note else ''}{problem.text}"))

    def proportions(self, proofs: Sequence[ConceptProof]) -> None:
        """Print what slips cost at most, a line for each concept where it was measured."""
        found = [proof.proportion for proof in proofs if proof.proportion is not None]
        if found:
            self.say("costs at most:        robustness  mathematics  all errors  on one gate", "bold")
        for one in found:
            kinds = [one.most(kind) for kind in ("robustness", "mathematics", "errors")]
            self.say(f"  {one.concept:<20}{kinds[0]:>10.1%}{kinds[1]:>13.1%}{kinds[2]:>12.1%}{one.gate:>13.1%}")

    def summary(self, proofs: Sequence[ConceptProof], beside: Sequence[Problem]) -> int:
        """Say the sum of it; return the exit code."""
        extra = sum(problem.note for problem in beside)
        problems = len(beside) - extra + sum(len(proof.faults) for proof in proofs)
        notes = extra + sum(len(proof.notes) for proof in proofs)
        counts = [
            options.counted(len(proofs), "concept"),
            options.counted(sum(len(proof.checks) for proof in proofs), "check"),
            options.counted(sum(len(proof.caught) for proof in proofs), "misconception"),
        ]
        found = [
            options.counted(problems, "problem") if problems else "no problems",
            *([options.counted(notes, "note")] if notes else []),
        ]
        self.say(f"{', '.join(counts)}: {', '.join(found)}.", "bold")
        return 1 if problems else 0


def _matrix(console: Console, proof: ConceptProof) -> None:
    """Checks down; misconceptions across, then alternatives. An x where one does not pass the check."""
    wrong, right = list(proof.caught), list(proof.rejected)
    _header(console, [*wrong, *(f"{name} (right)" for name in right)])
    for check in proof.checks:
        row = ["x" if check in proof.caught[name] else "." for name in wrong]
        row += ["x" if check in proof.rejected[name] else "." for name in right]
        console.print(f"      {' '.join(row)}  {check.partition('.')[2]}", soft_wrap=True)


def _header(console: Console, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        console.print(
            f"      {'. ' * number}{_LETTERS[number % len(_LETTERS)]}{' ' * (2 * (len(names) - number))}{name}",
            soft_wrap=True,
        )


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


# -- diagnoses ------------------------------------------------------------------------------------------------


def _confusion(console: Console, course: Course, names: Sequence[str]) -> int:
    from mlgrade.authoring.confusion import cases
    from mlgrade.grading.grader import Grader
    from mlgrade.sandbox.host import Host
    from mlgrade.sandbox.launch import launcher

    found: list[Case] = []
    with Host(launcher()) as host:
        grader = Grader(course, names, host)
        for name in names:
            of_concept = list(cases(grader, course.concept(name)))
            _table(console, name, of_concept)
            found += of_concept
    for kind, chosen in (("alone", 1), ("in pairs", 2)):
        some = [case for case in found if len(case.given) == chosen]
        right, wrong = sum(case.complete for case in some), sum(case.wrong for case in some)
        silent = len(some) - right - wrong
        counts = f"{right} named in full, {silent} named in part or not at all, {wrong} named wrong"
        console.print(f"{len(some)} {kind}: {counts}.", style="bold", soft_wrap=True)
    return 1 if any(case.wrong for case in found) else 0


def _table(console: Console, concept: str, found: Sequence[Case]) -> None:
    """Given down, named across. Of the pairs only those that were not named in full."""
    names = [case.given[0] for case in found if len(case.given) == 1]
    console.print(concept, style="bold")
    _header(console, names)
    for case in found:
        if len(case.given) == 1 or not case.complete:
            row = " ".join("x" if name in case.named else "." for name in names)
            console.print(f"      {row}  {' + '.join(case.given)}{'  WRONG' if case.wrong else ''}", soft_wrap=True)
