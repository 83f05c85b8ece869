"""nbgrader's own autograde with our steps in it: each trap of notebooks that people edit, and our own faults."""

from __future__ import annotations

import html.parser
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import classroom
import commands
import nbformat
import pytest
from classroom import RIGHT, UNIT, Classroom, Score, add, cell, claim, copy, delete, format_3, write

from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import warm
from mlgrade.integrations.nbgrader.autograde import HiddenSuites

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # nbgrader and its libraries warn of each other]
GOOD = RIGHT["softmax"]
WRONG = "import numpy as np\n\n\ndef softmax(z, axis=-1):\n    return np.exp(z)\n\n\ndef log_softmax(z, axis=-1):\n    return z\n"
PARTLY = GOOD + "\n\ndef log_softmax(z, axis=-1):\n    return z\n"
FULL = nbformat.v4.new_output("execute_result", data={"text/plain": "10.0"}, execution_count=1)
HTML = '<img src=x onerror="document.title=1"> <script>alert(1)</script>'
PICTURE = {"image/png": "iVBORw0KGgo="}


def forge(node: Any) -> None:
    for one in node.cells:
        if one.cell_type == "code":
            one.outputs = [FULL]


def second_test_cell(node: Any) -> None:
    made = nbformat.from_dict(json.loads(json.dumps(cell(node, "test-softmax"))))
    made.update(id="second", source="10.0", outputs=[FULL])
    node.cells.append(made)


def lie_about_everything(node: Any) -> None:
    forge(node)
    for one in node.cells:
        one.metadata.nbgrader.update(grade=True, solution=False, locked=True, points=1000.0)


def metadata_of(value: object) -> classroom.Edit:
    def edit(node: Any) -> None:
        for one in node.cells:
            one.metadata["nbgrader"] = value

    return edit


def flood(node: Any) -> None:
    text = nbformat.v4.new_output("stream", name="stdout", text="x" * 5_000_000)
    cell(node, "answer-softmax").outputs = [text] * 3


def without_cell_ids(node: Any) -> None:
    node.nbformat_minor = 4
    for one in node.cells:
        del one["id"]


def in_another_language(node: Any) -> None:
    node.metadata = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}, "language_info": {"name": "R"}}


def checks_in_the_answer(node: Any) -> None:
    """Merge the cell of the checks into the one above it."""
    cell(node, "answer-softmax").source += f"\n{cell(node, 'test-softmax').source}"
    delete("test-softmax")(node)


def in_pieces(node: Any) -> None:
    """Split the answer: both parts have its metadata, and for nbgrader the last one is it."""
    first, second = GOOD.split("\n\n\ndef log_softmax")
    write(f"def log_softmax{second}")(node)
    copy("answer-softmax", first)(node)


