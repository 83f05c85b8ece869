"""What goes wrong while a class is graded: each fault is a sentence, nothing that was reported is lost, and the same
command goes on."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import generated
import pytest

ROOT = Path(__file__).resolve().parents[2]


RIGHT = (ROOT / "solutions" / "softmax.py").read_text()
SLOW = RIGHT.replace("import numpy as np\n", "import time\n\nimport numpy as np\n\ntime.sleep(0.2)\n", 1)
STUDENTS = 6
Finished = subprocess.CompletedProcess[str]
ROOM = 80 * 1024  # bytes, for the gradebook's own memory and two or three results
SHORT_PATIENCE = "from mlgrade.gradebook import addresses; addresses.BUSY_SECONDS = 0.2\n"
MAIN = "import sys; from mlgrade.cli import main; main()"


class Class(NamedTuple):
    course: Path
    folder: Path
    book: Path

    def command(self, *args: str, before: str = "") -> list[str]:
        program = [sys.executable, "-c", before + MAIN] if before else [sys.executable, "-m", "mlgrade"]
        places = ["--gradebook", str(self.book), "--course", str(self.course)]
        return [*program, "grade", str(self.folder), *places, *args]

    def grade(self, *args: str, before: str = "", **options: Any) -> Finished:
        command = self.command(*(args or ("--jobs", "1")), before=before)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)

    def kept(self) -> int:
        if not self.book.exists():
            return 0
        with sqlite3.connect(self.book, timeout=30) as connection:
            try:
                return int(connection.execute("SELECT count(*) FROM attempts").fetchone()[0])
            except sqlite3.OperationalError:  # no tables yet
                return 0

    def sound(self) -> bool:
        with sqlite3.connect(self.book) as connection:
            return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def group(tmp_path: Path) -> Class:
    """A course of one concept, and six students whose files take their time."""
    for n in range(STUDENTS):
        (tmp_path / "class" / f"s{n}").mkdir(parents=True)
        (tmp_path / "class" / f"s{n}" / "softmax.py").write_text(f"{SLOW}\n# {n}\n")
    course = generated.course(tmp_path / "course", ["softmax"])
    return Class(course, tmp_path / "class", tmp_path / "gradebook.db")


def goes_on(group: Class) -> None:
    """The same command grades the rest, once."""
    left = STUDENTS - group.kept()
    done = group.grade()
    assert done.returncode == 0, done.stderr
    assert f"Graded: {left}\n" in done.stdout
    assert group.kept() == STUDENTS
    assert group.sound()


def reported(text: str) -> int:
    found = re.search(r"Graded: (\d+)", text)
    return int(found[1]) if found else 0


# -- Ctrl-C -----------------------------------------------------------------------------------------------------


def on_a_terminal(command: list[str], until: Any, presses: int = 1) -> tuple[int, str]:
    """Run a command on a terminal of its own, and press Ctrl-C there as soon as `until` says so."""
    pid, terminal = pty.fork()
    if not pid:
        os.execv(command[0], command)  # noqa: S606  (our own command)
    out, deadline = b"", time.monotonic() + 120
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.01)[0]:
            try:
                out += os.read(terminal, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
        if presses and until(out):
            os.write(terminal, b"\x03" * presses)
            presses = 0
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return status, out.decode()


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("phase", "presses"), [("starting", 1), ("grading", 3)])
def test_ctrl_c_in_each_phase(phase: str, presses: int, group: Class) -> None:
    """While processes start or grade, once or by an impatient hand: no traceback, the same status, all told kept."""

    def reached(out: bytes) -> bool:
        return b"starting" in out if phase == "starting" else group.kept() >= 2

    status, text = on_a_terminal(group.command("--jobs", "2"), reached, presses)
    assert status in (130, -signal.SIGINT), text  # the same to a shell; the second, if it came when all was done
    assert "Traceback" not in text
    assert "nothing that was reported is lost" in text
    assert reported(text) == group.kept()
    goes_on(group)


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    "name", ["mlgrade.course.load", "mlgrade.submissions.discover.take", "mlgrade.reports.class_run.render"]
)
def test_ctrl_c_at_a_moment(name: str, group: Class) -> None:
    """While the course is loaded, the folder is read, or the account is printed: the same sentence and status."""
    module, _, function = name.rpartition(".")
    before = (
        f"import os, signal, {module} as module\n"
        f"def pressed(*args, **options):\n    os.kill(os.getpid(), signal.SIGINT)\nmodule.{function} = pressed\n"
    )
    done = group.grade(before=before)
    assert done.returncode == 130
    assert done.stderr.endswith("mlgrade: stopped by Ctrl-C; nothing that was reported is lost\n")
    assert "Traceback" not in done.stderr


# -- the gradebook ----------------------------------------------------------------------------------------------


def until_kept(group: Class, number: int) -> None:
    deadline = time.monotonic() + 300
    while group.kept() < number:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.full
def test_locked_in_the_middle(group: Class) -> None:
    """What was kept until then is told, then why it stops; the rest is graded by the next run."""
    command = group.command("--jobs", "1", before=SHORT_PATIENCE)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        until_kept(group, 2)
        with sqlite3.connect(group.book, timeout=30, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            out, err = run.communicate(timeout=60)
            other.execute("ROLLBACK")
    assert run.returncode == 2
    assert "is locked by another program; wait until that has ended" in err
    assert reported(out) == group.kept() >= 2
    assert "the same command goes on" in out
    goes_on(group)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for the tables and a few results."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"needs the right to mount: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="needs the right to mount")
def test_a_disk_that_fills_up_in_the_middle(group: Class, small_disk: Path) -> None:
    """It says so, keeps what it has told, and goes on when there is room."""
    group = group._replace(book=small_disk / "gradebook.db")
    assert group.grade("--jobs", "1", "--student", "s0").returncode == 0
    disk = os.statvfs(small_disk)
    (small_disk / "other").write_bytes(bytes(disk.f_bavail * disk.f_frsize - ROOM))
    done = group.grade()
    assert done.returncode == 2
    assert re.search(r"the disk (is|failed or is) full; make room", done.stderr)
    assert reported(done.stdout) == group.kept() - 1
    assert 1 < group.kept() < STUDENTS
    (small_disk / "other").unlink()
    goes_on(group)


@pytest.mark.parametrize("content", [b"hello\n" * 1000, b"SQLite format 3\0" + b"\xff" * 8000], ids=["text", "damaged"])
def test_what_is_no_gradebook_is_left_alone(content: bytes, group: Class) -> None:
    """Another file, or a damaged one, is a sentence; nothing is graded, nothing is written."""
    group.book.write_bytes(content)
    done = group.grade()
    assert done.returncode == 2
    assert str(group.book) in done.stderr
    assert done.stdout == ""
    assert group.book.read_bytes() == content


@pytest.mark.full
def test_two_runs_at_once(group: Class) -> None:
    """Nobody waits for ever, nothing is lost, and what was graded twice is one submission."""
    runs = [subprocess.Popen(group.command("--jobs", "1"), stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert group.sound()
    assert "Graded: 0" in group.grade().stdout
    command = [sys.executable, "-m", "mlgrade", "gradebook", "show", "--json", *group.command()[5:]]
    shown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {(grade["student"], grade["points"], grade["attempts"]) for grade in shown["grades"]} == {
        (f"s{n}", 10.0, 1) for n in range(STUDENTS)
    }


def test_named_by_the_variable(group: Class, tmp_path: Path) -> None:
    """MLGRADE_GRADEBOOK stands in for the option."""
    command = [*group.command("--jobs", "1", "--student", "s0")]
    at = command.index("--gradebook")
    del command[at : at + 2]
    subprocess.run(command, env={**os.environ, "MLGRADE_GRADEBOOK": str(tmp_path / "other.db")}, check=True)
    assert group._replace(book=tmp_path / "other.db").kept() == 1
    assert not (group.course.parent / "gradebook.db").exists()


# -- processes and files ----------------------------------------------------------------------------------------


@pytest.mark.full
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes in /proc")
def test_killed_processes_are_replaced(group: Class) -> None:
    """Two of them, in the middle and while the next one starts: every file has its verdict, and nothing is broken."""
    with subprocess.Popen(group.command("--jobs", "2"), stdout=subprocess.PIPE, text=True) as run:
        until_kept(group, 1)
        for _ in range(2):
            members = [int(child) for child in children(run.pid) if b"mlgrade.engine.process" in cmdline(child)]
            os.kill(members[-1], signal.SIGKILL)
            time.sleep(0.1)
        out, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    assert f"{STUDENTS}  complete" in out


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def cmdline(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # ended since
        return b""


@pytest.mark.full
def test_a_folder_that_changes_while_it_is_read(group: Class) -> None:
    """A file that went, or became something else, is listed; a new text is graded as it is when its turn comes."""
    before = (
        "from mlgrade.submissions import discover as intake; take = intake.take\n"
        "def changed(folder, *args, **options):\n"
        "    taken = take(folder, *args, **options)\n"
        "    (folder / 's1' / 'softmax.py').unlink()\n"
        "    (folder / 's2' / 'softmax.py').unlink(); (folder / 's2' / 'softmax.py').mkdir()\n"
        "    (folder / 's3' / 'softmax.py').write_text('x = 1')\n"
        "    return taken\n"
        "intake.take = changed\n"
    )
    done = group.grade("--jobs", "2", before=before)
    assert done.returncode == 1
    assert "s1/softmax.py: no longer there" in done.stdout
    assert "s2/softmax.py: " in done.stdout
    assert f"{STUDENTS - 3}  complete" in done.stdout
    assert "1  cannot run" in done.stdout


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_hostile_names_of_students(group: Class) -> None:
    """They are graded or listed, one by one; none of them ends the run for the others, or reaches the terminal raw."""
    names = [b"x" * 255, "é".encode() * 127, b"=cmd|x", b"--json", b"%s {y} [red]", b"'; DROP TABLE attempts;--"]
    refused = [b"\x1b[31mred", b"two\nlines", b"\xff\xfe", "\u202egnp".encode()]
    for name in (*names, *refused):
        home = os.path.join(os.fsencode(group.folder), name)
        os.mkdir(home)
        Path(os.fsdecode(home), "softmax.py").write_text(RIGHT)
    done = group.grade("--jobs", "2", env={**os.environ, "COLUMNS": "40", "NO_COLOR": "1"})
    assert done.returncode == 1
    assert f"{STUDENTS + len(names)}  complete" in done.stdout
    assert f"{len(refused)} refused" in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert group.kept() == STUDENTS + len(names)


def test_json_says_why_the_status_is_what_it_is(group: Class) -> None:
    """A program sees also the files that were not graded, on lines of their own kind."""
    (group.folder / "s0" / "a").mkdir()
    (group.folder / "s0" / "a" / "softmax.py").symlink_to("/etc/passwd")
    done = group.grade("--jobs", "1", "--json", "--student", "s0")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [line["kind"] for line in lines] == ["note", "graded"]
    assert lines[0]["outcome"] == "refused"


@pytest.mark.full
@pytest.mark.parametrize("change", ["removed", "renamed"])
def test_a_concept_that_is_no_longer_in_the_course(change: str, group: Class) -> None:
    """Attempts at it stay, count no longer, and hinder nobody; its files are passed over, and said to be."""
    course = group.course.read_text()
    row = next(line for line in course.splitlines() if "id: softmax" in line)
    norm = row.replace("softmax, title: softmax", "norm, title: norm").replace("softmax, log_softmax", "norm")
    group.course.write_text(course.replace(row, f"{row}\n{norm}"))
    group.grade("--jobs", "1", "--student", "s0")
    soft = row.replace("id: softmax", "id: soft")
    group.course.write_text(course.replace(row, norm if change == "removed" else soft))
    done = group.grade("--jobs", "1", "--student", "s0")
    assert done.returncode == 0
    assert "s0/softmax.py: named after no concept" in done.stdout
    assert group.kept() == 1
    command = [sys.executable, "-m", "mlgrade", "gradebook", "history", "s0", *group.command()[5:]]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "no longer in the course: softmax" in shown.stdout
