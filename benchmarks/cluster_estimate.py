"""What a very large class costs, estimated from what one submission costs here.

    python benchmarks/cluster_estimate.py [--submissions 1000000] [--students 30]

Two costs are measured, and printed with all else that goes into the estimate:

grading     in the workers: right answers to every concept, all suites, with the isolation of this machine,
            in one process, which opens the course as a worker of a cluster does
collecting  in the process of `mlgrade grade`: reading a source, and keeping its result in a gradebook on this disk

A submission is one student's file for one concept. The estimate is the median cost times their number. It does not
contain what it cannot know: other cores, the network, machines that start late, students whose code runs into limits.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np

from mlgrade import course as courses
from mlgrade.batch import ClassRun
from mlgrade.batch.moves import Ledger
from mlgrade.batch.work import Graded, Grading, grading
from mlgrade.course import Course
from mlgrade.engine import Done, Engine
from mlgrade.engine.dask import BATCH
from mlgrade.gradebook.store import Gradebook
from mlgrade.submissions import discover, model
from mlgrade.submissions.model import StudentSubmission

ROOT = Path(__file__).resolve().parents[1]
MILLION, STUDENTS, HOUR = 1_000_000, 30, 3600.0
MARGIN = 0.7  # of the workers' time that goes into grading, where nobody knows better


class Cost(NamedTuple):
    opening: float  # seconds, once in each worker process
    grading: Sequence[float]  # seconds a submission, for each student
    processor: float  # seconds of it a submission, opening included: what a busy machine changes little
    collecting: float  # seconds a submission
    checks: int  # of one student


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=MILLION, help="one student's file for one concept each")
    parser.add_argument("--students", type=int, default=STUDENTS, help="graded here, each with all concepts")
    parser.add_argument("--allow-weak-isolation", action="store_true", help="also with weak isolation")
    args = parser.parse_args()
    course = courses.load(ROOT)
    concepts = [concept.id for concept in course.concepts]
    work = grading(course, concepts, allow_weak_isolation=args.allow_weak_isolation, travels=True)
    tell(len(concepts), measure(course, work, args.students), args.submissions)


def measure(course: Course, work: Grading, students: int) -> Cost:
    jobs = [StudentSubmission("ada", one, None) for one in model.find([ROOT / "solutions"], course, "")]
    started, spent = time.perf_counter(), processor()
    with work.open() as grade:
        opening = time.perf_counter() - started
        known = {one.submission.concept: grade(one) for one in jobs}  # and a round to warm up
        rounds = [timed(grade, jobs) / len(jobs) for _ in range(students)]
    spent = (processor() - spent) / (len(jobs) * (students + 1))
    checks = sum(len(one.report.checks) for one in known.values())
    return Cost(opening, rounds, spent, collecting(course, work, known, students), checks)


def timed(grade: Callable[[StudentSubmission], Graded], jobs: Sequence[StudentSubmission]) -> float:
    started = time.perf_counter()
    for job in jobs:
        grade(job)
    return time.perf_counter() - started


def processor() -> float:
    """Seconds of it that this process and those that have ended below it have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Known:
    """An engine that has every result already, so that what is left is the work around it."""

    remote = False

    def __init__(self, results: dict[str, Graded]) -> None:
        self._results = results

    def run(self, work: object, jobs: Iterable[StudentSubmission]) -> Iterator[Done[StudentSubmission, Graded]]:
        del work
        return (Done(job, self._results[job.submission.concept]) for job in jobs)


def collecting(course: Course, work: Grading, known: dict[str, Graded], students: int) -> float:
    """Seconds a submission from folder to gradebook, without the grading."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(students):
            shutil.copytree(ROOT / "solutions", Path(folder, "class", f"s{number}"))
        with Gradebook.open(Path(folder, "gradebook.db")) as book:
            started = time.perf_counter()
            discovery = discover.take(Path(folder, "class"), course)
            ledger = Ledger(course, book, now, by="benchmark")
            run = ClassRun(course, discovery, work, book, ledger, cast("Engine", Known(known)), now)
            return (time.perf_counter() - started) / len(list(run))


def now() -> datetime:
    return datetime.now(UTC)


def tell(concepts: int, cost: Cost, number: int) -> None:
    each, low, high = statistics.median(cost.grading), min(cost.grading), max(cost.grading)
    hours, students = number * each / HOUR, len(cost.grading)
    print("measured here")
    print(f"  machine      {machine()}")
    print(f"  graded       {students} students x {concepts} concepts, {cost.checks} checks a student, all right")
    print(f"  opening      {cost.opening:.2f} s, once in each worker process")
    print(f"  grading      {each * 1e3:.1f} ms a submission (median; {low * 1e3:.1f} to {high * 1e3:.1f})")
    print(f"               {cost.processor * 1e3:.1f} ms of processor time a submission, opening included")
    print(f"  collecting   {cost.collecting * 1e3:.2f} ms a submission, in the one process of mlgrade grade")
    print(f"estimated for {number:,} submissions ({math.ceil(number / BATCH):,} batches of {BATCH})")
    print(f"  grading      {number:,} x {each * 1e3:.1f} ms = {hours:.1f} core hours")
    print(f"  in an hour   {needed(number * each, cost)} cores if nothing is lost")
    print(
        f"               {needed(number * each / MARGIN, cost)} cores if {MARGIN:.0%} of their time goes into grading"
    )
    minutes = number * cost.collecting / 60
    print(f"  collecting   {minutes:.0f} minutes of it; enough for {feeds(cost):.0f} cores that grade")


def machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{platform.machine()}, {os.cpu_count()} cores{load}, {versions}"


def needed(seconds: float, cost: Cost) -> int:
    """Cores that do so much in an hour, of which each loses the time to open."""
    return math.ceil(seconds / (HOUR - cost.opening))


def feeds(cost: Cost) -> float:
    """How many cores grade as fast as one process collects."""
    return statistics.median(cost.grading) / cost.collecting


if __name__ == "__main__":
    main()
