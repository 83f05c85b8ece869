"""Prove the hidden suites: change the solutions, one thing at a time, and see that some check notices.

    python tests/mutation/run.py               every concept
    python tests/mutation/run.py norm logit    some

Each mutant of a solution is graded like a submission. One that loses no points is a survivor: either the suite has a
hole, or the change makes no difference that the exercise speaks of. The latter stand in equivalents.yml, each with
its reason. Ends with 0 if that explains every survivor, with 1 if not, or if an entry there is out of date.

Why no tool: the checks do not import what they check, they call it in a worker behind a pipe. mutmut puts all
mutants of a function into one file and lets an environment variable choose; it forks a process that runs pytest on
it, where this worker sees neither the variable nor the import that the file needs. cosmic-ray changes the file on
disk and starts its test command anew: half a second for each of two thousand mutants, where the grader needs twenty
milliseconds. And neither makes the mistakes of those who are new to numpy: a call such as abs, clip or copy left out,
the branches of np.where exchanged, an array written in place, one argument taken for another.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from mlgrade import course as courses
from mlgrade.course.model import Course, Duration
from mlgrade.errors import MlgradeError, UsageError
from mlgrade.grading.grader import Grader
from mlgrade.results import Outcome
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.submissions.model import Submission

sys.path.insert(0, str(Path(__file__).parent))
from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
# A mutant that never ends should not take the time of a hundred others.
SHORT = {"call": Duration(seconds=0.5), "load": Duration(seconds=2), "submission": Duration(seconds=2)}


class Tally(NamedTuple):
    """What became of the mutants of one concept."""

    concept: str
    file: str
    failed: int
    not_run: int
    broken: list[Mutant]
    survivors: list[Mutant]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a solution, and changes of it that make no difference."""

    function: str = msgspec.field(name="in")
    line: str
    becomes: list[str]
    why: str


Key = tuple[str, str, str]  # function, line before, line after


def main() -> int:
    options = _options()
    course = courses.load(options.course)
    known = equivalents(options.equivalents)
    names = options.concepts or [concept.id for concept in course.concepts]
    for name in names:
        course.concept(name)  # a misspelt one is named before anything is run
    problems = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(tally, repeat(course.root), names):
            problems += report(done, known.get(done.concept, []))
    print(f"{len(names)} concepts: {problems or 'no'} problem{'' if problems == 1 else 's'}.")
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Change the solutions, one thing at a time: does some check notice?")
    parser.add_argument("concepts", nargs="*", metavar="CONCEPT", help="all, if none is named")
    parser.add_argument("--course", type=Path, default=ROOT, help="another course (its folder or course.yml)")
    parser.add_argument("--equivalents", type=Path, default=Path(__file__).with_name("equivalents.yml"))
    return parser.parse_args()


# -- run ------------------------------------------------------------------------------------------------------


def tally(root: Path, concept: str) -> Tally:
    """Grade each mutant of one concept."""
    course = _short(courses.load(root))
    path = course.solution(concept)
    found = list(mutants(path.read_text(encoding="utf-8")))
    with Host(launcher()) as host, warnings.catch_warnings(action="ignore"):  # a suite's function meets odd arrays
        grader = Grader(course, [concept], host)
        ends = [_end(grader, Submission(concept=concept, file=path.name, source=one.source.encode())) for one in found]
    broken, survivors = ([one for one, end in zip(found, ends, strict=True) if end == how] for how in ("broken", "all"))
    return Tally(concept, f"solutions/{path.name}", ends.count("failed"), ends.count("not run"), broken, survivors)


def _short(course: Course) -> Course:
    return msgspec.structs.replace(course, limits=msgspec.structs.replace(course.limits, **SHORT))


def _end(grader: Grader, mutant: Submission) -> str:
    outcomes = {one.finding.outcome for one in grader.run(mutant)}
    if not outcomes:
        return "not run"
    if Outcome.BROKEN in outcomes:
        return "broken"
    return "all" if outcomes == {Outcome.PASSED} else "failed"


# -- explain --------------------------------------------------------------------------------------------------


def equivalents(path: Path) -> dict[str, list[Entry]]:
    try:
        known = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")) or {}, dict[str, list[Entry]])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise UsageError(f"{path}: {error}") from None
    if unexplained := [entry.line for entries in known.values() for entry in entries if not entry.why.strip()]:
        raise UsageError(f"{path}: no reason is given for a change of: {unexplained[0]}")
    return known


def report(done: Tally, known: Sequence[Entry]) -> int:
    """Print one concept, and return how much of it is not explained."""
    keys = [(entry.function, entry.line, after) for entry in known for after in entry.becomes]
    problems = list(_problems(done, keys))
    total = done.failed + done.not_run + len(done.broken) + len(done.survivors)
    open_ = sum(_key(one) not in keys for one in done.survivors)
    print(
        f"{done.concept}: {total} mutants, {done.failed} killed by a check, {done.not_run} did not run, "
        f"{open_} survivors, {len(done.survivors) - open_} equivalents"
    )
    for problem in problems:
        print(problem)
    return len(problems)


def _problems(done: Tally, keys: Sequence[Key]) -> Iterator[str]:
    for one in done.broken:
        yield f"{_place(done, one)}: breaks a check instead of failing it"
    for one in done.survivors:
        if _key(one) not in keys:
            yield f"{_place(done, one)}: survives"
    alive = {_key(one) for one in done.survivors}
    for function, line, after in keys:
        if (function, line, after) not in alive:
            yield f"equivalents.yml: {done.concept}: in {function}: {line}  ->  {after}: is killed now, or does not occur"
    for twice in {key for key in keys if keys.count(key) > 1}:
        yield f"equivalents.yml: {done.concept}: in {twice[0]}: {twice[1]}  ->  {twice[2]}: is here twice"


def _key(mutant: Mutant) -> Key:
    return mutant.function, mutant.before, mutant.after


def _place(done: Tally, mutant: Mutant) -> str:
    return f"{done.file}:{mutant.line}: in {mutant.function}: {mutant.before}  ->  {mutant.after}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MlgradeError as error:
        print(f"mutation: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
