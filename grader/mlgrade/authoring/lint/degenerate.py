"""Answers that are no answers: none of them may pass any check of a concept.

Each is a file in which every function of the concept returns the same nothing, graded as a student's file is, with what
checks require in force. Two kinds of checks are passed by one: a property that holds of nothing (pin the shape and that
all is finite first), and a check that no value enters, of a dtype or an untouched input (let it require one of values).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mlgrade.authoring.lint.model import Problem
from mlgrade.authoring.lint.trial import ConceptTrial
from mlgrade.course import Concept
from mlgrade.results import Outcome
from mlgrade.submissions.model import Submission
from mlgrade.suite.session import Check, Ran

# What each returns, in terms of `given`, the first argument, and its `shape`.
ANSWERS: Mapping[str, str] = {
    "None": "None",
    "the input given back": "given",
    "an empty list": "[]",
    "an empty array": "np.empty((0, 4))",
    "nan": "float('nan')",
    "an array of nan": "np.full(shape, np.nan)",
    "inf": "float('inf')",
    "an array of inf": "np.full(shape, np.inf)",
    "zero": "0.0",
    "an array of zeros": "np.zeros(shape)",
    "one": "1.0",
    "an array of ones": "np.ones(shape)",
    "an array with too many axes": "np.zeros((1, 1, *shape, 1, 1))",
}
_SOURCE = """\
import numpy as np


def answer(args, kwargs):
    given = next(iter([*args, *kwargs.values()]), None)
    try:
        shape = np.shape(given)
    except ValueError:  # rows of unequal length
        shape = ()
    return {value}
"""


def submission(concept: Concept, value: str) -> Submission:
    """A file whose functions all return this value."""
    functions = (f"\n\ndef {name}(*args, **kwargs):\n    return answer(args, kwargs)\n" for name in concept.functions)
    source = "".join([_SOURCE.format(value=value), *functions])
    return Submission(concept=concept.id, file=f"{concept.id}.py", source=source.encode())


def passed(trial: ConceptTrial) -> Iterator[Problem]:
    """Each check that a degenerate answer passes, once, with the answers that pass it."""
    passing: dict[tuple[str, int], list[str]] = {}
    names = {(check.file, check.line): check.name for check in trial.checks}
    for answer, value in ANSWERS.items():
        for place in dict.fromkeys(_passed(trial.checks, trial.grader.run(submission(trial.concept, value)))):
            passing.setdefault(place, []).append(answer)
    for (file, line), answers in passing.items():
        text = f"{names[file, line]} is passed by {', '.join(answers)}"
        yield Problem(file, line, f"{text}: pin shape and values first, or require a check that does")


def _passed(checks: Sequence[Check], ran: Sequence[Ran]) -> Iterator[tuple[str, int]]:
    for check, one in zip(checks, ran, strict=False):  # none ran at all, or each did
        if one.finding.outcome is Outcome.PASSED:
            yield check.file, check.line
