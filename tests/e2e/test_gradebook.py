"""mlgrade gradebook: what counts, how it came about, and what staff decide."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from mlgrade.cli import gradebook
from mlgrade.errors import MlgradeError
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt, DecisionKind
from mlgrade.gradebook.store import Gradebook
from mlgrade.results import Outcome, Status

DUE = datetime(2027, 2, 5, 22, 59, tzinfo=UTC)
COURSE = """\
format: 1
title: Small
version: "1.0"
late: {grace: 15 min, per_day: 10%, floor: 50%, cap: 14 days}
units:
  - id: scores
    title: Scores
    due: 2027-02-05T23:59:00+01:00
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [f]}
      - {id: logit, title: Logit, points: 5, functions: [f]}
  - id: attention
    title: Attention
    concepts:
      - {id: attention, title: Attention, points: 10, functions: [f]}
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A class of three: ada handed in twice, bob late, eve not at all; dan has dropped the course."""
    (tmp_path / "course.yml").write_text(COURSE)
    with Gradebook.open(tmp_path / "gradebook.db") as opened:
        opened.set_roster(Person(student=name) for name in ("ada", "bob", "dan", "eve"))
        opened.set_roster(Person(student=name) for name in ("ada", "bob", "eve"))
        opened.append([
            attempt("ada", 9.0, -timedelta(days=1), "a"),
            attempt("ada", 7.5, timedelta(0), "b"),
            attempt("ada", 0.0, timedelta(0), "c", concept="logit", status=Status.CANNOT_RUN),
            attempt("bob", 10.0, timedelta(days=2), "d"),
            attempt("bob", 0.0, timedelta(0), "e", concept="logit", status=Status.BROKEN),
            attempt("dan", 3.0, timedelta(0), "f"),
        ])  # fmt: skip
    return tmp_path / "gradebook.db"


def attempt(student: str, earned: float, after: timedelta, source: str, **given: Any) -> Attempt:
    values: dict[str, Any] = {
        "concept": "softmax", "suite": "5" * 64, "limits": "1" * 64, "graded_at": DUE + timedelta(days=20), "status": Status.GRADED,
        "possible": 10.0, "checks": ("a",), "outcomes": (Outcome.PASSED,), "diagnoses": (), "versions": {}, "report": b"{}",
    }  # fmt: skip
    return Attempt(student=student, earned=earned, submitted_at=DUE + after, source=source * 64, **{**values, **given})


@pytest.fixture
def run(book: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(book.parent)
    monkeypatch.delenv("MLGRADE_GRADEBOOK", raising=False)

    def command(*arguments: str) -> Done:
        done = CliRunner().invoke(gradebook.command, arguments, terminal_width=80)
        if isinstance(done.exception, MlgradeError):  # which the main command turns into a sentence
            return Done(int(done.exception.exit_code), done.stdout, str(done.exception))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return command


def points(run: Run, student: str, concept: str = "softmax") -> Any:
    [grade] = json.loads(run("show", student, "--concept", concept, "--json").out)["grades"]
    return grade["points"] if grade["state"] == "graded" else grade["state"]


# -- show -------------------------------------------------------------------------------------------------------


def test_the_class(run: Run) -> None:
    """One line for each student who is in the course; what is broken is in neither number."""
    assert run("show").out.splitlines() == [
        "ada                             9 of 25  1 missing",
        "bob                             8 of 20  1 missing, 1 late, 1 broken",
        "eve                             0 of 25  3 missing",
    ]


def test_one_student(run: Run) -> None:
    """A student in full: each concept, each unit, the sum; a zero, missing and broken look different."""
    assert run("show", "ada").out.splitlines() == [
        "Scores: 9 of 15",
        "  softmax                     9 of 10  2 attempts",
        "  logit                        0 of 5  cannot run",
        "",
        "Attention: 0 of 10  1 missing",
        "  attention                   - of 10  missing",
        "",
        "All: 9 of 25  1 missing",
    ]
    assert "  softmax                     8 of 10  1 d 23 h late, 10 of 10 before that" in run("show", "bob").out
    assert "  logit                        - of 5  broken, attempt 5 is broken on our side" in run("show", "bob").out


def test_narrowed(run: Run) -> None:
    """One concept shows all that is known of it; one unit sums up only itself."""
    assert (
        run("show", "--concept", "softmax").out.splitlines()[0] == "ada                             9 of 10  2 attempts"
    )
    assert run("show", "eve", "--unit", "attention").out.startswith("Attention: 0 of 10  1 missing\n")


def test_csv_is_safe(run: Run, book: Path) -> None:
    """The table has a row for each student and concept, and no cell that a spreadsheet would run."""
    with Gradebook.open(book) as opened:
        opened.set_roster(Person(student=name) for name in ("=1+1", 'o"brien, x', "ada"))
    run("override", "ada", "softmax", "3", "--reason", "@SUM(A1)\nand more")
    done = CliRunner().invoke(gradebook.command, ["show", "--csv"])
    assert done.stdout_bytes.count(b"\r\n") == 1 + 3 * 3
    rows = list(csv.DictReader(io.StringIO(done.stdout_bytes.decode(), newline="")))
    assert [row["student"] for row in rows[::3]] == ["'=1+1", "ada", 'o"brien, x']
    found = next(row for row in rows if (row["student"], row["concept"]) == ("ada", "softmax"))
    assert (found["points"], found["reason"]) == ("3", "'@SUM(A1)\nand more")
    assert {row["points"] for row in rows if row["state"] != "graded"} == {""}


def test_json(run: Run) -> None:
    """The same as JSON: what is not known is null."""
    data = json.loads(run("show", "bob", "--json").out)
    assert (data["schema"], data["course"]) == ("mlgrade/grades/1", "Small")
    assert [grade["points"] for grade in data["grades"]] == [8.0, None, None]
    assert data["grades"][0]["late_seconds"] == timedelta(days=2, minutes=-15).total_seconds()
    assert run("show", "--json", "--csv").code == 2


# -- history ----------------------------------------------------------------------------------------------------


def test_history(run: Run) -> None:
    """Every attempt with its time, hash, score, lateness, and which of them counts; then the decisions."""
    run("extend", "bob", "scores", "--days", "1", "--reason", "ill", "--by", "kim")
    text = run("history", "bob").out
    assert "softmax (due 2027-02-05 23:59:00 +0100, extended to 2027-02-06 23:59:00 +0100): 9 of 10" in text
    assert "#4  2027-02-07 23:59:00 +0100  dddddddd        10 of 10  graded  23 h 45 min late  <- counts" in text
    assert "#5  2027-02-05 23:59:00 +0100  eeeeeeee         0 of 10  broken\n" in text
    assert "extend unit:scores until 2027-02-06 22:59:00 +0000, by kim: ill" in text


def test_history_of_what_does_not_count(run: Run, book: Path) -> None:
    """A regraded file, a stub, a file after the cap: each says why it does not count."""
    with Gradebook.open(book) as opened:
        opened.append([
            attempt("ada", 9.5, -timedelta(days=1), "a", suite="6" * 64),
            attempt("ada", 0.0, timedelta(0), "7", status=Status.NOT_STARTED),
            attempt("ada", 10.0, timedelta(days=99), "8"),
            attempt("ada", 10.0, timedelta(0), "9", concept="gone"),
        ])  # fmt: skip
    lines = {line.split()[0]: line for line in run("history", "ada").out.splitlines()}
    assert lines["#1"].endswith("(the same file was graded again)")
    assert lines["#7"].endswith("9.5 of 10  graded  <- counts")
    assert lines["#8"].endswith("an untouched stub")
    assert lines["#9"].endswith("(not taken: handed in 98 d 23 h late; nothing is taken after 14 d)")
    assert lines["and"] == "and attempts at what is no longer in the course: gone"


def test_history_shows_no_control_characters(run: Run, book: Path) -> None:
    """What came from students or files cannot move the cursor of whoever looks."""
    with Gradebook.open(book) as opened:
        opened.append([attempt("\x1b[2Jmal", 1.0, timedelta(0), "a")])
    assert run("excuse", "\x1b[2Jmal", "softmax", "--reason", "\x1b]0;x\x07", "--by", "\x1b[1m").code == 0
    shown = run("show").out + run("history", "\x1b[2Jmal").out + run("show", "\x1b[2Jmal").out
    assert "\x1b" not in shown
    assert r"\x1b[2Jmal" in shown


# -- decide -----------------------------------------------------------------------------------------------------


def test_excuse_and_revoke(run: Run) -> None:
    """An excuse takes the concept out of the sum; revoking it brings the grade back; both stay in the history."""
    assert run("excuse", "ada", "softmax", "--reason", "ill", "--by", "kim").out.endswith(
        "excuse concept:softmax, by kim: ill\n"
    )
    assert points(run, "ada") == "excused"
    assert run("excuse", "ada", "softmax", "--reason", "was well", "--revoke").code == 0
    assert points(run, "ada") == 9.0
    history = run("history", "ada", "softmax").out
    assert "excuse concept:softmax, by kim: ill  (no longer holds)" in history
    assert "revoke excuse concept:softmax" in history


def test_extend(run: Run) -> None:
    """A later due date, as a date or in days; of the course, each unit that has one is moved."""
    run("extend", "bob", "softmax", "--until", "2027-02-06T23:59+01:00", "--reason", "ill")
    assert points(run, "bob") == 9.0
    said = run("extend", "bob", "course", "--days", "7", "--reason", "ill").out
    assert said.count("kept: bob") == 1
    assert "unit:scores until 2027-02-12 22:59:00 +0000" in said
    assert points(run, "bob") == 9.0  # the nearer one holds
    run("extend", "bob", "softmax", "--revoke", "--reason", "covered by the other")
    assert points(run, "bob") == 10.0


def test_a_minimum(run: Run) -> None:
    """It is shown with its reason, kept in the audit trail, and can be taken back; an override is another thing."""
    assert run("override", "ada", "softmax", "9.5", "--at-least", "--reason", "promised").code == 0
    assert "promised" in run("show", "ada").out
    assert "minimum concept:softmax to 9.5" in run("history", "ada", "softmax").out
    assert run("override", "ada", "softmax", "--revoke", "--reason", "x").code == 2
    assert run("override", "ada", "softmax", "--at-least", "--revoke", "--reason", "x").code == 0


def test_override(run: Run) -> None:
    """Points of staff replace what attempts give, also where there are none."""
    assert run("override", "eve", "softmax", "8.5", "--reason", "oral exam").code == 0
    assert points(run, "eve") == 8.5
    assert "8.5 of 10  overridden, oral exam" in run("show", "eve").out
    run("override", "eve", "softmax", "--revoke", "--reason", "wrong person")
    assert points(run, "eve") == "missing"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("show adda", 'no student "adda"; did you mean "ada"?'),
        ("show --concept sofmax", 'no concept "sofmax"; did you mean "softmax"?'),
        ("show --unit attenton", 'no unit "attenton"; did you mean "attention"?'),
        ("show --unit attention --concept softmax", "softmax is not in the unit attention"),
        ("history adda", 'no student "adda"; did you mean "ada"?'),
        ("excuse ada sofmax --reason x", 'no concept or unit "sofmax"; did you mean "softmax"?'),
        ("excuse ada attention --reason x", '"attention" is the name of two things'),
        ("excuse adda softmax --reason x", 'no student "adda"; did you mean "ada"?'),
        ("excuse ada softmax", "--reason is missing"),
        ("excuse ada", "give a STUDENT and a TARGET, or --from FILE"),
        ("excuse ada softmax --revoke --reason x", "nothing to revoke: no excuse of ada holds for concept:softmax"),
        ("extend ada softmax --reason x", "give --until or --days"),
        ("extend ada softmax --days 2 --until 2027-03-01T00:00Z --reason x", "give --until or --days"),
        ("extend ada softmax --days 2 --revoke --reason x", "give --until or --days, and neither of them with --revoke"),
        ("extend ada softmax --until 2027-03-01 --reason x", "not a date with time and time zone"),
        ("extend ada softmax --until 2027-01-01T00:00Z --reason x", "is not after the due date"),
        ("extend ada unit:attention --days 2 --reason x", "has no due date"),
        ("override ada softmax 11 --reason x", "from 0 to 10 points (got 11)"),
        ("override ada softmax --reason x", "give the points, or --revoke without points"),
        ("override ada scores 3 --reason x", 'no concept "scores"'),
        ("excuse ada softmax --from x.csv", "with --from the file says it all"),
        ("extend --from x.csv --days 3", "with --from the file says it all"),
        ("excuse --from x.csv", "x.csv: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_refused(run: Run, book: Path, arguments: str, message: str) -> None:
    """A call that cannot be done as asked ends with 2 and a sentence, and decides nothing."""
    done = run(*arguments.split(" "))
    assert done.code == 2
    assert message in done.err
    with Gradebook.open(book) as opened:
        assert opened.decisions() == []


def test_a_student_who_is_new(run: Run) -> None:
    """Before the roster and the first attempt a student is taken by name only when one says so."""
    assert run("excuse", "new", "course", "--reason", "ill").code == 2
    assert run("excuse", "new", "course", "--reason", "ill", "--new").code == 0
    assert points(run, "new") == "excused"


def test_who_decides(run: Run, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account's name is kept with the decision; an account without one has to say it."""
    monkeypatch.setattr("getpass.getuser", lambda: "teacher")
    run("excuse", "ada", "softmax", "--reason", "ill")
    with Gradebook.open(book) as opened:
        assert opened.decisions()[0].by == "teacher"

    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert "your account has no name; give --by" in run("excuse", "ada", "logit", "--reason", "ill").err


