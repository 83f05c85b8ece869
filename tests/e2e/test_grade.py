"""A class through `mlgrade grade`: equal on every engine, resumable after any end, never a zero for our own fault."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import generated
import pytest
from clusters import Machines

pytestmark = pytest.mark.full  # grades 300 files several times

ROOT = Path(__file__).resolve().parents[2]


RIGHT = (ROOT / "solutions" / "softmax.py").read_text()
STUDENTS = 100
FILES = STUDENTS * len(generated.CONCEPTS)
Rows = dict[tuple[str, str], tuple[Any, ...]]


def grade(*args: str | Path, book: Path, course: Path, jobs: int = 1) -> subprocess.CompletedProcess[str]:
    """Grade in one process, unless several are what a test is about: each takes longer to start than a class of three."""
    command = [sys.executable, "-m", "mlgrade", "grade", *map(str, args), "--jobs", str(jobs)]
    command += ["--gradebook", str(book), "--course", str(course), "--plain"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)


def rows(book: Path) -> Rows:
    """What the gradebook holds of each last attempt, less when it was and how long it took."""
    with sqlite3.connect(book) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(attempts)")]
        kept = [name for name in names if name not in ("id", "graded_at", "suite_id")]
        found = connection.execute(f"SELECT {', '.join(kept)} FROM attempts ORDER BY id")
        return {(row[kept.index("student")], row[kept.index("concept")]): row for row in found}


def reports(book: Path) -> dict[tuple[str, str], Any]:
    import zlib

    with sqlite3.connect(book) as connection:
        query = "SELECT student, concept, report FROM attempts JOIN reports ON attempts.id = reports.attempt_id"
        return {(s, c): json.loads(zlib.decompress(data)) for s, c, data in connection.execute(query)}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated.course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def handins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 files of 100 students: right, wrong, crashing, endless, hungry and empty ones."""
    folder = tmp_path_factory.mktemp("handins")
    generated.students(folder, STUDENTS)
    return folder


@pytest.fixture(scope="module")
def graded(course: Path, handins: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gradebook of an uninterrupted run, in one process."""
    book = tmp_path_factory.mktemp("book") / "gradebook.db"
    done = grade(handins, book=book, course=course)
    assert done.returncode == 0, done.stderr
    assert f"Graded: {FILES}\n" in done.stdout
    return book


def test_each_kind_of_file_is_what_it_is(graded: Path) -> None:
    """Crashes, loops, memory hogs and empty files have their own outcomes, and none of them is our fault."""
    statuses = {row["status"] for row in reports(graded).values()}
    assert statuses == {"graded", "cannot_run", "not_started"}
    outcomes = {check["outcome"] for row in reports(graded).values() for check in row["checks"]}
    assert {"passed", "failed", "raised", "timed_out", "skipped"} <= outcomes
    assert "broken" not in outcomes


def test_the_same_with_several_jobs(graded: Path, course: Path, handins: Path, tmp_path: Path) -> None:
    """Reports are identical, whoever grades beside whom and in which order."""
    done = grade(handins, book=tmp_path / "g.db", course=course, jobs=3)
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "g.db") == rows(graded)
    assert reports(tmp_path / "g.db") == reports(graded)


@pytest.mark.needs("distributed")
def test_the_same_on_a_cluster_that_loses_a_worker(graded: Path, course: Path, handins: Path, tmp_path: Path) -> None:
    """Course and submissions travel; when a worker is killed in the middle, its batches are run again elsewhere."""
    machines = Machines(tmp_path)
    try:
        victim, _ = machines.worker(nanny=False), machines.worker()
        command = [sys.executable, "-m", "mlgrade", "grade", str(handins), "--scheduler", machines.address]
        command += ["--gradebook", str(tmp_path / "g.db"), "--course", str(course), "--plain"]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until_kept(tmp_path / "g.db", 20)
        victim.kill()
        out, err = run.communicate(timeout=400)
    finally:
        machines.stop()
    assert run.returncode == 0, err
    assert f"Graded: {FILES}\n" in out
    assert reports(tmp_path / "g.db") == reports(graded)


def until_kept(book: Path, number: int) -> None:
    deadline = time.monotonic() + 120
    while kept(book) < number:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kept(book: Path) -> int:
    if not book.exists():
        return 0
    with sqlite3.connect(book, timeout=30) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM attempts").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_killed_at_any_moment_nothing_reported_is_lost(
    graded: Path, course: Path, handins: Path, tmp_path: Path
) -> None:
    """Five times the grader is killed without warning; in the end the gradebook is that of an uninterrupted run."""
    book, told, draw = tmp_path / "g.db", set[tuple[str, str]](), random.Random(5)
    command = [sys.executable, "-m", "mlgrade", "grade", str(handins), "--json", "--jobs", "2"]
    command += ["--gradebook", str(book), "--course", str(course)]
    for _ in range(5):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            told |= set(some_results(run.stdout, draw.randrange(1, 25)))
            time.sleep(draw.random() / 4)
            run.kill()
            told |= set(some_results(run.stdout, 10_000))
        assert told <= rows(book).keys()
    done = grade(handins, book=book, course=course, jobs=2)
    assert done.returncode == 0, done.stderr
    assert rows(book) == rows(graded)
    assert kept(book) == FILES  # nothing was graded twice but what had not been kept
    with sqlite3.connect(book) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def some_results(lines: Iterator[str], most: int) -> Iterator[tuple[str, str]]:
    for line in lines:
        if not line.endswith("\n"):
            return
        told = json.loads(line)
        if told["kind"] == "graded":
            yield told["student"], told["concept"]
            most -= 1
        if most <= 0:
            return


def test_ctrl_c_stops_and_says_how_to_go_on(course: Path, handins: Path, tmp_path: Path) -> None:
    """What is finished is kept and counted, nothing is left running, and the same command goes on."""
    book = tmp_path / "g.db"
    command = [sys.executable, "-m", "mlgrade", "grade", str(handins), "--jobs", "2", "--gradebook", str(book)]
    run = subprocess.Popen(
        [*command, "--course", str(course)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until_kept(book, 5)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does it: to everybody
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "the same command goes on" in out
    assert f"Graded: {kept(book)}\n" in out
    assert "Traceback" not in err
    again = grade(handins, "--student", f"s{STUDENTS - 1:05}", book=book, course=course)
    assert again.returncode == 0
    assert {(f"s{STUDENTS - 1:05}", concept) for concept in generated.CONCEPTS} <= rows(book).keys()


# -- one thing at a time ----------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A course of its own that may be changed, a class of three, and where its gradebook will be."""
    folder = tmp_path / "class"
    for student, source in {"ada": RIGHT, "bob": RIGHT.replace("z - z.max", "z + 0 * z.max"), "cyd": ""}.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "softmax.py").write_text(source)
    return generated.course(tmp_path / "course", ["softmax"]), folder, tmp_path / "g.db"


