"""mlgrade summary: the class on a terminal, as a table and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from mlgrade.cli.summary import command
from mlgrade.errors import MlgradeError
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt
from mlgrade.gradebook.store import Gradebook
from mlgrade.results import Outcome, Status

AT = datetime(2027, 2, 1, tzinfo=UTC)
COURSE = """\
format: 1
title: Small
version: "1.0"
units:
  - id: scores
    title: Scores
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [softmax]}
      - {id: logit, title: Logit, points: 5, functions: [f]}
  - id: attention
    title: Attention
    concepts:
      - {id: attention, title: Attention, points: 10, functions: [f]}
"""
MISTAKES = """\
from mlgrade.suite.misconceptions import misconception

raise RuntimeError("this file is read and never run")


@misconception("softmax", title="no maximum is subtracted", hint="?")
def no_shift(z):
    return z
"""
TITLES = {"one_row": "Sums to one.", "large": "Survives large scores.", "shape": "Keeps the shape."}


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class of four: three handed in softmax, one of them also logit, and eve nothing at all."""
    (tmp_path / "course.yml").write_text(COURSE)
    for place, text in (("tests/misconceptions", MISTAKES), ("solutions", "def softmax(z):\n    return z\n")):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "softmax.py").write_text(text)
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.set_roster(Person(student=name) for name in ("ada", "bob", "cid", "eve"))
        book.append([
            attempt("ada", "softmax", "ppp"),
            attempt("bob", "softmax", "fpp", ["no_shift"]),
            attempt("cid", "softmax", "ffp", ["no_shift"]),
            attempt("ada", "logit", "ppb"),
        ])  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLGRADE_GRADEBOOK", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


def attempt(student: str, concept: str, letters: str, diagnoses: list[str] | None = None) -> Attempt:
    marks = {"p": Outcome.PASSED, "f": Outcome.FAILED, "b": Outcome.BROKEN}
    checks = {f"{concept}.hidden.{name}": title for name, title in TITLES.items()}
    return Attempt(
        student=student,
        concept=concept,
        source=student.ljust(64, "0"),
        suite="5" * 64,
        limits="1" * 64,
        submitted_at=AT,
        graded_at=AT,
        status=Status.GRADED,
        earned=10.0 * letters.count("p") / 3,
        possible=10.0,
        checks=tuple(checks),
        outcomes=tuple(marks[letter] for letter in letters),
        diagnoses=tuple(diagnoses or ()),
        versions={},
        report=json.dumps({"checks": [{"id": name, "title": title} for name, title in checks.items()]}).encode(),
    )


@pytest.fixture
def run(folder: Path) -> Run:
    def invoke(*arguments: str) -> Done:
        done = CliRunner().invoke(command, arguments)
        if isinstance(done.exception, MlgradeError):  # which the main command turns into a sentence
            return Done(int(done.exception.exit_code), done.stdout, str(done.exception))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return invoke


def test_the_class(run: Run) -> None:
    """The whole page: grades, mistakes with their titles, checks by share passed, and who has not started."""
    assert (
        run("--unit", "scores").out
        == """\
Small 1.0: 4 students

concept  graded  mean  of  median  complete  missing  excused  broken  late
softmax       3  6.66  10    6.66       33%        1        0       0     0
logit         1  3.33   5    3.33        0%        3        0       0     0

softmax: Softmax
  Of 3 students whose file could be run:
  Most common mistakes
        2   67%  no maximum is subtracted
  Checks that most fail: share passed
      33%  Sums to one. [hidden.one_row]
      67%  Survives large scores. [hidden.large]
  Everybody passes 1 of 3 checks: hidden.shape

logit: Logit
  Of 1 student whose file could be run:
  Everybody passes 2 of 3 checks: hidden.one_row, hidden.large

1 student has not started: eve
"""
    )