# -- from a file ------------------------------------------------------------------------------------------------


def test_many_from_a_file(run: Run, book: Path) -> None:
    """A file may hold excuses and extensions; with a byte-order mark, semicolons and quotes, as Excel writes it."""
    (book.parent / "x.csv").write_bytes(
        '\ufeffStudent;Target;Until;Reason\r\nbob;scores;2027-02-07T23:59+01:00;"ill; note"\r\n\r\neve;course;excuse;"left\nfor a year"\r\n'.encode()
    )
    assert run("extend", "--from", "x.csv").code == 0
    assert (points(run, "bob"), points(run, "eve", "attention")) == (10.0, "excused")
    with Gradebook.open(book) as opened:
        assert [(one.kind, one.reason) for one in opened.decisions()] == [
            (DecisionKind.EXTEND, "ill; note"),
            (DecisionKind.EXCUSE, "left\nfor a year"),
        ]


def test_excuses_need_no_dates(run: Run, book: Path) -> None:
    """A file of excuses has no column for dates."""
    (book.parent / "x.csv").write_text("reason,student,target\nill,ada,softmax\n")
    assert run("excuse", "--from", "x.csv").code == 0
    assert points(run, "ada") == "excused"


def test_all_problems_of_a_file(run: Run, book: Path) -> None:
    """Every problem is said with its line, also after a cell of two lines, and nothing is written."""
    (book.parent / "x.csv").write_text(
        "student,target,until,reason\n"
        'ada,softmax,2027-03-01T00:00+01:00,"two\nlines"\n'
        "adda,softmax,2027-03-01T00:00+01:00,ill\n"
        "ada,sofmax,2027-03-01T00:00+01:00,ill\n"
        "ada,logit,tomorrow,ill\n"
        "ada,logit,,ill\n"
        "ada,logit,2027-03-01T00:00+01:00,\n"
        "ada,logit\n"
        "ada,concept:softmax,2027-03-02T00:00+01:00,again\n"
    )
    done = run("extend", "--from", "x.csv")
    assert done.code == 2
    problems = done.err.splitlines()
    assert [line.split(": ")[0] for line in problems] == [*(f"x.csv:{number}" for number in range(4, 11)), "x.csv"]
    assert 'did you mean "ada"?' in problems[0]
    assert 'did you mean "softmax"?' in problems[1]
    assert problems[2].endswith("such as 2027-02-20T23:59+01:00")
    assert problems[4].endswith("no reason; say why, for whoever asks later")
    assert problems[5].endswith("2 cells under 4 headings; quote cells that hold commas")
    assert problems[6].endswith("ada and concept:softmax for the second time")
    with Gradebook.open(book) as opened:
        assert opened.decisions() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "x.csv:1: no column reason and no column student and no column target"),
        (b"student,target\n", "x.csv:1: no column reason"),
        (b"student,target,raison\n", 'x.csv:1: no column "raison"; did you mean "reason"?'),
        (b"student,target,reason,reason\n", "x.csv:1: a column stands there twice"),
        (b"student,target,reason\nZo\xeb,softmax,ill\n", 'x.csv: not UTF-8 (byte 24); save it as "CSV UTF-8"'),
        (b'student,target,reason\nada,softmax,"ill\n', "x.csv:2: not CSV: unexpected end of data"),
    ],
)
def test_files_that_cannot_be_read(run: Run, book: Path, content: bytes, message: str) -> None:
    """A file of another shape is refused in a sentence."""
    (book.parent / "x.csv").write_bytes(content)
    assert run("excuse", "--from", "x.csv") == Done(2, "", message)