MAGICS = """\
%matplotlib inline
!pip install torch
pip install torch
?print
n = input("n? ")
"""
# Who hands in what, and the score that it is worth.
RIGHT_ANSWERS: dict[str, tuple[classroom.Edit, ...]] = {
    "right": (write(GOOD),),
    "warns_on_stderr": (write(GOOD + "\nimport sys, warnings\nsys.stderr.write('hi')\nwarnings.warn('careful')\n"),),
    "copied_test_cell": (write(GOOD), copy("test-softmax")),
    "copied_answer": (write(GOOD), copy("answer-softmax", WRONG)),
    "deleted_test_cell": (write(GOOD), delete("test-softmax")),
    "edited_test_cell": (write(GOOD), write("raise SystemExit", "test-softmax")),
    "in_a_cell_of_their_own": (delete("answer-softmax"), add("code", GOOD)),
    "above_without_any_other_cell": (delete("answer-softmax", "test-softmax", "text-softmax"), add("code", GOOD)),
    "answer_turned_to_markdown": (write(GOOD), lambda node: cell(node, "answer-softmax").update(cell_type="markdown")),
    "more_points_claimed": (write(GOOD), claim("test-softmax", points=1000.0)),
    "no_number_for_points": (write(GOOD), claim("test-softmax", points=None)),
    "old_schema": (write(GOOD), claim("answer-softmax", schema_version=1)),
    "new_schema": (write(GOOD), claim("answer-softmax", schema_version=99)),
    "unknown_cell": (write(GOOD), add("code", "1", metadata={"nbgrader": {"grade": True, "grade_id": "mine"}})),
    "empty_metadata": (write(GOOD), add("code", "1", metadata={"nbgrader": {}})),
    "name_of_another_kind": (write(GOOD), add("code", "1", metadata={"nbgrader": {"grade_id": ["test-softmax"]}})),
    "half_a_character": (write(GOOD), add("markdown", "\ud800")),
    "ids_that_are_markup": (write(GOOD), add("code", "1", id='"><script>', execution_count="<script>")),
    "flood_of_outputs": (write(GOOD), flood),
    "flood_when_it_runs": (write(GOOD + "\nprint('x' * 50_000_000)\n"),),
    "cell_of_50_mb": (write(GOOD), add("markdown", "x" * 50_000_000)),
    "code_of_50_mb": (write(GOOD), add("code", "#" * 50_000_000)),
    "format_3": (write(GOOD), format_3),
    "without_cell_ids": (write(GOOD), without_cell_ids),
    "in_another_language": (write(GOOD), in_another_language),
    "checks_in_the_answer": (write(GOOD), checks_in_the_answer),
    "in_pieces": (in_pieces,),
    "text_turned_to_code": (write(GOOD), lambda node: cell(node, "text-softmax").update(cell_type="code", outputs=[])),
    "magics_and_questions_above": (write(GOOD), add("code", MAGICS, at=0)),
    "awaits_above": (write(GOOD), add("code", "import asyncio\nawait asyncio.sleep(0)", at=0)),
    "syntax_error_above": (write(GOOD), add("code", "def softmax(z:\n    return z", at=0)),
    "exits_above": (write(GOOD), add("code", "raise SystemExit(3)", at=0)),
    "no_bytes_for_python_above": (write(GOOD), add("code", "x = 1\0", at=0)),
    "half_a_character_in_code": (write(f"{GOOD}\nX = '\ud800'\n"),),
    "plots_below": (write(GOOD), add("code", "import matplotlib.pyplot as plt\nplt.plot([1, 2])")),
    "writes_html": (write(GOOD), add("markdown", HTML), add("raw", HTML), add("markdown", "[x](javascript:alert(1))")),
}
WORTHLESS: dict[str, tuple[classroom.Edit, ...]] = {
    "untouched": (),
    "syntax_error": (write(GOOD + "\ndef broken(:\n    pass\n"),),
    "missing_function": (write("def sofmax(z): return z"),),
    "endless": (write(GOOD + "\nwhile True: pass\n"),),
    "endless_outside_of_python": (write(GOOD + "\nsum(range(10**15))\n"),),
    "dies": (write(GOOD + "\nimport os\nos._exit(0)\n"),),
    "deleted_answer": (delete("answer-softmax"),),
    "deleted_everything": (lambda node: node.cells.clear(),),
    "forged_outputs": (write(WRONG), forge),
    "forged_test_cell": (write(WRONG), second_test_cell),
    "lies_about_everything": (write(WRONG), lie_about_everything),
    "answer_as_test_cell": (write("10.0"), claim("answer-softmax", grade=True, solution=False, points=10.0)),
    "test_cell_as_text": (write(WRONG), claim("test-softmax", grade=False, solution=True, locked=False)),
    "metadata_is_a_word": (write(WRONG), forge, metadata_of("test-softmax")),
    "metadata_is_a_list": (write(WRONG), forge, metadata_of([])),
}
NO_NOTEBOOKS = {"no_json": "not a notebook", "a_list": "[]", "no_cells": "{}", "deep": "[" * 100_000}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    yield classroom.make(tmp_path_factory.mktemp("room"))
    warm.close()


@pytest.fixture(scope="module")
def log(room: Classroom) -> str:
    """What nbgrader said when it graded the whole class at once."""
    for student, edits in {**RIGHT_ANSWERS, **WORTHLESS, "partly": (write(PARTLY),)}.items():
        room.submit(student, *edits)
    for student, text in NO_NOTEBOOKS.items():
        room.submit_text(student, text)
    result = room.autograde()
    assert not result["success"]  # four of them are no notebooks, and nbgrader says so
    return str(result["log"])


@pytest.mark.parametrize("student", RIGHT_ANSWERS)
def test_a_right_answer_keeps_its_points(room: Classroom, log: str, student: str) -> None:
    """Whatever else was done to the notebook, a right answer has all points, and nobody need look at it."""
    assert room.score(student) == Score(10.0, None, False, 10.0)


@pytest.mark.parametrize("student", WORTHLESS)
def test_nothing_is_worth_nothing(room: Classroom, log: str, student: str) -> None:
    """An answer that is missing or wrong has no points, whatever the notebook says of itself."""
    assert room.score(student) == Score(0.0, None, False, 10.0)


