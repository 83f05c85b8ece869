"""The author's proof, for each concept of a course.

    files      all five are there and can be read, nothing is left to write, stub and solution have equal signatures;
               what course.yml forbids can be forbidden
    docstring  its examples are true for the solution; it speaks of what the checks demand
    solution   earns everything, over several seeds
    stub       earns nothing, and reads "not started"
    mistakes   each misconception loses points and is diagnosed as itself
    others     each alternative, a right answer in another style, earns everything
    nothing    no degenerate answer (empty, nan, zeros, the input back, ...) passes any check
    worth      no tolerance lets a misconception pass or an alternative fail without need
    proportion one slip in a right answer costs one slip, and no check that others require passes a list
    words      each check has a hint; no two of a concept have the same title; the lesson reads
    secrecy    nothing of a hidden check is in what a student reads

and of the course as a whole, that its study cards read. A problem is a place and a sentence. A note is one too, and
fails nothing: a check that catches no misconception, one that is slow beside the others.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mlgrade.authoring.lint import beside, degenerate, docstrings, files, proportion, worth
from mlgrade.authoring.lint.model import ConceptProof, Problem
from mlgrade.authoring.lint.secrecy import leaks
from mlgrade.authoring.lint.trial import SEEDS, Clock, ConceptTrial, unloadable
from mlgrade.course import FILE, Concept, Course
from mlgrade.errors import MlgradeError
from mlgrade.grading.grader import Grader
from mlgrade.results import Outcome
from mlgrade.sandbox.host import Host
from mlgrade.suite.misconceptions import Misconception, read_misconceptions
from mlgrade.suite.session import Check

__all__ = ["ConceptProof", "Problem", "leaks", "lint", "material", "of_course"]


# Of the solution itself. Examples and diagnoses run it here, without a limit; a broken check says nothing of anybody.
_HOPELESS = {Outcome.TIMED_OUT, Outcome.BROKEN}


def lint(
    course: Course,
    concepts: Sequence[str],
    host: Host,
    clock: Clock = time.perf_counter,
    *,
    with_proportion: bool = False,
) -> Iterator[ConceptProof]:
    """Prove each concept, one by one: a broken one does not hide what is wrong with the next."""
    for concept in concepts:
        yield _prove(course, course.concept(concept), host, clock, with_proportion=with_proportion)


def material(course: Course) -> list[Problem]:
    """Problems of what belongs to no single concept."""
    return [*beside.cards(course), *beside.seed(course)]


def of_course(problems: Iterable[str], folder: Path) -> list[Problem]:
    """Problems of a course.yml that cannot be read."""
    return [one for text in problems for one in files.of(text, folder, folder / FILE)]


def _prove(course: Course, concept: Concept, host: Host, clock: Clock, *, with_proportion: bool) -> ConceptProof:
    if early := [*files.missing(course, concept)] or [*files.todos(course, concept)]:
        return ConceptProof(concept=concept.id, problems=early)
    if early := [*files.unreadable(course, concept)]:
        return ConceptProof(concept=concept.id, problems=early)
    if early := [*files.absent(course, concept)]:
        return ConceptProof(concept=concept.id, problems=early)
    signatures = [*files.signatures(course, concept), *files.forbidden(course, concept)]
    signatures += beside.lesson(course, concept)
    try:
        known = _misconceptions(course, concept)
        grader = Grader(course, [concept.id], host)
        if early := [*unloadable(grader, concept, known)]:
            return ConceptProof(concept=concept.id, problems=[*signatures, *early])
    except MlgradeError as error:
        said = files.of(str(error), course.root, course.root / FILE)
        return ConceptProof(concept=concept.id, problems=[*signatures, *said])
    return _try(ConceptTrial(grader, concept, known, clock), signatures, with_proportion=with_proportion)


def _try(trial: ConceptTrial, problems: list[Problem], *, with_proportion: bool) -> ConceptProof:
    course, concept = trial.course, trial.concept
    if any(one.finding.outcome in _HOPELESS for ran in trial.solved.values() for one in ran):
        return ConceptProof(concept=concept.id, problems=[*problems, *trial.solution()])
    problems += docstrings.examples(course, concept)
    problems += [*_words(trial.checks), *trial.solution(), *trial.stub(), *trial.mistakes(), *trial.alternatives()]
    problems += [*degenerate.passed(trial), *proportion.gates(trial.checks)]
    measured = proportion.measure(trial) if with_proportion else None
    problems += proportion.excessive(trial, measured) if measured else []
    if not any(ran == [] for ran in trial.solved.values()):
        problems += docstrings.demands(course, concept, trial.solved[SEEDS[0]], trial.checks)
        problems += [*worth.admitted(trial), *worth.refused(trial), *worth.idle(trial), *worth.slow(trial)]
    problems += [Problem(trial.checks[0].file, 1, note, note=True) for note in trial.grader.take_notes().values()]
    return ConceptProof(
        concept=concept.id,
        problems=problems,
        checks=[check.id for check in trial.checks],
        caught=trial.caught,
        rejected=trial.rejected,
        proportion=measured,
    )


def _misconceptions(course: Course, concept: Concept) -> list[Misconception]:
    solution = course.solution(concept.id).read_text(encoding="utf-8-sig")
    return read_misconceptions(course.misconceptions(concept.id), solution)


def _words(checks: Sequence[Check]) -> Iterator[Problem]:
    titles = Counter(check.marks.title for check in checks)
    for check in checks:
        if not check.marks.hint:
            yield Problem(check.file, check.line, f"{check.name} has no hint")
        if titles[check.marks.title] > 1 and not check.params:
            yield Problem(check.file, check.line, f'another check has the title "{check.marks.title}" too')
