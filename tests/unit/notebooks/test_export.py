"""nbgrader's exporters of ours, on a gradebook made of plain objects."""

from __future__ import annotations

import csv
import logging
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlgrade.integrations.nbgrader import export
from mlgrade.lms import exports as formats

AT = datetime(2027, 2, 5, 22)


def student(name: str, **given: str) -> Any:
    return SimpleNamespace(**{"id": name, "first_name": None, "last_name": None, "email": None, "lms_user_id": None, **given})  # fmt: skip


def submission(name: str, score: float = 8.0, penalty: float = 0.0, late: float = 0.0, waiting: bool = False, manual: float | None = None) -> Any:  # fmt: skip
    grade = SimpleNamespace(needs_manual_grade=waiting, manual_score=manual)
    notebooks = [SimpleNamespace(grades=[grade])]
    return SimpleNamespace(student_id=name, score=score, late_submission_penalty=penalty, total_seconds_late=late, timestamp=AT, notebooks=notebooks)  # fmt: skip


def gradebook(*students: Any, **submissions: list[Any]) -> Any:
    names = submissions or {"core": []}
    assignments = [SimpleNamespace(name=name, duedate=AT, max_score=10.0, notebooks=[name]) for name in names]
    return SimpleNamespace(assignments=assignments, students=list(students), assignment_submissions=names.__getitem__)


def exported(tmp_path: Path, book: Any, kind: Any = export.Csv, **traits: Any) -> list[dict[str, str]]:
    to = tmp_path / "out.csv"
    kind(to=str(to), **traits).export(book)
    with to.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_format_is_there() -> None:
    """Each class stands for a format of ours, and each format has one, bar those that make no sense here."""
    classes = [one for one in vars(export).values() if isinstance(one, type) and issubclass(one, export.LmsExport)]
    assert {one.format for one in classes} == set(formats.names()) - {"nbgrader-csv", "lti-ags"}


def test_canvas_on_its_own_export(tmp_path: Path) -> None:
    """Canvas's file comes back with the score filled in, found by its own id, and the rest as it was."""
    template = tmp_path / "canvas.csv"
    template.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,HW 4 (88001),Notes\n    Points Possible,,,,,10,\n"
        '"Lovelace, Ada",11,,ada,01,,"a ""quoted"", note"\n"Bernoulli, Bob",12,,bob,01,3,\n'
    )
    book = gradebook(student("ada"), student("bob"), core=[submission("ada", 8.5)])
    exported(tmp_path, book, export.Canvas, template=str(template), map={"HW 4 (88001)": "core"})
    assert (tmp_path / "out.csv").read_text().splitlines()[2:] == ['"Lovelace, Ada",11,,ada,01,8.5,"a ""quoted"", note"', '"Bernoulli, Bob",12,,bob,01,3,']  # fmt: skip


@pytest.mark.parametrize(
    ("given", "score"),
    [
        ({"score": 8.0}, "8"),
        ({"score": 8.0, "penalty": 2.5}, "5.5"),
        ({"score": 1.0, "penalty": 2.5}, "0"),
        ({"score": 11.0}, "11"),
        ({"score": 8.0, "waiting": True, "manual": 3.0}, "8"),
    ],
)
def test_scores(tmp_path: Path, given: dict[str, Any], score: str) -> None:
    """The score is nbgrader's, with the penalty off, never below zero, and with extra credit above the maximum."""
    [row] = exported(tmp_path, gradebook(student("ada"), core=[submission("ada", **given)]))
    assert score in row.values()


def test_nothing_is_no_zero(tmp_path: Path) -> None:
    """Without a submission, and while something waits to be graded, there is no score at all."""
    rows = exported(tmp_path, gradebook(student("ada"), student("bob"), core=[submission("bob", 0.0, waiting=True)]))
    assert not any(value in ("0", "0.0") for row in rows for value in row.values())


def test_names_are_harmless(tmp_path: Path) -> None:
    """A name with a comma stays one cell, and one that a spreadsheet would run does not begin with its sign."""
    book = gradebook(student("ada", first_name="=1+1", last_name='Lovelace, "Countess"'), core=[submission("ada")])
    [row] = exported(tmp_path, book)
    assert None not in row
    assert not any(value.startswith("=") for value in row.values())
    assert any('Lovelace, "Countess"' in value for value in row.values())


def test_what_was_asked_for(tmp_path: Path) -> None:
    """Only the assignments and students that were named; a number on nbgrader's command line is a name."""
    book = gradebook(student("7"), student("bob"), core=[submission("7")], more=[submission("7", 3.0)])
    [row] = exported(tmp_path, book, student=[7], assignment=["more"])
    assert "3" in row.values()
    assert "8" not in row.values()


@pytest.mark.parametrize(
    ("traits", "said"),
    [
        ({"assignment": ["cor"]}, 'no assignment "cor" in nbgrader\'s gradebook; did you mean "core"?'),
        ({"student": ["zzz"]}, 'no student "zzz" in nbgrader\'s gradebook; there are ada'),
        ({"settings": {"colour": "red"}}, 'no setting "colour"'),
        ({"template": "/nowhere.csv"}, "nowhere.csv"),
    ],
)
def test_refusals(tmp_path: Path, traits: dict[str, Any], said: str, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be done is one sentence in nbgrader's log and an exit status, and no file."""
    with pytest.raises(SystemExit) as ended:
        exported(tmp_path, gradebook(student("ada"), core=[submission("ada")]), export.Moodle, **traits)
    assert ended.value.code == 2
    assert said in caplog.text
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_is_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file is replaced only when that was asked for."""
    (tmp_path / "out.csv").write_text("mine")
    book = gradebook(student("ada"), core=[submission("ada")])
    with pytest.raises(SystemExit):
        exported(tmp_path, book)
    assert "--LmsExport.overwrite=True replaces it" in caplog.text
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert exported(tmp_path, book, overwrite=True)


def test_what_was_not_generated_yet(tmp_path: Path) -> None:
    """An assignment of which nbgrader knows the due date alone is no column, unless it is asked for."""
    book = gradebook(student("ada"), core=[submission("ada")], later=[])
    book.assignments[1].notebooks = []
    assert "later" not in exported(tmp_path, book)[0]
    assert "later" in exported(tmp_path, book, assignment=["later"], overwrite=True)[0]


def test_the_items_of_the_lms(tmp_path: Path) -> None:
    """A format that finds its item by a key of the LMS gets it by an option, and says so by the option's name here."""
    book = gradebook(student("ada"), core=[submission("ada")])
    messages: list[str] = []
    log = logging.Logger("export")
    log.addHandler(Heard(messages))
    with pytest.raises(SystemExit):
        export.MoodleXml(to=str(tmp_path / "a.xml"), log=log).export(book)
    assert "say it with --LmsExport.items" in messages[0]
    export.MoodleXml(to=str(tmp_path / "a.xml"), log=log, items={"core": "hw1"}).export(book)
    assert "hw1" in (tmp_path / "a.xml").read_text()


class Heard(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__()
        self.messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