def test_every_check(run: Run) -> None:
    """With --checks each stands there, with its discrimination where there is one, and what is broken is said."""
    assert run("--unit", "scores", "--checks").out.splitlines()[10:] == [
        "  All checks: share passed, discrimination",
        "      33%  +0.50  Sums to one. [hidden.one_row]",
        "      67%  +0.50  Survives large scores. [hidden.large]",
        "     100%      -  Keeps the shape. [hidden.shape]",
        "",
        "logit: Logit",
        "  Of 1 student whose file could be run:",
        "  All checks: share passed, discrimination",
        "     100%      -  Sums to one. [hidden.one_row]",
        "     100%      -  Survives large scores. [hidden.large]",
        "        -      -  Keeps the shape. [hidden.shape] (1 broken, not counted)",
        "",
        "1 student has not started: eve",
    ]


def test_json_has_everything(run: Run) -> None:
    """The JSON has its schema, each concept and each check; what does not exist is null."""
    found = json.loads(run("--json").out)
    assert (found["schema"], found["course"], found["students"]) == ("mlgrade/summary/1", "Small 1.0", 4)
    assert found["not_started"] == {"count": 1, "names": ["eve"]}
    assert [concept["concept"] for concept in found["concepts"]] == ["softmax", "logit", "attention"]
    assert found["concepts"][0]["checks"][2] == {
        "id": "softmax.hidden.shape", "title": "Keeps the shape.", "students": 3, "passed": 3, "broken": 0, "difficulty": 1.0,
        "discrimination": None,
    }  # fmt: skip
    assert found["concepts"][2]["mean"] is None


def test_csv(run: Run) -> None:
    """One row for each concept; with --checks one for each check."""
    concepts = list(csv.DictReader(io.StringIO(run("--csv").out)))
    assert [(row["concept"], row["graded"], row["median"]) for row in concepts] == [
        ("softmax", "3", "6.66"), ("logit", "1", "3.33"), ("attention", "0", ""),
    ]  # fmt: skip
    checks = list(csv.DictReader(io.StringIO(run("--csv", "--checks", "--concept", "softmax").out)))
    assert [(row["concept"], row["title"], row["passed"]) for row in checks] == [
        ("softmax", "Sums to one.", "1"), ("softmax", "Survives large scores.", "2"), ("softmax", "Keeps the shape.", "3"),
    ]  # fmt: skip


def test_names(run: Run, folder: Path) -> None:
    """The first twenty of who has not started are named, with --names all of them."""
    with Gradebook.open(folder / "gradebook.db") as book:
        book.set_roster(Person(student=f"s{number:02}") for number in range(30))
    assert "30 students have not started: s00, s01" in (short := " ".join(run().out.split()))
    assert short.endswith("s19, ... and 10 more (--names)")
    assert " ".join(run("--names").out.split()).endswith("s28, s29")


def test_narrowed(run: Run) -> None:
    """Units and concepts are shown together, and who has not started is counted of these."""
    found = json.loads(run("--unit", "attention", "--concept", "logit", "--json").out)
    assert [concept["concept"] for concept in found["concepts"]] == ["logit", "attention"]
    assert found["not_started"] == {"count": 3, "names": ["bob", "cid", "eve"]}


def test_most(run: Run) -> None:
    """A list is cut with a count of what is left."""
    text = run("--concept", "softmax", "--most", "1").out
    assert "Survives large scores" not in text
    assert "... and 1 more" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--concept", "sofmax"), 'no concept "sofmax"; did you mean "softmax"?'),
        (("--unit", "score"), 'no unit "score"; did you mean "scores"?'),
        (("--csv", "--json"), "--csv and --json do different things; give one of them"),
        (("--gradebook", "none.db"), "none.db: there is no gradebook yet"),
    ],
)
def test_a_wrong_call(run: Run, arguments: tuple[str, ...], said: str) -> None:
    """Ends with 2 and says what was meant."""
    done = run(*arguments)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