def test_what_was_graded_is_not_graded_again(small: tuple[Path, Path, Path]) -> None:
    """Unless it is asked for, or the file, the suite or the limits changed."""
    course, folder, book = small
    assert "Graded: 3" in grade(folder, book=book, course=course).stdout
    assert "Graded: 0" in grade(folder, book=book, course=course).stdout
    assert "Graded: 3" in grade(folder, "--force", book=book, course=course).stdout
    (folder / "ada" / "softmax.py").write_text(RIGHT + "\n# done\n")
    assert "Graded: 1" in grade(folder, book=book, course=course).stdout
    course.write_text(course.read_text().replace("call: 0.4 s", "call: 0.5 s"))
    assert "Graded: 3" in grade(folder, book=book, course=course).stdout


def harder(course: Path) -> None:
    suite = course.parent / "tests" / "public" / "test_softmax.py"
    suite.write_text(suite.read_text() + '\n\ndef test_more(student):\n    """Does more."""\n    assert False\n')


def test_a_corrected_suite_says_who_moved_and_why(small: tuple[Path, Path, Path]) -> None:
    """A dry run writes nothing; the real one moves grades, by the check that changed."""
    course, folder, book = small
    grade(folder, book=book, course=course)
    before = rows(book)
    harder(course)
    dry = grade(folder, "--dry-run", "-v", book=book, course=course)
    assert rows(book) == before
    assert "Grades that would move: 0 up, 2 down, 1 same" in dry.stdout
    assert "softmax.public.more: not there -> failed" in " ".join(dry.stdout.split())
    done = grade(folder, book=book, course=course)
    assert "Grades that moved: 0 up, 2 down, 1 same" in done.stdout
    assert shown(book, course)["ada"]["points"] < 10


