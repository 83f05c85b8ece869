"""`mlgrade nbgrader autograde` beside nbgrader's own command: the same results, and a run that goes on where it stopped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import classroom
import commands
import pytest
from classroom import RIGHT, UNIT, Classroom, Score, add, copy, delete, format_3, write
from sqlalchemy import text

from mlgrade.engine import Done, Lost, Serial
from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import batch, warm
from mlgrade.integrations.nbgrader.batch import SubmissionOutcome

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # nbgrader and its libraries warn of each other]
GOOD = RIGHT["softmax"]
PARTLY = GOOD + "\n\ndef log_softmax(z, axis=-1):\n    return z\n"
CLASS: dict[str, tuple[classroom.Edit, ...]] = {
    "ada": (write(GOOD),),
    "ben": (write(PARTLY),),
    "cid": (),
    "dee": (write(GOOD + "\nwhile True: pass\n"),),
    "eve": (write(GOOD), copy("answer-softmax", "raise SystemExit"), add("markdown", "<script>1</script>")),
    "flo": (delete("answer-softmax", "test-softmax"), add("code", GOOD)),
    "00123": (write("import os\nos._exit(0)\n"),),
}


def command(room: Classroom, *options: str) -> commands.Done:
    return commands.run("mlgrade", "nbgrader", "autograde", UNIT, *options, at=room.root)


def run(room: Classroom, engine: Any = None, **given: Any) -> list[SubmissionOutcome]:
    """The same in this process."""
    told: list[SubmissionOutcome] = []
    batch.run(batch.ready(room.root, UNIT, engine=engine or Serial(), report=given.pop("report", told.append), **given))
    return told


def states(told: Iterable[SubmissionOutcome]) -> dict[str, str]:
    return {one.student: one.state for one in told}


class Both(NamedTuple):
    stock: Classroom
    ours: Classroom
    done: commands.Done


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """One class, graded by nbgrader's own command and by ours."""
    stock = classroom.make(tmp_path_factory.mktemp("stock"))
    for student, edits in CLASS.items():
        stock.submit(student, *edits)
    stock.submit("ada", write(RIGHT["norm"], "answer-norm"), notebook="norm")
    for student, given in {"hal": "not a notebook", "ida": "[]"}.items():
        stock.submit_text(student, given)
    for student in ("ada", "jan", "kay"):
        stock.submit_text(student, "{}", notebook="softmax-Copy1")
    (stock.submit("kay").parent / "link.txt").symlink_to(stock.course / "tests" / "hidden" / "test_softmax.py")
    (stock.root / "submitted" / "ada" / UNIT / "timestamp.txt").write_text("2027-02-05 22:00:00 UTC")
    folder = tmp_path_factory.mktemp("ours")
    shutil.copytree(stock.root.parent, folder, symlinks=True, dirs_exist_ok=True)
    config = folder / "nbgrader" / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(stock.root.parent), str(folder)))
    ours = Classroom(folder)
    done = command(ours, "--jobs", "2")
    stock.autograde()
    yield Both(stock, ours, done)
    warm.close()


def rows(room: Classroom) -> set[tuple[Any, ...]]:
    with room.book() as book:
        return {
            (submission.student_id, submission.timestamp, notebook.name, grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade, notebook.late_submission_penalty)
            for submission in book.assignment_submissions(UNIT)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }  # fmt: skip


def comments(room: Classroom) -> set[tuple[Any, ...]]:
    with room.book() as book:
        return {
            (submission.student_id, comment.name, comment.auto_comment)
            for submission in book.assignment_submissions(UNIT)
            for notebook in submission.notebooks
            for comment in notebook.comments
        }


def files(room: Classroom) -> dict[str, Any]:
    paths = sorted((room.root / "autograded").rglob("*"))
    plain = {str(path.relative_to(room.root)): path for path in paths if path.is_file() and path.name[0] != "."}
    return {name: json.loads(path.read_text()) if name.endswith(".ipynb") else path.read_bytes() for name, path in plain.items()}  # fmt: skip


def test_the_same_scores(both: Both) -> None:
    """Scores, times, penalties and what waits for a person are those of nbgrader's own command."""
    assert rows(both.ours) == rows(both.stock)
    assert both.ours.score("ada") == Score(10.0, None, False, 10.0)
    assert 0 < (both.ours.score("ben").auto or 0) < 10