def test_part_of_an_answer_is_worth_part_of_the_points(room: Classroom, log: str) -> None:
    """The score is the share of checks that pass, and the report says which do not."""
    score = room.score("partly").auto
    assert score is not None
    assert 0.0 < score < 10.0
    [output] = cell(room.graded("partly"), "test-softmax").outputs
    assert output.data["text/plain"] == repr(score)
    assert "log_softmax" in output.data["text/html"]
    assert f"{score:g} of 10 points" in room.comment("partly")


def test_what_is_no_notebook_stops_nobody(room: Classroom, log: str) -> None:
    """A file that cannot be read fails alone, is named, and waits for a person; it is no zero."""
    for student in NO_NOTEBOOKS:
        assert f"There was an error processing assignment '{UNIT}' for student '{student}'" in log
        assert room.score(student) == Score(None, None, True, 10.0)
    assert log.count("There was an error processing assignment '") == len(NO_NOTEBOOKS)


SAID = {
    "right": "10 of 10 points", "untouched": "not started", "syntax_error": "cannot run", "missing_function": "did you mean",
    "endless": "stopped while", "dies": "cannot run", "deleted_answer": "no function softmax",
}  # fmt: skip


@pytest.mark.parametrize("student", SAID)
def test_a_comment_says_how_it_stands(room: Classroom, log: str, student: str) -> None:
    """Not started, cannot run and stopped have their own words under the answer."""
    said = room.comment(student)
    assert said.startswith("softmax: ")
    assert SAID[student] in said


def test_deleted_cells_are_there_again(room: Classroom, log: str) -> None:
    """In the graded notebook each cell with a score or a comment is there once, and no stub covers an answer."""
    for student in ("deleted_everything", "in_a_cell_of_their_own", "copied_test_cell", "forged_test_cell"):
        names = [one.metadata.get("nbgrader", {}).get("grade_id") for one in room.graded(student).cells]
        assert names.count("answer-softmax") == names.count("test-softmax") == 1
    assert "NotImplementedError" not in cell(room.graded("in_a_cell_of_their_own"), "answer-softmax").source


def test_what_is_huge_is_cut(room: Classroom, log: str) -> None:
    """Nobody's cell or output makes a notebook that a browser cannot open."""
    for student in ("flood_of_outputs", "flood_when_it_runs", "cell_of_50_mb", "code_of_50_mb"):
        assert (room.root / "autograded" / student / UNIT / "softmax.ipynb").stat().st_size < 500_000


def test_a_test_cell_of_the_staff_waits_for_them(room: Classroom) -> None:
    """A test cell that is no concept of the course is never run: it is neither full points nor a zero."""
    room.submit("norma", write(RIGHT["norm"], "answer-norm"), notebook="norm")
    assert room.autograde("norma")["success"]
    assert room.score("norma", "test-norm") == Score(10.0, None, False, 10.0)
    assert room.score("norma", "bonus") == Score(None, None, True, 2.0)


def test_an_answer_in_words(room: Classroom) -> None:
    """An answer that nobody touched is 0 by itself; one that was written waits for a person, with no HTML in it."""
    room.submit("nora", notebook="norm")
    room.submit("otto", write(f"Because. {HTML}", f"written-{UNIT}"), notebook="norm")
    assert all(room.autograde(student)["success"] for student in ("nora", "otto"))
    assert room.score("nora", f"written-{UNIT}") == Score(0.0, None, False, 5.0)
    assert room.score("otto", f"written-{UNIT}") == Score(None, None, True, 5.0)
    assert "<img" not in cell(room.graded("otto", "norm"), f"written-{UNIT}").source
    with room.book() as book:
        assert book.find_comment(f"written-{UNIT}", "norm", UNIT, "nora").comment == "No response."


def test_a_course_of_their_own(room: Classroom) -> None:
    """What is handed in beside the notebook has no say, and where the course has a file of that name, the course's counts."""
    path = room.submit("pia", write(WRONG))
    suite = path.parent / "course" / "tests" / "hidden" / "test_softmax.py"
    suite.parent.mkdir(parents=True)
    suite.write_text('def test_all(student):\n    """All."""\n')
    (path.parent / "course" / "course.yml").write_text("points: 1000")
    (path.parent / "nbgrader_config.py").write_text("c = get_config()\nc.HiddenSuites.course = 'course'\n")
    assert room.autograde("pia")["success"]
    assert room.score("pia") == Score(0.0, None, False, 10.0)
    ours = (room.root / "source" / UNIT / "course" / "course.yml").read_text()
    assert (room.root / "autograded" / "pia" / UNIT / "course" / "course.yml").read_text() == ours


