"""What a class costs the gradebook: a summary and an export against a bare scan of the same rows by sqlite3.

    python benchmarks/gradebook.py [--students 10000]

The classes are made up: every student handed in every concept of the course, with about 25 checks each. Each figure is
taken in a process of its own, so that its peak memory is its own, and in seconds of the processor, so that a busy
machine changes little; all read the same file. The long run is `--students 100000`: 1.7 million attempts.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from mlgrade import course as courses
from mlgrade.gradebook import grades, policy, records, summary
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt
from mlgrade.gradebook.store import Gradebook
from mlgrade.lms import exports
from mlgrade.results import Outcome, Status

ROOT = Path(__file__).resolve().parents[1]
SMALL, CHECKS, AT = 1_000, 25, datetime(2027, 1, 15, tzinfo=UTC)
MISTAKES = 8  # of each concept; each fails the checks of its own
UNLUCKY = 0.1  # the share of files that fail one check more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--only", choices=sorted(ACTS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        ACTS[given.only](given.file)
        return
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        for students in (SMALL, given.students):
            file = Path(folder, f"{students}.db")
            fill(file, students)
            peaks[students] = compare(file, students)
    for act in ("attempts", "summary", "export"):
        few, many = (peaks[students][act] for students in (SMALL, given.students))
        print(f"peak memory of {act}: {few:.0f} MiB at {SMALL} students, {many:.0f} MiB at {given.students}")


def compare(file: Path, students: int) -> dict[str, float]:
    """Time each act in its own process, and return the peaks of memory in MiB."""
    seconds, peaks = {}, {}
    for act in ("scan", "attempts", "summary", "export"):
        command = [sys.executable, __file__, "--only", act, "--file", str(file)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        seconds[act], peaks[act] = float(said[0]), float(said[1])
    print(f"{students} students, {file.stat().st_size / 2**20:.0f} MiB:")
    for act, took in seconds.items():
        bare, stream = took / seconds["scan"], took / seconds["attempts"]
        print(f"  {act:<9} {took:7.2f} s   {bare:6.1f} x the bare scan   {stream:5.1f} x attempts()")
    return peaks


def measured(act: Callable[[], object]) -> None:
    begun = time.process_time()
    act()
    print(time.process_time() - begun, peak())


def peak() -> float:
    """MiB of memory at most, of this program. What getrusage says on Linux includes the one that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


# -- what is measured -------------------------------------------------------------------------------------------


def scan(file: Path) -> None:
    """The floor: the same rows in the same order, and nothing made of them."""
    with sqlite3.connect(file) as connection:
        query = "SELECT * FROM attempts ORDER BY student, concept, id"
        measured(lambda: sum(1 for _ in connection.execute(query)))


def attempts(file: Path) -> None:
    with Gradebook.open(file, create=False) as book:
        measured(lambda: sum(1 for _ in book.attempts()))


def summarised(file: Path) -> None:
    with Gradebook.open(file, create=False) as book:
        measured(lambda: summary.of_gradebook(courses.load(ROOT), book))


def exported(file: Path) -> None:
    """As `mlgrade export csv --columns concept` does it."""
    course = courses.load(ROOT)
    groups = grades.groups(course, grades.By.CONCEPT)
    with Gradebook.open(file, create=False) as book:
        rows = grades.rows(groups, policy.current(course, book.histories()))
        whole = exports.Export(columns=[group.column for group in groups], rows=rows)
        measured(lambda: exports.save(exports.get("csv"), whole, file.with_suffix(".csv")))


ACTS: dict[str, Callable[[Path], None]] = {
    "scan": scan,
    "attempts": attempts,
    "summary": summarised,
    "export": exported,
}


# -- a made-up class --------------------------------------------------------------------------------------------


def fill(file: Path, students: int) -> None:
    """Make a gradebook. One attempt of each concept goes in by the front door, the rest are rows like it."""
    course, rng = courses.load(ROOT), np.random.default_rng(students)
    with Gradebook.open(file) as book:
        book.set_roster(Person(student=name(number)) for number in range(students))
        models = [values(book, one) for one in book.append(model(concept.id) for concept in course.concepts)]
    with sqlite3.connect(file) as connection:
        columns = list(models[0])
        marks = ", ".join("?" * len(columns))
        made = (list(row.values()) for number in range(1, students) for row in map(like(number, rng), models))
        connection.executemany(f"INSERT INTO attempts ({', '.join(columns)}) VALUES ({marks})", made)  # noqa: S608  (our own column names)
        some = "SELECT id, ? FROM attempts WHERE id NOT IN (SELECT attempt_id FROM reports)"
        connection.execute(f"INSERT INTO reports {some}", [records.packed(b"{}")])


def name(number: int) -> str:
    return f"s{number:07}"


def model(concept: str) -> Attempt:
    checks = tuple(f"{concept}.{'hidden' if number > 5 else 'public'}.check_{number}" for number in range(CHECKS))
    return Attempt(
        student=name(0),
        concept=concept,
        source="0" * 64,
        suite="5" * 64,
        limits="1" * 64,
        submitted_at=AT,
        graded_at=AT,
        status=Status.GRADED,
        earned=10.0,
        possible=10.0,
        checks=checks,
        outcomes=(Outcome.PASSED,) * CHECKS,
        diagnoses=(),
        versions={},
        report=b"{}",
    )


def values(book: Gradebook, attempt: Attempt) -> records.Values:
    """The row of an attempt, without its id."""
    with sqlite3.connect(str(book.place)) as connection:
        [(suite,)] = connection.execute("SELECT suite_id FROM attempts WHERE id = ?", [attempt.id])
    return records.attempt_values(attempt, suite)


def like(number: int, rng: np.random.Generator) -> Callable[[records.Values], records.Values]:
    """What another student handed in: one of a few mistakes or none, and now and then a failure of their own."""

    def row(model: records.Values) -> records.Values:
        some, luck, check = rng.random(3).tolist()
        mistake = int(some * 2 * MISTAKES)  # half of the class makes none
        failed = set(range(mistake, CHECKS, MISTAKES)) if mistake < MISTAKES else set()
        failed |= {int(check * CHECKS)} if luck < UNLUCKY else set()
        return model | {
            "student": name(number),
            "source": rng.bytes(32).hex(),
            "earned": 10.0 * (CHECKS - len(failed)) / CHECKS,
            "outcomes": "".join("f" if number in failed else "p" for number in range(CHECKS)),
            "diagnoses": f'["mistake_{mistake}"]' if mistake < MISTAKES else "[]",
        }

    return row


if __name__ == "__main__":
    main()
