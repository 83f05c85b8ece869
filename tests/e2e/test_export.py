"""mlgrade export: the file of the LMS filled in, or a new one; wrong input changes nothing; the same in, the same out."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from mlgrade.cli import export
from mlgrade.errors import MlgradeError
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind
from mlgrade.gradebook.store import Gradebook
from mlgrade.lms.exports import names
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
CLASS = ["ada", "bob", "dan", "eve"]
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Scores (88001),Final Score
    Points Possible,,,,,15,(read only)
"L, ada",1001,00ada,ada,A,7,80
"L, bob",1002,00bob,bob,A,,70
"L, eve",1004,00eve,eve,A,,
"Student, Test",999,,f00,A,,
"""


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


def person(name: str) -> Person:
    number = str(1001 + CLASS.index(name))
    return Person(student=name, name=f"{name} L", login=name, sis_id=f"00{name}", lms_id=number, email=f"{name}@x.edu")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """ada has all of one concept and half of another, bob was late, eve did nothing, dan has dropped the course."""
    (tmp_path / "course.yml").write_text(COURSE)
    with Gradebook.open(tmp_path / "gradebook.db") as opened:
        opened.set_roster(map(person, CLASS))
        opened.set_roster(map(person, ["ada", "bob", "eve"]))
        opened.append([
            attempt("ada", 10.0, timedelta(0), "a"),
            attempt("ada", 5.0, timedelta(0), "b", concept="logit", diagnoses=("odds_not_log",)),
            attempt("bob", 8.0, timedelta(days=1), "c"),
            attempt("dan", 3.0, timedelta(0), "d"),
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
    monkeypatch.setenv("COLUMNS", "200")
    (book.parent / "canvas.csv").write_text(CANVAS)

    def command(*arguments: str) -> Done:
        done = CliRunner().invoke(export.command, arguments, terminal_width=80)
        if isinstance(done.exception, MlgradeError):  # which the main command turns into a sentence
            return Done(int(done.exception.exit_code), done.stdout, str(done.exception))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return command


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# -- wrong input ------------------------------------------------------------------------------------------------

ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as _archive:
    _archive.writestr("grades.csv", CANVAS)
WRONG = {
    "a PDF called a zip": ("canvas.zip", b"%PDF-1.7 ...", "canvas.zip: not delimited text but a PDF"),
    "a zip that was cut off": ("canvas.zip", ZIPPED.getvalue()[:60], "not delimited text but a zip archive"),
    "two headers": ("two.csv", (CANVAS + CANVAS).encode(), "two.csv: line 7: the header again; were two files joined?"),
    "UTF-16": ("wide.csv", CANVAS.encode("utf-16"), "wide.csv: is UTF-16, which the LMS does not take back"),
    "another course": ("other.csv", CANVAS.replace("100", "770").replace("00", "99").replace(",ada", ",u").replace(",bob", ",v").replace(",eve", ",w").encode(), "none of its 3 students is in the gradebook"),
    "another LMS": ("moodle.csv", b'"First name","Last name","Email address"\nada,L,ada@x.edu\n', "line 1: not the header of a Canvas gradebook"),
    "a roster without items": ("bare.csv", b"Student,ID,SIS Login ID,Section\nada,1001,ada,A\n", "it has no item to fill"),
    "nothing there": ("nowhere.csv", None, "nowhere.csv: no such file"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_template(name: str, raw: bytes | None, says: str, run: Run, tmp_path: Path) -> None:
    """One sentence with the place; no file is made, and one that is there stays as it was."""
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "out.csv").write_text("before")
    here = sorted(os.listdir(tmp_path))
    done = run("canvas", "--template", name, "-o", "out.csv", "--overwrite")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 0)
    assert says in done.err
    assert (sorted(os.listdir(tmp_path)), (tmp_path / "out.csv").read_text()) == (here, "before")


CALLS = {
    "a mistyped format": (["canvs"], 'no format "canvs"; did you mean "canvas"?'),
    "no format": ([], "say which FORMAT: one of canvas, moodle-csv"),
    "an unknown unit": (["csv", "--unit", "score"], 'no unit "score"; did you mean "scores"?'),
    "a concept in a sum": (["csv", "--concept", "logit", "--columns", "unit"], "does not go with --columns unit"),
    "a template that no one asked for": (["csv", "--template", "canvas.csv"], "csv: takes no template"),
    "no template": (["moodle-worksheet"], "needs the export of the LMS; download it and name it with --template"),
    "an item without its key": (["moodle-xml"], 'moodle-xml: "Scores" has no ID number; give the grade item one in Moodle and say it with --item'),
    "half a map": (["canvas", "--template", "canvas.csv", "--map", "Scores"], '--map "Scores": write it as A=B'),
    "a map to nothing": (["canvas", "--template", "canvas.csv", "--map", "Scores=score"], 'no column "score"; did you mean "scores"?'),
    "a map from nothing": (["canvas", "--template", "canvas.csv", "--map", "HW1=scores"], 'canvas.csv has no item "HW1"; it has "Scores"'),
    "a map that is there twice": (["canvas", "--template", "canvas.csv", "--map", "Scores=scores", "--map", "Scores=attention"], '--map: "Scores" is given twice'),
    "an unknown setting": (["oneroster", "--set", "clas=x"], 'oneroster: no setting "clas"; did you mean "class"?'),
    "the template itself": (["canvas", "--template", "canvas.csv", "-o", "canvas.csv", "--overwrite"], "is the template itself; write to another file"),
    "a file that is there": (["csv", "-o", "canvas.csv"], "canvas.csv: is there already; --overwrite replaces it"),
    "a folder that is not there": (["csv", "-o", "nowhere/out.csv"], "nowhere/out.csv: cannot be written: No such file or directory"),
    "a name that is too long": (["csv", "-o", "a" * 300], "aaa: cannot be written: File name too long"),
    "a template with such a name": (["canvas", "--template", "a" * 300], "aaa: cannot be read: File name too long"),
    "no gradebook": (["csv", "--gradebook", "other.db"], "other.db: there is no gradebook yet"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), CALLS.values(), ids=CALLS.keys())
def test_a_wrong_call(arguments: list[str], says: str, run: Run, tmp_path: Path) -> None:
    """What cannot be done as asked ends with 2 and the way out, and nothing is written."""
    here = sorted(os.listdir(tmp_path))
    done = run(*arguments)
    assert done.code == 2
    assert says in " ".join(done.err.split())
    assert sorted(os.listdir(tmp_path)) == here
    assert (tmp_path / "canvas.csv").read_text() == CANVAS


def test_a_device_is_not_replaced(run: Run) -> None:
    """What is no file cannot be replaced by one, also with --overwrite."""
    done = run("csv", "-o", os.devnull, "--overwrite")
    assert done.code == 2
    assert "is not a file; for the standard output write -o -" in done.err


def test_a_template_without_a_roster(run: Run, tmp_path: Path) -> None:
    """Without a roster nobody of a template can be found, and the way to one is said."""
    with Gradebook.open(tmp_path / "new.db") as opened:
        opened.append([attempt("ada", 10.0, timedelta(0), "a")])
    done = run("canvas", "--template", "canvas.csv", "--gradebook", "new.db")
    assert done.code == 2
    assert "`mlgrade roster import canvas.csv` reads one" in done.err


# -- with a template --------------------------------------------------------------------------------------------


def test_a_dry_run_and_the_real_one(run: Run, tmp_path: Path) -> None:
    """The dry run says what the real one does, and writes nothing; only the scores differ from the template."""
    before = sorted(os.listdir(tmp_path))
    dry = run("canvas", "--template", "canvas.csv", "--unit", "scores", "--dry-run")
    assert dry.out.splitlines() == [
        "Nothing was written (--dry-run).",
        "1 score new, 1 change, 1 student of the template has no submission; Canvas will ask nothing",
        "change: ada L (ada), Scores: 7 -> 12.5",
        "in the template without a submission: L, eve (line 5)",
        "canvas cannot say late (1): bob L (bob), Scores",
        "canvas cannot say missing (1): eve L (eve), Scores",
    ]
    assert sorted(os.listdir(tmp_path)) == before
    done = run("canvas", "--template", "canvas.csv", "--unit", "scores", "-o", "out.csv")
    assert done.out.splitlines() == ["Written: out.csv", *dry.out.splitlines()[1:]]
    assert (done.code, dry.code) == (0, 0)
    assert (tmp_path / "out.csv").read_text() == CANVAS.replace("A,7,80", "A,12.5,80").replace("A,,70", "A,7.2,70")


def test_a_map_and_a_key(run: Run, tmp_path: Path) -> None:
    """An item of another name is found by --map or by the key of --item; an equals sign in its name is no trouble."""
    renamed = CANVAS.replace("Scores (88001)", "HW = 1 (88001)")
    (tmp_path / "canvas.csv").write_text(renamed)
    for chosen in (["--map", "HW = 1=scores"], ["--map", "88001=unit:scores"], ["--item", "scores=88001"]):
        done = run("canvas", "--template", "canvas.csv", "--overwrite", "-o", "out.csv", *chosen)
        assert done.code == 0, done.err
        assert "A,12.5,80" in (tmp_path / "out.csv").read_text()


def test_a_score_that_the_lms_has_stays(run: Run, tmp_path: Path) -> None:
    """Where nothing was handed in, a score of the LMS is left alone, and taken away only with --clear."""
    (tmp_path / "canvas.csv").write_text(CANVAS.replace("00eve,eve,A,,", "00eve,eve,A,4,"))
    call = ["canvas", "--template", "canvas.csv", "--unit", "scores", "--overwrite", "-o", "out.csv"]
    assert "1 would be cleared (left alone)" in run(*call).out
    assert "eve,A,4," in (tmp_path / "out.csv").read_text()
    assert "1 cleared" in run(*call, "--clear").out
    assert "eve,A,," in (tmp_path / "out.csv").read_text()


def test_what_staff_must_see_to(run: Run, book: Path, tmp_path: Path) -> None:
    """A broken score is never written, somebody who is not in the template is named, and the exit status says it."""
    with Gradebook.open(book) as opened:
        opened.append([attempt("ada", 0.0, timedelta(1), "x", concept="attention", status=Status.BROKEN)])
    broken = run("csv", "--unit", "attention", "-o", "-")
    assert broken.code == 1
    assert "not written, because the grading itself failed: ada L (ada), Attention" in broken.err
    assert [row["Attention"] for row in rows(broken.out)] == ["", "", ""]
    assert "broken" in broken.out
    (tmp_path / "canvas.csv").write_text(
        "".join(line for line in CANVAS.splitlines(keepends=True) if "bob" not in line)
    )
    outside = run("canvas", "--template", "canvas.csv", "--unit", "scores")
    assert outside.code == 1
    assert "not in the template: bob L (bob)" in outside.out


def test_an_old_template(run: Run, tmp_path: Path) -> None:
    """A template of days ago may lack scores given since, and that is said."""
    call = ["canvas", "--template", "canvas.csv", "--unit", "scores", "--dry-run"]
    assert "warning" not in run(*call).out
    then = (datetime.now(UTC) - timedelta(days=3, hours=1)).timestamp()
    os.utime(tmp_path / "canvas.csv", (then, then))
    assert "warning: canvas.csv is 3 days old: scores that were given in the LMS since then" in run(*call).out


# -- without ----------------------------------------------------------------------------------------------------


def test_decisions_and_lateness_count(run: Run, book: Path) -> None:
    """An excuse drops out of the sum, the dropped student is not there, and the states stay apart."""
    excuse = Decision(student="ada", target="concept:logit", kind=DecisionKind.EXCUSE, reason="ill", by="staff", at=DUE)
    with Gradebook.open(book) as opened:
        opened.decide(excuse)
    found = rows(run("csv", "--unit", "scores", "-o", "-").out)
    assert [(row["student"], row["Scores"], row["Scores (status)"]) for row in found] == [
        ("ada", "15", "graded"),
        ("bob", "7.2", "graded, late"),
        ("eve", "", "missing"),
    ]


@pytest.mark.parametrize(
    ("chosen", "titles"),
    [
        ([], ["Scores", "Attention"]),
        (["--columns", "concept"], ["Softmax", "Logit", "Attention"]),
        (["--concept", "logit"], ["Logit"]),
        (["--columns", "total"], ["Total"]),
        (["--unit", "scores", "--columns", "concept"], ["Softmax", "Logit"]),
    ],
)
def test_columns(chosen: list[str], titles: list[str], run: Run) -> None:
    """A column for each unit, unless concepts or the total are asked for."""
    [head, *_] = csv.reader(io.StringIO(run("csv", "-o", "-", *chosen).out))
    assert [title for title in head[7:] if "(status)" not in title] == titles


def test_a_class_is_streamed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing asks for the roster as a list, whose memory would grow with the class."""
    monkeypatch.delattr(Gradebook, "roster")
    assert [row["student"] for row in rows(run("csv", "-o", "-").out)] == ["ada", "bob", "eve"]


def test_the_summary_is_apart_from_the_file(run: Run) -> None:
    """On the standard output there is the file and nothing else, so that it can go down a pipe."""
    done = run("json", "-o", "-")
    assert len(json.loads(done.out)["students"]) == 3
    assert done.err.splitlines()[:2] == ["Written: -", "2 scores new"]


def test_comments_only_when_asked_for(run: Run) -> None:
    """Comments name the mistake that was recognised; without --comments none is written over somebody's feedback."""
    quiet, told = run("json", "-o", "-").out, run("json", "-o", "-", "--comments").out
    cells = [json.loads(text)["students"][0]["cells"]["unit:scores"]["comment"] for text in (quiet, told)]
    assert cells == ["", "softmax 10/10. logit 2.5/5; diagnosed: odds not log"]


def test_the_name_of_a_file(run: Run, tmp_path: Path) -> None:
    """Without -o, and in a folder, the file is called after the format and the time, with the ending that fits."""
    (tmp_path / "grades").mkdir()
    for arguments, pattern in [
        (["csv"], "grades-csv-20??-??-??-??????.csv"),
        (["canvas", "--template", "canvas.csv"], "grades-canvas-20*.csv"),
        (["gradescope"], "grades-gradescope-20*.zip"),
        (["json", "-o", "grades"], "grades/grades-json-20*.json"),
    ]:
        done = run(*arguments)
        [path] = tmp_path.glob(pattern)
        assert f"Written: {path.relative_to(tmp_path)}" in done.out


SETTINGS = {
    "oneroster": ["--set", "class=c", "--set", "session=s", "--set", "school=o", "--set", "due=2027-03-01"],
    "moodle-xml": ["--item", "scores=i1", "--item", "attention=i2"],
    "lti-ags": ["--item", "scores=https://lms.example/items/1"],
}
TEMPLATES = {
    "moodle-worksheet": ['Identifier,Email address,Grade,Last modified (grade)\nParticipant 5,ada@x.edu,,-\n', "--unit", "scores"],
    "openedx": ["user_id,course_id,name-1a2b3c4d,new_override-1a2b3c4d\n1001,course-v1:x,Scores,\n", "--unit", "scores"],
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in names() if name != "xlsx"])
def test_the_same_gradebook_gives_the_same_bytes(name: str, run: Run, tmp_path: Path) -> None:
    """In every format but a workbook, which holds its date, an unchanged gradebook gives the same bytes."""
    settings = SETTINGS.get(name, [])
    if name in TEMPLATES:
        text, *others = TEMPLATES[name]
        (tmp_path / "template.csv").write_text(text)
        settings = ["--template", "template.csv", *others]
    outs = [tmp_path / "one", tmp_path / "two"]
    done = [run(name, "-o", str(path), "--comments", *settings) for path in outs]
    assert [one.code for one in done] in ([0, 0], [1, 1]), done
    first, second = (path.read_bytes() for path in outs)
    assert first == second
    assert first


# -- finding one's way ------------------------------------------------------------------------------------------


def test_the_list(run: Run) -> None:
    """Every format is listed with what it is, whether it takes a template, and what it can be told."""
    done = run("--list")
    assert [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")] == names()
    assert "moodle-worksheet  Moodle grading worksheet (.csv); needs --template" in done.out
    assert "--set class=...  sourcedId of the class (needed)" in done.out


def test_completion() -> None:
    """The shell completes the names of formats."""
    complete = ShellComplete(export.command, {}, "mlgrade export", "_X")
    assert [one.value for one in complete.get_completions([], "moodle")] == ["moodle-csv", "moodle-xml", "moodle-worksheet"]  # fmt: skip


def test_help(run: Run) -> None:
    """The help has examples, and says what the exit status means."""
    text = " ".join(run("--help").out.split())
    assert "Examples:" in text
    assert "and with 1 if a score was not written" in text