# -- which gradebook --------------------------------------------------------------------------------------------


def test_which_gradebook(run: Run, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, else the variable, else the file beside course.yml; showing creates nothing."""
    done = run("show", "--gradebook", "other.db")
    assert (done.code, done.err) == (2, "other.db: there is no gradebook yet; `mlgrade grade` makes it")
    monkeypatch.setenv("MLGRADE_GRADEBOOK", str(book.parent / "third.db"))
    assert "third.db: there is no gradebook yet" in run("show").err
    assert run("show", "--gradebook", str(book)).code == 0
    assert {path.name for path in book.parent.iterdir()} == {"course.yml", "gradebook.db"}


def test_without_the_libraries(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library of the staff's extra is missing, the way to install it is said."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "needs psycopg; pip install 'mlgrade[postgres]'" in run("show", "--gradebook", "postgresql://h/n").err
    monkeypatch.delitem(sys.modules, "mlgrade.gradebook.store")
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert "needs SQLAlchemy; pip install 'mlgrade[staff]'" in run("show").err


def test_through_the_real_command(mlgrade: Callable[..., CompletedProcess[str]], book: Path) -> None:
    """As a process of its own: the class on the output, a fault as one sentence and exit code 2."""
    done = mlgrade("gradebook", "show", "--unit", "attention", "--gradebook", str(book), MLGRADE_GRADEBOOK="nowhere.db")
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 3, "")
    book.write_bytes(b"no database" * 1000)
    done = mlgrade("gradebook", "history", "ada", MLGRADE_GRADEBOOK=str(book))
    said = f"mlgrade: {book}: is not a gradebook (not an SQLite file); give another path\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.parametrize("command", ["show", "history", "excuse", "extend", "override"])
def test_help(run: Run, command: str) -> None:
    """Every command has help with an example, and the page about the gradebook names it."""
    assert "Example" in run(command, "--help").out
    assert (
        f"mlgrade gradebook {command}" in (Path(__file__).resolve().parents[2] / "docs/how-to/gradebook.md").read_text()
    )
