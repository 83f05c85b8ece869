"""The author's proof, for each concept of a course.

    files      all five are there, and stub and solution have the same signatures
    docstring  its examples are true for the solution
    solution   earns everything, over several seeds
    stub       earns nothing, and reads "not started"
    mistakes   each misconception loses points and is diagnosed as itself
    words      each check has a hint; no two of a concept have the same title
    secrecy    nothing of a hidden check is in what a student reads

and of the course as a whole, that its lessons and study cards read.

A problem is a place and a sentence. The matrix says which check catches which misconception.
"""

from __future__ import annotations

import ast
import doctest
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from mlgrade import diagnosis, lessons
from mlgrade.cards import deck
from mlgrade.course import Concept, Course
from mlgrade.diagnosis import Misconception
from mlgrade.errors import MlgradeError
from mlgrade.grading import Grader
from mlgrade.results import ConceptReport, Outcome, Status, Visibility
from mlgrade.sandbox.host import Host
from mlgrade.submissions import Submission, read
from mlgrade.suite.session import Check, Ran
from mlgrade.suite.values import show

SEEDS = (0, 1, 2)
SHORTEST_SECRET = 16  # characters; shorter lines and inputs are in every file


class Problem(msgspec.Struct, frozen=True):
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was proved of one concept. `caught` holds, for each misconception, the checks that it does not pass."""

    concept: str
    problems: list[Problem]
    checks: list[str] = []
    caught: dict[str, list[str]] = {}


def lint(course: Course, concepts: Sequence[str], host: Host) -> Iterator[Proof]:
    """Prove each concept, one by one: a broken one does not hide what is wrong with the next."""
    for concept in concepts:
        yield _prove(course, course.concept(concept), host)


def material(course: Course) -> list[str]:
    """Problems of what a course has beside its exercises, where it has it: lessons and study cards."""
    problems: list[str] = []
    for concept in course.concepts:
        if course.lesson(concept.id).exists():
            problems += _read(partial(lessons.load, course, concept))
    if (course.root / "cards").is_dir():
        problems += _read(partial(deck.load, course))
    return problems


def _read(load: Callable[[], object]) -> list[str]:
    try:
        load()
    except MlgradeError as error:
        return str(error).splitlines()
    return []


def _prove(course: Course, concept: Concept, host: Host) -> Proof:
    if missing := list(_files(course, concept)):
        return Proof(concept=concept.id, problems=missing)
    try:
        grader = Grader(course, [concept.id], host)
        known = _misconceptions(course, concept)
    except MlgradeError as error:
        return Proof(concept=concept.id, problems=[Problem(str(course.root / "course.yml"), 1, str(error))])
    caught: dict[str, list[str]] = {}
    problems = [
        *_signatures(course, concept),
        *_examples(course, concept),
        *_words(grader.suites[concept.id].checks),
        *_solution(grader, concept),
        *_stub(grader, concept),
        *_mistakes(grader, concept, known, caught),
    ]
    checks = [check.id for check in grader.suites[concept.id].checks]
    return Proof(concept=concept.id, problems=problems, checks=checks, caught=caught)


# -- files and words ------------------------------------------------------------------------------------------


def _files(course: Course, concept: Concept) -> Iterator[Problem]:
    suites = [course.root / "tests" / folder / f"test_{concept.id}.py" for folder in ("public", "hidden")]
    paths = [
        course.exercise(concept.id),
        course.solution(concept.id),
        course.misconceptions(concept.id),
        *suites,
    ]
    for path in paths:
        if not path.is_file():
            yield Problem(str(path), 1, f"the concept {concept.id} has no such file")


def _misconceptions(course: Course, concept: Concept) -> list[Misconception]:
    solution = course.solution(concept.id).read_text(encoding="utf-8")
    return diagnosis.read(course.misconceptions(concept.id), solution)


def _functions(path: Path) -> dict[str, ast.FunctionDef]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def _signatures(course: Course, concept: Concept) -> Iterator[Problem]:
    path = course.exercise(concept.id)
    stubs, solved = _functions(path), _functions(course.solution(concept.id))
    for name in concept.functions:
        if name not in stubs:
            yield Problem(str(path), 1, f"course.yml asks for {name}, which is not here")
        elif not ast.get_docstring(stubs[name]):
            yield Problem(str(path), stubs[name].lineno, f"{name} has no docstring: it is the specification")
        elif name in solved and ast.dump(stubs[name].args) != ast.dump(solved[name].args):
            yield Problem(str(path), stubs[name].lineno, f"{name} has another signature in the solution")


def _examples(course: Course, concept: Concept) -> Iterator[Problem]:
    """Run the docstrings' examples on the solution's functions."""
    path = course.exercise(concept.id)
    solved = diagnosis.run(course.solution(concept.id).read_text(encoding="utf-8"))
    known = diagnosis.run(path.read_text(encoding="utf-8")) | {name: solved[name] for name in concept.functions}
    for name, node in _functions(path).items():
        test = doctest.DocTestParser().get_doctest(
            ast.get_docstring(node) or "", dict(known), name, str(path), node.body[0].lineno - 1
        )
        if name in concept.functions and not test.examples:
            yield Problem(str(path), node.lineno, f"{name} has no example in its docstring")
        yield from _run_examples(test, path)


def _run_examples(test: doctest.DocTest, path: Path) -> Iterator[Problem]:
    runner = doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner.run(test, out=said.append)
    if runner.failures:
        text = " ".join("".join(said).split())
        yield Problem(str(path), (test.lineno or 0) + 1, f"an example of {test.name} is not true: {text[-300:]}")


def _words(checks: Sequence[Check]) -> Iterator[Problem]:
    titles = Counter(check.marks.title for check in checks)
    for check in checks:
        if not check.marks.hint:
            yield Problem(check.file, check.line, f"{check.name} has no hint")
        if titles[check.marks.title] > 1 and not check.params:
            yield Problem(check.file, check.line, f'another check has the title "{check.marks.title}" too')


# -- running --------------------------------------------------------------------------------------------------


def _solution(grader: Grader, concept: Concept) -> Iterator[Problem]:
    path = grader.course.solution(concept.id)
    submission = read(path, concept.id)
    for seed in SEEDS:
        ran = grader.run(submission, seed)
        if not ran:
            yield Problem(str(path), 1, grader.grade(submission).reason)
        for one in ran:
            if one.finding.outcome is not Outcome.PASSED:
                check = _check(grader, concept, one)
                text = (
                    f"the solution does not pass {check.name} (seed {seed}): {one.finding.problem} {one.finding.detail}"
                )
                yield Problem(check.file, check.line, " ".join(text.split()))


def _stub(grader: Grader, concept: Concept) -> Iterator[Problem]:
    path = grader.course.exercise(concept.id)
    report = grader.grade(read(path, concept.id))
    if report.status is not Status.NOT_STARTED:
        yield Problem(str(path), 1, f'the stub reads "{report.status}", not "not_started": {report.reason}')


def _mistakes(
    grader: Grader, concept: Concept, known: Sequence[Misconception], caught: dict[str, list[str]]
) -> Iterator[Problem]:
    for one in known:
        if not (one.title and one.hint):
            yield Problem(one.file, one.line, f"{one.name} needs a title and a hint")
        submission = Submission(concept=concept.id, file=f"{concept.id}.py", source=one.source.encode())
        ran = grader.run(submission)
        report = grader.grade(submission)
        caught[one.name] = [check.finding.id for check in ran if check.finding.outcome is not Outcome.PASSED]
        yield from _mistake(one, report, caught[one.name])
        for secret in leaks(report, ran, grader.suites[concept.id].checks):
            yield Problem(one.file, one.line, f"the report on {one.name} shows a hidden check: {secret}")


def _mistake(one: Misconception, report: ConceptReport, caught: Sequence[str]) -> Iterator[Problem]:
    if report.status is not Status.GRADED:
        yield Problem(one.file, one.line, f"{one.name} cannot be graded: {report.status}: {report.reason}")
    elif not caught or report.earned >= report.possible:
        yield Problem(one.file, one.line, f"no check catches {one.name}: it earns everything")
    elif (found := [named.misconception for named in report.diagnoses]) != [one.name]:
        said = (
            f"diagnosed as {', '.join(found)}" if found else "not recognised: another one does the same on these inputs"
        )
        yield Problem(one.file, one.line, f"{one.name} is {said}")


def _check(grader: Grader, concept: Concept, ran: Ran) -> Check:
    return next(check for check in grader.suites[concept.id].checks if check.id == ran.finding.id)


# -- secrecy --------------------------------------------------------------------------------------------------


def leaks(report: ConceptReport, ran: Sequence[Ran], checks: Sequence[Check]) -> list[str]:
    """Find source lines, inputs and expected values of hidden checks in what a student would read."""
    text = "\n".join(_strings(msgspec.to_builtins(report)))
    shown = [part for check in checks for part in (check.marks.title, check.marks.hint)]
    shown += [part for one in ran if one.finding.visibility is Visibility.PUBLIC for part in _inputs(one)]
    allowed = "\n".join(shown)
    secrets = {part for one in ran if one.finding.visibility is Visibility.HIDDEN for part in _inputs(one)}
    secrets |= {line for check in checks if check.visibility is Visibility.HIDDEN for line in _lines(check.file)}
    return sorted(s for s in secrets if len(s) >= SHORTEST_SECRET and s not in allowed and s in text)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, dict)):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _strings(part)


def _inputs(ran: Ran) -> Iterator[str]:
    for call in ran.calls:
        yield from (show(value) for value in (*call.args, *call.kwargs.values()))
    yield from ran.finding.detail.splitlines()


_seen: dict[str, list[str]] = {}


def _lines(file: str) -> list[str]:
    """The code of a suite: its lines without docstrings, which students may read."""
    if file not in _seen:
        text = Path(file).read_text(encoding="utf-8")
        nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Module, ast.FunctionDef))]
        words = " ".join(ast.get_docstring(node, clean=False) or "" for node in nodes)
        _seen[file] = [line.strip() for line in text.splitlines() if line.strip().strip('"') not in words]
    return _seen[file]