def shown(book: Path, course: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "mlgrade", "gradebook", "show", "--json"]
    command += ["--gradebook", str(book), "--course", str(course)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {grade["student"]: grade for grade in json.loads(done.stdout)["grades"]}


def test_never_lower_keeps_points_and_says_so(small: tuple[Path, Path, Path]) -> None:
    """Whoever would lose points keeps them by a decision with its reason, and a new file counts as any other."""
    course, folder, book = small
    grade(folder, book=book, course=course)
    harder(course)
    done = grade(folder, "--never-lower", book=book, course=course)
    assert "0 down" in done.stdout
    ada = shown(book, course)["ada"]
    assert (ada["points"], ada["state"]) == (10, "graded")
    assert "never lower" in ada["reason"]


def test_a_broken_suite_is_no_zero(small: tuple[Path, Path, Path]) -> None:
    """Our own fault is listed, ends with 70, is no score, and is tried again by the next run."""
    course, folder, book = small
    suite = course.parent / "tests" / "public" / "test_softmax.py"
    good = suite.read_text()
    suite.write_text(good + '\n\ndef test_more(student):\n    """Does more."""\n    {}["key"]\n')
    done = grade(folder, book=book, course=course, jobs=2)
    assert done.returncode == 70
    assert "our fault" in done.stdout
    assert shown(book, course)["ada"]["state"] == "broken"
    assert shown(book, course)["ada"]["points"] is None
    suite.write_text(good)
    assert grade(folder, book=book, course=course).returncode == 0
    assert shown(book, course)["ada"]["points"] == 10


def test_a_course_that_changes_on_the_way_stops_the_run(small: tuple[Path, Path, Path]) -> None:
    """What was graded is what was announced: a process that finds another suite refuses to work."""
    course, folder, book = small
    script = (
        "import sys; from mlgrade.batch import work; made = work.grading\n"
        "def changed(course, *args, **options):\n"
        "    done = made(course, *args, **options)\n"
        "    suite = course.root / 'tests' / 'public' / 'test_softmax.py'\n"
        "    suite.write_text(suite.read_text() + '# another')\n"
        "    return done\n"
        "work.grading = changed; from mlgrade.cli import main; main()"
    )
    command = [sys.executable, "-c", script, "grade", str(folder), "--jobs", "1", "--gradebook", str(book)]
    done = subprocess.run([*command, "--course", str(course)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "softmax was changed while the class is being graded; start again" in done.stderr


def test_files_that_are_not_graded_are_listed(small: tuple[Path, Path, Path]) -> None:
    """Two answers that differ are refused, never guessed; what else lies there is counted; the exit status says it."""
    course, folder, book = small
    (folder / "ada" / "a").mkdir()
    (folder / "ada" / "b").mkdir()
    (folder / "ada" / "softmax.py").rename(folder / "ada" / "a" / "softmax.py")
    (folder / "ada" / "b" / "softmax.py").write_text("# another\n")
    (folder / "bob" / "essay.txt").write_text("...")
    done = grade(folder, book=book, course=course)
    assert done.returncode == 1
    assert "ada/a/softmax.py, ada/b/softmax.py" in done.stdout
    assert "passed over" in done.stdout
    assert "Graded: 2" in done.stdout


def test_narrowed_to_a_student(small: tuple[Path, Path, Path]) -> None:
    """Only what is asked for is graded; a name that is not there is answered with the nearest."""
    course, folder, book = small
    assert "Graded: 1" in grade(folder, "--student", "ada", book=book, course=course).stdout
    done = grade(folder, "--student", "adda", book=book, course=course)
    assert done.returncode == 2
    assert 'did you mean "ada"?' in done.stderr


def test_hidden_suites_need_all_walls(small: tuple[Path, Path, Path]) -> None:
    """Where an isolation layer is missing, nothing is graded until somebody says that this is all right."""
    course, folder, book = small
    script = (
        "import functools, sys; from mlgrade.sandbox import launch\n"
        "launch.launcher = functools.partial(launch.launcher, ['seccomp'])\n"
        "from mlgrade.cli import grade, main; from mlgrade.engine import Serial\n"
        "grade._engine = lambda *_: Serial()  # in this process, where the launcher is another one\n"
        "main()"
    )
    command = [sys.executable, "-c", script, "grade", str(folder), "--gradebook", str(book)]
    command += ["--course", str(course)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "seccomp missing" in done.stderr
    allowed = subprocess.run([*command, "--allow-weak-isolation"], capture_output=True, text=True, check=False)
    assert "Graded: 3" in allowed.stdout


def test_a_looping_class_does_not_stop_the_others(tmp_path: Path) -> None:
    """One endless file costs its own limits; all others have their verdicts."""
    course = generated.course(tmp_path / "course", ["softmax"])
    for n in range(6):
        (tmp_path / "class" / f"s{n}").mkdir(parents=True)
        source = RIGHT if n else RIGHT + "\n\ndef softmax(z, axis=-1):\n    while True:\n        pass\n"
        (tmp_path / "class" / f"s{n}" / "softmax.py").write_text(source)
    done = grade(tmp_path / "class", book=tmp_path / "g.db", course=course, jobs=2)
    assert "5  complete" in done.stdout
    assert "1  of them with a call that was stopped by the clock" in done.stdout