def test_without_execution_stored_outputs_do_not_count(room: Classroom) -> None:
    """`--no-execute` keeps the outputs that were handed in, as text and pictures; scores are still ours."""
    evil = nbformat.v4.new_output("display_data", data={"text/html": HTML, "image/svg+xml": HTML, **PICTURE})

    def edit(node: Any) -> None:
        forge(node)
        cell(node, "answer-softmax").outputs.append(evil)

    room.submit("stored", write(WRONG), edit)
    result = room.autograde("stored", Execute={"enabled": False}, ClearOutput={"enabled": False})
    assert result["success"], result
    assert room.score("stored").auto == 0.0
    shown = cell(room.graded("stored"), "answer-softmax").outputs
    assert [set(output.data) for output in shown] == [{"text/plain"}, {"image/png"}]


def test_one_notebook_for_a_unit(tmp_path: Path) -> None:
    """Each concept is graded on the code of the whole notebook, and an error in one cell costs what depends on it."""
    room = classroom.make(tmp_path, per_unit=True)
    below = (write("raise ValueError", "answer-norm"), write("", "answer-softmax"), add("code", GOOD))
    room.submit("lea", write(RIGHT["dot_product"], "answer-dot_product"), *below, notebook=UNIT)
    assert room.autograde("lea")["success"]
    with room.book() as book:
        [notebook] = book.find_submission(UNIT, "lea").notebooks
        found = {grade.name: grade.auto_score for grade in notebook.grades}
        said = {comment.name: comment.auto_comment for comment in notebook.comments}
    assert found == {"test-softmax": 10.0, "test-norm": 0.0, "test-dot_product": 10.0}
    assert "ValueError" in said["answer-norm"]


def test_zero_is_written_first(room: Classroom) -> None:
    """Whatever fails after that, no test cell keeps an output that nbgrader would take for points."""
    room.submit("mia", write(GOOD), forge)
    node = nbformat.read(room.root / "submitted" / "mia" / UNIT / "softmax.ipynb", 4)
    place = {"db_url": f"sqlite:///{room.root}/gradebook.db", "assignment": UNIT, "notebook": "softmax"}
    with pytest.raises(UsageError):
        HiddenSuites(course=str(room.root)).preprocess(node, {"nbgrader": place})
    [output] = cell(node, "test-softmax").outputs
    assert output.data == {"text/plain": "0.0"}


# -- pages ----------------------------------------------------------------------------------------------------


class Page(html.parser.HTMLParser):
    """All tags of a page with what could run in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.active: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            bad = name.startswith("on") or (value or "").strip().lower().startswith(("javascript:", "data:text"))
            self.active += [f"{tag} {name}={value}"] if bad else []
        self.active += [tag] if tag in ("iframe", "object", "embed", "form", "svg", "math", "base", "meta http") else []


def test_feedback_runs_nothing(room: Classroom, log: str) -> None:
    """On the feedback page of a student who writes HTML there are as many scripts as on anybody's, and no handlers."""
    room.submit("inert", write(GOOD))
    room.autograde("inert")
    pages = {}
    for student in ("writes_html", "ids_that_are_markup", "inert"):
        result = room.api().generate_feedback(UNIT, student, force=True)
        assert result["success"], result
        pages[student] = (room.root / "feedback" / student / UNIT / "softmax.html").read_text()
    for text in pages.values():
        assert text.count("<script") == pages["inert"].count("<script")
        assert Page(text).active == []
    assert "alert(1)" in pages["writes_html"]  # it is shown, as text


# -- our own faults -------------------------------------------------------------------------------------------


def test_a_broken_check_is_nobodys_zero(room: Classroom) -> None:
    """With a check of ours broken, a person is asked; fixed, the score comes; what a person gave stays."""
    room.submit("brook", write(GOOD))
    suite = room.course / "tests" / "hidden" / "test_softmax.py"
    whole = suite.read_text()
    suite.write_text(f'{whole}\n\ndef test_ours(student):\n    """Is broken."""\n    raise RuntimeError("secret")\n')
    assert room.autograde("brook")["success"]
    suite.write_text(whole)
    assert room.score("brook") == Score(None, None, True, 10.0)
    assert "not your mistake" in room.comment("brook")
    assert "secret" not in json.dumps(room.graded("brook"))
    assert room.autograde("brook")["success"]
    assert room.score("brook") == Score(10.0, None, False, 10.0)


