"""A class of twenty honest students and one attack: every honest report must be what it is without the attack.

python tests/hostile/class_of_21.py [--memory GIB] [--all] [NAMES...]

Grades the class with the real command, one submission at a time, in a control group of so much memory (default 4 GiB;
Linux, root; elsewhere without one, which is said). The attacks are those of CLASS below, which reach for the grading
process through what an innocent suite does with an answer; with --all, those of the corpus too, each in the place of
the last student's softmax. Prints for each the honest reports that are as they were, the peak of the memory of the
whole process tree, and the seconds beyond the class alone. Exit status 0 if all is as it must be, else 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent))

from attacks import TWIN, attack, fill, names
from world import ROOT

HONEST = 20
SOFTMAX, SLOPE = "softmax", "slope"
COURSE = """\
format: 1
title: Class
version: "1.0"
seed: 7
limits: {call: 0.5 s, load: 1 s, submission: 4 s, memory: 1 GiB}
units:
  - id: scores
    title: Scores
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [softmax, log_softmax]}
      - {id: slope, title: Slope, points: 10, functions: [slope, table]}
"""
# What authors write who think of honest answers only.
SUITE = '''
import math

import numpy as np
from mlgrade.suite.compare import close


def test_sum(student):
    """Adds up."""
    total = np.sum(student.table("rows"), axis=-1)
    assert total.shape == (2,)


def test_names(student):
    """Knows its entries."""
    found = student.table("names")
    assert {key: found.get(key) for key in found} == {1: "a", 2: "b"}


def test_sine(student):
    """Is the cosine."""
    close(student.slope(lambda x: math.sin(x[0]), [0.3]), math.cos(0.3), rtol=1e-4)


def test_fast_sine(student):
    """Is the cosine of a fast sine."""
    close(student.slope(lambda x: math.sin(1000 * x[0]), [0.3]), 1000 * math.cos(300), rtol=1e-2)


def test_size(student):
    """Has a factorial."""
    assert math.factorial(student.table("size")) == 6
'''
SOLUTION = """\
def slope(f, x):
    h = 1e-6
    return (f([x[0] + h]) - f([x[0] - h])) / (2 * h)


def table(what):
    return {"rows": [[1.0, 2.0], [3.0, 4.0]], "names": {1: "a", 2: "b"}, "size": 3}[what]
"""
# Of the corpus: attacks on what files can do. These: on what a suite does with an answer. Before there were limits on the
# grading process, the first took 16 GiB there, the list of a million 8 GiB, and the dict 10 s without a limit. In 4 GiB, with
# one job, the run died with nothing kept, and died again when it was started again.
CLASS = {
    "an empty array whose sum takes 16 GiB": """\
import numpy as np


def table(what):
    return np.empty((2**31 - 1, 0))


def slope(f, x):
    return 1.0
""",
    "a broadcast that takes terabytes": """\
import numpy as np


def table(what):
    return np.zeros((2**20, 1)) if what == "rows" else {"size": 3}.get(what, 1)


def slope(f, x):
    return np.zeros((2**20, 1))
""",
    "a list that a callback repeats a thousand times": """\
def slope(f, x):
    return f([[0] * 1_000_000])


def table(what):
    return 1
""",
    "a list that a callback repeats, as long as may be": """\
def slope(f, x):
    return f([[0] * 9_000])


def table(what):
    return 1
""",
    "a number whose factorial never ends": """\
def slope(f, x):
    return 1.0


def table(what):
    return 2**62 if what == "size" else 1
""",
    "a number whose factorial takes minutes of C code": """\
def slope(f, x):
    return 1.0


def table(what):
    return 3 * 10**6 if what == "size" else 1
""",
    "a dict whose keys walk one chain": """\
BITS, FILLED = 17, 43_000


def chain():
    at = 1
    for _ in range(FILLED):
        yield at
        at = (at * 5 + 1) % (1 << BITS)