def test_the_same_comments(both: Both) -> None:
    """The comments under the answers are the same, and say how each stands."""
    assert comments(both.ours) == comments(both.stock)
    assert "not started" in both.ours.comment("cid")


def test_the_same_files(both: Both) -> None:
    """In autograded/ the same files lie, with the same cells and outputs."""
    ours, stock = files(both.ours), files(both.stock)
    assert ours.keys() == stock.keys()
    assert [name for name in ours if ours[name] != stock[name]] == []


def test_the_command(both: Both) -> None:
    """The account counts the class and names who could not be graded, and why; that is exit code 1."""
    assert both.done.returncode == 1, both.done.stderr
    said = " ".join(both.done.stdout.split())
    assert "11 submissions: 7 graded, 4 failed" in said
    assert "failed: hal: softmax.ipynb: not a notebook that can be read; open and save it in Jupyter once" in said
    assert "failed: ida: softmax.ipynb: the notebook has no list of cells; open and save it in Jupyter once" in said
    assert "failed: jan: softmax-Copy1.ipynb is no notebook of scores, and is not graded" in said
    assert (
        "failed: kay: link.txt: a link; put there what was handed in, or delete it; softmax-Copy1.ipynb is no notebook"
        in said
    )
    assert said.endswith("graded: ada: softmax-Copy1.ipynb is no notebook of scores, and is not graded")
    assert "Traceback" not in said + both.done.stderr


def test_again(both: Both) -> None:
    """A second run grades what failed, and nothing else; --force grades everything."""
    found = states(run(both.ours))
    assert {student for student, state in found.items() if state == "failed"} == {"hal", "ida", "jan", "kay"}
    assert {state for student, state in found.items() if student in CLASS} == {"as before"}
    assert states(run(both.ours, students="a*", force=True)) == {"ada": "graded"}
    assert states(run(both.ours, students="00123", force=True)) == {"00123": "graded"}


# -- a run of one's own ---------------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path) -> Classroom:
    made = classroom.make(tmp_path)
    for student in ("ada", "ben", "cid"):
        made.submit(student, *CLASS[student])
    return made