@pytest.mark.parametrize("fault", ["no course", "another course", "student edition", "suite"])
def test_a_course_that_cannot_grade_says_so(
    room: Classroom, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the course is a sentence for the staff: the submission fails, and earlier scores stay as they were."""
    other = classroom.make(tmp_path)
    suite = other.course / "tests" / "hidden" / "test_softmax.py"
    if fault == "no course":
        (other.course / "course.yml").unlink()
    elif fault == "another course":
        (other.course / "course.yml").write_text(
            (other.course / "course.yml").read_text().replace("softmax", "hardmax")
        )
    elif fault == "student edition":
        suite.unlink()
    else:
        suite.write_text("def test_(:\n")
    monkeypatch.setenv("MLGRADE_COURSE", str(other.course))
    room.submit("faye", write(GOOD))
    room.submit("gil", write(GOOD))
    monkeypatch.delenv("MLGRADE_COURSE")
    room.autograde("faye")
    monkeypatch.setenv("MLGRADE_COURSE", str(other.course))
    words = {
        "no course": "say in nbgrader_config.py where the course is",
        "another course": 'no concept "softmax"',
        "student edition": "no hidden suite for softmax",
        "suite": "cannot be collected",
    }
    for student, expected in (("faye", Score(10.0, None, False, 10.0)), ("gil", Score(None, None, True, 10.0))):
        result = room.autograde(student)
        assert not result["success"]
        assert "mlgrade: softmax: not graded: " in result["log"]
        assert words[fault] in result["log"]
        assert room.score(student) == expected
        assert not (room.root / "autograded" / student / UNIT).exists()  # so that the next run takes it up again
    (room.root / "submitted" / "gil" / UNIT / "softmax.ipynb").unlink()
    with room.book() as book:
        book.remove_submission(UNIT, "gil")


def test_a_person_has_the_last_word(room: Classroom) -> None:
    """A manual score and a manual comment stay over another autograde, and are looked at again."""
    room.submit("hana", write(WRONG))
    room.autograde("hana")
    with room.book() as book:
        book.find_grade("test-softmax", "softmax", UNIT, "hana").manual_score = 7.5
        book.find_comment("answer-softmax", "softmax", UNIT, "hana").manual_comment = "Well tried."
        book.db.commit()
    assert room.autograde("hana")["success"]
    assert room.score("hana") == Score(0.0, 7.5, True, 10.0)
    assert room.comment("hana") == "Well tried."


def test_points_that_changed_after_the_release(room: Classroom, log: str) -> None:
    """Where a concept is worth other points now than its cell, the score is the same share of the cell's."""
    settings = room.course / "course.yml"
    whole = settings.read_text()
    settings.write_text(whole.replace("points: 10", "points: 25"))
    room.submit("joan", write(GOOD))
    room.submit("kim", write(PARTLY))
    assert room.autograde("joan")["success"]
    assert room.autograde("kim")["success"]
    settings.write_text(whole)
    assert room.score("joan") == Score(10.0, None, False, 10.0)
    assert room.score("kim").auto == pytest.approx(room.score("partly").auto, abs=0.01)
    assert "10 of 10 points" in room.comment("joan")


def test_a_step_that_was_left_out_gives_no_points(room: Classroom) -> None:
    """With HiddenSuites switched off nobody has full points: all cells wait for a person."""
    room.submit("ivo", write(GOOD))
    assert room.autograde("ivo", HiddenSuites={"enabled": False})["success"]
    assert room.score("ivo") == Score(None, None, True, 10.0)


# -- the real command -----------------------------------------------------------------------------------------


def test_the_real_command(tmp_path: Path) -> None:
    """`nbgrader autograde` grades a class with one failure in it, and names the failure."""
    room = classroom.make(tmp_path)
    room.submit("ada", write(GOOD))
    room.submit("ben", write(WRONG))
    room.submit_text("cid", "nothing")
    done = commands.run("nbgrader", "autograde", UNIT, "--CourseDirectory.root", str(room.root), at=room.root)
    assert done.returncode == 1, done.stderr
    assert "for student 'cid'" in done.stderr
    assert [room.score(student).auto for student in ("ada", "ben", "cid")] == [10.0, 0.0, None]


def test_a_slip_in_the_settings(tmp_path: Path) -> None:
    """Where nbgrader_config.py cannot be run, nbgrader goes on: it runs no student's code, and gives nobody a score."""
    room = classroom.make(tmp_path)
    room.submit("ada", write(f"{GOOD}\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n"))
    config = room.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.Exchange.root = /srv\n")
    done = commands.run("nbgrader", "autograde", UNIT, at=room.root)
    assert done.returncode == 1
    assert "Exception while loading config file" in done.stderr
    assert "no course given: set c.HiddenSuites.course in nbgrader_config.py" in done.stderr
    assert room.score("ada") == Score(None, None, True, 10.0)
    assert not (tmp_path / "ran").exists()