def keys():
    filled = list(chain())
    inside, found = set(filled), []
    for number in filled[: FILLED // 8]:
        trial = number
        for step in range(1, 9):
            for choice in range(1, 32):
                longer = trial | choice << (BITS + 5 * (step - 1))
                at, rest = longer % (1 << BITS), longer
                for _ in range(step):
                    rest >>= 5
                    at = (at * 5 + rest + 1) % (1 << BITS)
                if at in inside:
                    trial = longer
                    break
        found.append(trial)
    return filled + found


def table(what):
    import struct
    import sys

    msgspec = sys.modules["msgspec"]
    frame = sys._getframe()
    while frame is not None:  # past the codec's own bounds: what a worker sends is what it likes
        wire = getattr(frame.f_locals.get("self"), "_wire", None)
        if wire is not None:
            node = ["d", *(part for key in keys() for part in (key, 0))]
            body = msgspec.msgpack.encode({"type": "returned", "value": node})
            wire._sink.write(struct.pack(">II", len(body), 0) + body)
            wire._sink.flush()
        frame = frame.f_back
    return 1


def slope(f, x):
    return 1.0
""",
}


class Outcome(msgspec.Struct, frozen=True):
    """One run of the command: its exit status, every report by student and concept, memory and time."""

    code: int
    reports: dict[str, str]
    peak: int  # bytes, 0 where there is no control group
    seconds: float
    said: str


def make(folder: Path) -> None:
    for part in ("solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        (folder / "course" / part).mkdir(parents=True)
        for source in (ROOT / part).glob("*softmax.py"):
            shutil.copyfile(source, folder / "course" / part / source.name)
    (folder / "course" / "course.yml").write_text(COURSE)
    (folder / "course" / "tests" / "public" / "test_slope.py").write_text(SUITE)
    (folder / "course" / "solutions" / "slope.py").write_text(SOLUTION)
    right = (ROOT / "solutions" / "softmax.py").read_text()
    for number in range(HONEST):
        home = folder / "class" / f"honest{number:02}"
        home.mkdir(parents=True)
        (home / "softmax.py").write_text((right if number % 3 else TWIN) + f"\n# {number}\n")
        (home / "slope.py").write_text(SOLUTION + f"\n# {number}\n")


@contextlib.contextmanager
def attacked(folder: Path, name: str) -> Iterator[None]:
    """Put one attack beside the class, as the student who comes first."""
    home = folder / "class" / "attacker"
    home.mkdir()
    if name in CLASS:
        (home / "slope.py").write_text(CLASS[name])
    else:
        places = {
            "WORLD": str(folder),
            "LOOT": str(folder),
            "COURSE": str(folder / "course"),
            "GRADER": "0",
            "PORT": "9",
        }
        (home / "softmax.py").write_text(fill(attack(name).text, places))
    try:
        yield
    finally:
        shutil.rmtree(home)


def grade(folder: Path, memory: int, *more: str, book: Path | None = None) -> Outcome:
    """Grade the class with the real command, into a gradebook of its own if none is given."""
    with tempfile.TemporaryDirectory(dir=folder) as own, control_group(memory) as group:
        where = book or Path(own, "gradebook.db")
        command = [sys.executable, "-P", "-m", "mlgrade", "grade", str(folder / "class"), "--jobs", "1", *more]
        options = ["--course", str(folder / "course"), "--gradebook", str(where), "--allow-weak-isolation"]
        begin = time.monotonic()
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, check=False, preexec_fn=group.enter, cwd=folder
        )
        seconds = time.monotonic() - begin
        return Outcome(done.returncode, reports(where), group.peak(), seconds, done.stdout + done.stderr)


def reports(book: Path) -> dict[str, str]:
    from mlgrade.gradebook.store import Gradebook

    found = {}
    with contextlib.suppress(Exception), Gradebook.open(book, create=False) as opened:
        for one in opened.attempts():
            found[f"{one.student}/{one.concept}"] = json.dumps(json.loads(opened.report(one.id)), sort_keys=True)
    return found


class Group:
    """A control group for memory (version 1), or nothing where there is none to be had."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def enter(self) -> None:
        if self._path is not None:
            (self._path / "cgroup.procs").write_text(str(os.getpid()))

    def peak(self) -> int:
        return int((self._path / "memory.max_usage_in_bytes").read_text()) if self._path else 0


@contextlib.contextmanager
def control_group(memory: int) -> Iterator[Group]:
    home = Path("/sys/fs/cgroup/memory")
    try:
        path = Path(tempfile.mkdtemp(prefix="mlgrade-", dir=home))
        (path / "memory.limit_in_bytes").write_text(str(memory))
    except OSError:
        yield Group(None)
        return
    try:
        yield Group(path)
    finally:
        for _ in range(50):  # the last process takes a moment to be gone
            with contextlib.suppress(OSError):
                path.rmdir()
                break
            time.sleep(0.1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", type=float, default=4.0, metavar="GIB")
    parser.add_argument("--all", action="store_true", help="the attacks of the corpus too")
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args()
    wanted, memory = chosen.names or [*CLASS, *(names() if chosen.all else [])], int(chosen.memory * (1 << 30))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mlgrade-hostile-") as home:
        folder = Path(home)
        make(folder)
        alone = grade(folder, memory)
        print(
            f"the class alone: exit {alone.code}, {len(alone.reports)} reports, {shown(alone.peak)}, {alone.seconds:.1f} s"
        )
        for name in wanted:
            with attacked(folder, name):
                seen = grade(folder, memory)
            kept = sum(seen.reports.get(key) == report for key, report in alone.reports.items())
            bad = kept < len(alone.reports) or seen.code not in (0, 70)
            failed += bad
            more = seen.seconds - alone.seconds
            print(
                f"{'WRONG' if bad else 'ok':<6}{name:<50} exit {seen.code:<3} {kept} of {len(alone.reports)} honest reports, "
                f"{shown(seen.peak)}, {more:+.1f} s" + (f"\n{seen.said}" if bad else ""),
                flush=True,
            )
    return 1 if failed or not alone.reports else 0


def shown(peak: int) -> str:
    return f"peak {peak >> 20} MiB" if peak else "no control group"


if __name__ == "__main__":
    sys.exit(main())
