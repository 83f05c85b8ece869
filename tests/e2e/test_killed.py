"""A grader that is killed with SIGKILL, at a bad moment: nothing of it lives on, and the next start leaves no folder.

Before: scratch folders stayed (5 of 5 times as root), and grading processes lived on for seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "mlgrade-scratch-"
GONE_SECONDS, START_SECONDS = 10.0, 60.0  # on a machine that does much else; alone it is a few hundredths
# Writes without end, so that a folder that is being removed fills again as long as the worker lives.
BUSY = """
import os

open("started", "w").close()


def softmax(z, axis=-1):
    n = 0
    while True:
        n += 1
        os.makedirs(f"d{n % 50}/e", exist_ok=True)
        open(f"d{n % 50}/f", "w").close()


log_softmax = softmax
"""

pytestmark = [
    pytest.mark.full,  # waits for processes to end
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    for student in ("s1", "s2", "s3"):
        (tmp_path / "submissions" / student).mkdir(parents=True)
        (tmp_path / "submissions" / student / "softmax.py").write_text(BUSY)
    return tmp_path / "submissions"


def below(pid: int) -> set[int]:
    """Return the processes that a process started, and those that they did."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for table in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                inner = {*map(int, table.read_text().split())} - found
            except OSError:
                continue
            found |= inner
            waiting += inner
    return found


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def folders(pids: set[int]) -> set[Path]:
    return {Path(part) for pid in pids for part in command_line(pid) if Path(part).name.startswith(PREFIX)}


def until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.01)
    return False


def busy(pid: int) -> bool:
    """Whether a worker runs a submission: it is isolated, and has used a fifth of a second of the processor."""
    return any(ticks(one) > 20 for one in below(pid) if is_worker(one))


def is_worker(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "\nSeccomp:\t2\n" in status


def ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def begin(command: list[str], state: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mlgrade", *command],
        cwd=ROOT,
        env={**os.environ, "MLGRADE_STATE": str(state)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed(command: list[str], after: float, state: Path) -> set[Path]:
    """Run a command, kill it a while after its first worker is busy, and return the scratch folders that it had."""
    run = begin(command, state)
    try:
        assert until(lambda: busy(run.pid), START_SECONDS), "no worker became busy"
        time.sleep(after)
        started = below(run.pid)
        had = folders(started)
        assert had
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert until(lambda: not any(map(alive, started)), GONE_SECONDS), "something lives on"
    return had


@pytest.mark.parametrize("after", [0.0, 0.15, 0.4])
@pytest.mark.parametrize("kind", ["check", "grade"])
def test_nothing_is_left_of_a_killed_grader(kind: str, after: float, handed_in: Path, tmp_path: Path) -> None:
    """Neither pool members nor fork servers nor workers live on, and the scratch folders are gone with them."""
    book = str(tmp_path / "book.db")
    command = {
        "check": ["check", str(handed_in / "s1" / "softmax.py")],
        "grade": ["grade", str(handed_in), "--concept", "softmax", "--jobs", "2", "--gradebook", book],
    }[kind]
    had = killed(command, after, tmp_path / "state")
    assert until(lambda: not any(folder.exists() for folder in had), GONE_SECONDS)


def test_the_next_start_sweeps_what_all_of_a_run_left(handed_in: Path, tmp_path: Path) -> None:
    """When the fork server was killed together with its grader, nobody tidied up; the next start does."""
    run = begin(["check", str(handed_in / "s1" / "softmax.py")], tmp_path / "state")
    assert until(lambda: busy(run.pid), START_SECONDS)
    started = below(run.pid)
    had = folders(started)
    for pid in (*started, run.pid):
        os.kill(pid, signal.SIGSTOP)  # so that none has time to tidy up
    for pid in (*started, run.pid):
        os.kill(pid, signal.SIGKILL)
    run.wait()
    assert until(lambda: not any(map(alive, started)), GONE_SECONDS)
    assert all(folder.exists() for folder in had)
    assert begin(["check", "solutions/norm.py"], tmp_path / "state").wait() == 0
    assert not any(folder.exists() for folder in had)