def test_every_report_comes_from_the_engine(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is graded a second time while nbgrader's steps run."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("graded twice")

    monkeypatch.setattr(warm, "grade", refuse)
    assert set(states(run(room)).values()) == {"graded"}


def test_what_has_changed_is_graded_again(room: Classroom) -> None:
    """Other bytes, another suite, a gradebook without the scores, no autograded notebook: each is graded again."""
    run(room)
    room.submit("ada", write(PARTLY))
    assert states(run(room)) == {"ada": "graded", "ben": "as before", "cid": "as before"}
    shutil.rmtree(room.root / "autograded" / "ben")
    with room.book() as book:
        book.remove_submission(UNIT, "cid")
    assert states(run(room)) == {"ada": "as before", "ben": "graded", "cid": "graded"}
    suite = room.course / "tests" / "hidden" / "test_softmax.py"
    suite.write_text(suite.read_text() + "\n")
    assert set(states(run(room)).values()) == {"graded"}


def test_a_person_has_the_last_word(room: Classroom) -> None:
    """A score by hand stays over a second run, and is looked at again, as nbgrader has it."""
    run(room)
    with room.book() as book:
        book.find_grade("test-softmax", "softmax", UNIT, "ben").manual_score = 9.5
        book.db.commit()
    run(room, force=True)
    assert (room.score("ben").manual, room.score("ben").needs_manual) == (9.5, True)


def test_stopped_half_way(room: Classroom) -> None:
    """What was told before a Ctrl-C is kept, and the next run goes on from there."""
    told: list[SubmissionOutcome] = []

    def stop(one: SubmissionOutcome) -> None:
        told.append(one)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(room, report=stop)
    assert states(told) == {"ada": "graded"}
    assert room.score("ada") == Score(10.0, None, False, 10.0)
    assert states(run(room)) == {"ada": "as before", "ben": "graded", "cid": "graded"}


def test_ctrl_c(room: Classroom) -> None:
    """Ctrl-C ends the command with a sentence and 130, and leaves no process and no half notebook."""
    for number in range(40):
        room.submit(f"s{number:02}", write(f"{GOOD}\n# {number}\n"))
    line = [sys.executable, "-m", "mlgrade", "nbgrader", "autograde", UNIT, "--jobs", "2"]
    started = subprocess.Popen(line, cwd=room.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    seen = room.root / "autograded" / f".mlgrade-{UNIT}.jsonl"
    while not seen.exists() and started.poll() is None:
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    said, complained = started.communicate()
    assert (started.returncode, "stopped by Ctrl-C" in complained) == (130, True), said + complained
    assert "Traceback" not in complained
    assert no_process_of(started.pid)
    done = {json.loads(row)["student"] for row in seen.read_text().splitlines()}
    assert 0 < len(done) < 43
    assert {path.name for path in (room.root / "autograded").iterdir() if path.name[0] != "."} == done
    assert f"{len(done)} graded" in said


def no_process_of(group: int) -> bool:
    """Whether the last one of a process group ends, if it is given some time to."""
    for _ in range(200):
        if not any(alive(path, group) for path in Path("/proc").glob("[0-9]*/stat")):
            return True
        time.sleep(0.05)
    return False


def alive(stat: Path, group: int) -> bool:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:  # it ended while we looked
        return False
    return int(fields[2]) == group and fields[0] != "Z"


class Loses:
    """An engine in which every process dies."""

    def run(self, _: Any, jobs: Iterable[Any]) -> Iterator[Done[Any, Any] | Lost[Any]]:
        return (Lost(job, "the grading process ended") for job in jobs)


def test_a_process_that_dies_is_nobodys_zero(room: Classroom) -> None:
    """What we lost waits for a person, is reported, and is tried again when somebody asks for it."""
    assert set(states(run(room, Loses())).values()) == {"broken"}
    assert room.score("ada") == Score(None, None, True, 10.0)
    assert set(states(run(room, Loses())).values()) == {"as before"}
    assert set(states(run(room, force=True)).values()) == {"graded"}
    assert room.score("ada") == Score(10.0, None, False, 10.0)


def test_a_broken_check_is_tried_again(room: Classroom) -> None:
    """With a check of ours broken nobody has a score, whatever format the notebook is in; fixed, the next run grades."""
    room.submit("old", write(GOOD), format_3)
    suite = room.course / "tests" / "hidden" / "test_softmax.py"
    whole = suite.read_text()
    suite.write_text(f'{whole}\n\ndef test_ours(student):\n    """Is broken."""\n    raise RuntimeError\n')
    assert states(run(room, students="[ao]*")) == {"ada": "broken", "old": "broken"}
    suite.write_text(whole)
    assert room.score("old") == Score(None, None, True, 10.0)
    assert run(room, students="[ao]*") == [SubmissionOutcome("ada", "graded"), SubmissionOutcome("old", "graded")]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("assignment", 'no assignment "scores" in nbgrader\'s gradebook'),
        ("config", "there is no nbgrader_config.py here"),
        ("steps", "do not name HiddenSuites; `mlgrade nbgrader init` writes settings that do"),
        ("hidden", "no hidden suite for softmax"),
        ("nobody", "No notebooks were matched"),
        ("version", "not tried"),
    ],
)
def test_what_cannot_be_graded(room: Classroom, fault: str, said: str) -> None:
    """A course that is not ready is refused with a sentence before anything is graded."""
    config = room.root / "nbgrader_config.py"
    match fault:
        case "assignment":
            (room.root / "gradebook.db").unlink()
            classroom.Gradebook(f"sqlite:///{room.root / 'gradebook.db'}").close()
        case "config":
            config.unlink()
        case "steps":
            config.with_suffix(".json").unlink()
        case "hidden":
            (room.course / "tests" / "hidden" / "test_softmax.py").unlink()
        case "nobody":
            shutil.rmtree(room.root / "submitted")
        case "version":
            with room.book() as book:
                book.db.execute(text("UPDATE alembic_version SET version_num = 'x'"))
                book.db.commit()
    with pytest.raises(UsageError, match=said):
        run(room)
    assert not (room.root / "autograded").exists()
