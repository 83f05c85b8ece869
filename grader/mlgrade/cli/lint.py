"""mlgrade lint: the author's proof."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options
from mlgrade.sandbox.launch import launcher

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.confusion import Case
    from mlgrade.course import Course
    from mlgrade.lint import Proof


@click.command("lint")
@click.argument("concepts", nargs=-1)
@click.option("--matrix/--no-matrix", default=True, help="Show which check catches which misconception.")
@click.option("--confusion", is_flag=True, help="Instead: which diagnosis one or two misconceptions in a file get.")
@options.plain
@options.course
def command(concepts: tuple[str, ...], matrix: bool, confusion: bool, plain: bool, course: Path | None) -> None:
    """Prove the course: solutions earn everything, stubs nothing, every misconception is caught and named.

    Ends with 0 if all is proved, 1 if there are problems; each is printed as file:line: sentence.

    \b
    Examples:
      mlgrade lint
      mlgrade lint softmax --no-matrix
      mlgrade lint --confusion
    """
    from mlgrade import lint
    from mlgrade.sandbox.host import Host

    loaded = options.load_course(course)
    console = options.console(plain=plain)
    names = concepts or tuple(concept.id for concept in loaded.concepts)
    if confusion:
        sys.exit(_confusion(console, loaded, names))
    proofs = []
    with Host(launcher()) as host:
        for proof in lint.lint(loaded, names, host):
            _print(console, proof, matrix=matrix)
            proofs.append(proof)
    beside = [] if concepts else lint.material(loaded)
    for problem in beside:
        console.print(problem, soft_wrap=True)
    sys.exit(_summary(console, proofs, len(beside)))


def _print(console: Console, proof: Proof, *, matrix: bool) -> None:
    word = "ok  " if not proof.problems else "FAIL"
    counts = f"{len(proof.checks)} checks, {len(proof.caught)} misconceptions"
    console.print(
        f"{word}  {proof.concept}: {counts}",
        style="bold" if not proof.problems else "bold red",
        soft_wrap=True,
    )
    for problem in proof.problems:
        where = f"{options.shown(Path(problem.file))}:{problem.line}"
        console.print(f"{where}: {problem.text}", soft_wrap=True)
    if matrix and proof.caught:
        _matrix(console, proof)


def _confusion(console: Console, course: Course, names: Sequence[str]) -> int:
    from mlgrade.confusion import cases
    from mlgrade.grading import Grader
    from mlgrade.sandbox.host import Host

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


def _matrix(console: Console, proof: Proof) -> None:
    """Checks down, misconceptions across; an x where the check catches it."""
    names = list(proof.caught)
    _header(console, names)
    for check in proof.checks:
        row = " ".join("x" if check in proof.caught[name] else "." for name in names)
        console.print(f"      {row}  {check.partition('.')[2]}", soft_wrap=True)


def _header(console: Console, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        console.print(
            f"      {'. ' * number}{chr(ord('a') + number)}{' ' * (2 * (len(names) - number))}{name}",
            soft_wrap=True,
        )


def _summary(console: Console, proofs: Sequence[Proof], beside: int) -> int:
    problems = beside + sum(len(proof.problems) for proof in proofs)
    checks, caught = sum(len(proof.checks) for proof in proofs), sum(len(proof.caught) for proof in proofs)
    found = f"{problems} problem{'s' if problems != 1 else ''}" if problems else "no problems"
    console.print(
        f"{len(proofs)} concepts, {checks} checks, {caught} misconceptions: {found}.",
        style="bold",
        soft_wrap=True,
    )
    return 1 if problems else 0
