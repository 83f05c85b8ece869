"""What a class costs: one submission against a bare loop and against a fresh pytest, jobs side by side, memory, a loop.

    python benchmarks/batch.py [--students 40] [--runs 3] [--large 1000]

Everything is measured in this run, in turns; ratios are between medians. The bare loop imports a file and calls the
same test functions in this process, without isolation, limits, a look at what changed, or feedback. `--large` grades a
class of that many students too, on all cores, and compares the memory with that of a tenth of it.
"""

from __future__ import annotations

import argparse
import importlib.util
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

import generated  # noqa: E402  (material of the tests)
import isolation  # noqa: E402  (beside this file)
from in_process import Student  # noqa: E402  (beside this file)

from mlgrade import course as courses  # noqa: E402  (after the path is set)
from mlgrade.batch import work  # noqa: E402
from mlgrade.course import Course  # noqa: E402
from mlgrade.sandbox import fork_server, host, launch  # noqa: E402
from mlgrade.submissions.model import StudentSubmission, find  # noqa: E402
from mlgrade.suite import session  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--large", type=int, default=0)
    chosen = parser.parse_args()
    one_submission(chosen.runs)
    side_by_side(chosen.students, chosen.runs)
    if chosen.large:
        large(chosen.large)


# -- one submission, right, over the whole course --------------------------------------------------------------


def one_submission(runs: int) -> None:
    course = courses.load(ROOT)
    submissions = [StudentSubmission("ada", one, None) for one in find([ROOT / "solutions"], course)]
    doing = work.grading(course, [one.submission.concept for one in submissions], allow_weak_isolation=True)
    bare = bare_loop(course, submissions)
    with doing.open() as grade:
        everything = lambda: [grade(one) for one in submissions]  # noqa: E731  (one of the acts that take turns)
        ours, plain, fresh = medians(runs * 5, everything, bare, fresh_pytest)
        print(f"{len(submissions)} right submissions, one job: {ms(ours)}; bare loop {ms(plain)}; pytest {ms(fresh)}")
        print(f"against the bare loop: ratio {ours / plain:.1f} (at most 2.5 is the goal)")
        print(f"a fresh pytest process takes {fresh / ours:.1f} times as long for the whole course at once,")
        single = statistics.median(timed(lambda: fresh_pytest("softmax")) for _ in range(runs))
        print(f"and {single / (ours / len(submissions)):.0f} times as long for each submission (goal: 10)")
        profile(everything)


def bare_loop(course: Course, submissions: list[StudentSubmission]) -> Callable[[], object]:
    suites = session.collect([p for one in submissions for p in course.suites(one.submission.concept)], course.root)

    def run() -> None:
        for one in submissions:
            student = Student(imported(ROOT / "solutions" / f"{one.submission.concept}.py"))
            for check in suites[one.submission.concept].checks:
                given: dict[str, Any] = {"student": student}
                if "rng" in check.wants:
                    given["rng"] = session.rng_for(check.id, course.seed)
                check.function(**given, **check.params)

    return run


def imported(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("submission", path)
    assert spec is not None  # noqa: S101  (a file that is there)
    assert spec.loader is not None  # noqa: S101  (likewise)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fresh_pytest(concept: str = "") -> None:
    folders = [f"tests/{part}" + (f"/test_{concept}.py" if concept else "") for part in ("public", "hidden")]
    file = f"solutions/{concept}.py" if concept else "solutions"
    options = ["--import-mode=importlib", "-q", "-p", "in_process", "--file", file, *folders]
    environment = {"PYTHONPATH": str(ROOT / "benchmarks"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "pytest", *options]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)


def profile(act: Callable[[], object]) -> None:
    """Where the time of one pass goes, by watching the two places that wait for somebody else."""
    spent = {"starting workers": 0.0, "loading files": 0.0, "calls": 0.0}
    number = dict.fromkeys(spent, 0)
    with (
        watched(launch.Ahead, "spawn", "starting workers", spent, number),
        watched(host.Worker, "load", "loading files", spent, number),
        watched(host.Worker, "call", "calls", spent, number),
    ):
        whole = timed(act)
    for name, seconds in spent.items():
        print(f"  {name:<18} {seconds / whole:5.0%}  ({number[name]} times, {ms(seconds / number[name])} each)")
    print(f"  {'checks and reports':<18} {1 - sum(spent.values()) / whole:5.0%}")
    workers, calls = number["starting workers"], number["calls"]
    print(f"the floor of this design: {workers} workers and {calls} exchanges, {ms(floor(workers, calls))}")


def floor(workers: int, calls: int) -> float:
    """What as many confined workers and bare exchanges of a byte take, with nothing done in them."""
    parent = fork_server.ForkServer()
    try:
        starting = statistics.median(isolation.start(parent) for _ in range(20))
    finally:
        parent.close()
    with isolation.echo() as exchange:
        return workers * starting + calls * isolation.calls(exchange)


@contextmanager
def watched(kind: Any, name: str, what: str, spent: dict[str, float], number: dict[str, int]) -> Iterator[None]:
    plain = getattr(kind, name)

    def watch(*args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return plain(*args, **kwargs)
        finally:
            spent[what] += time.perf_counter() - begun
            number[what] += 1

    setattr(kind, name, watch)
    try:
        yield
    finally:
        setattr(kind, name, plain)


# -- a class ----------------------------------------------------------------------------------------------------


def side_by_side(students: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        generated.students(Path(folder, "class"), students)
        generated.course(Path(folder, "course"))  # with short limits: a loop's waiting is nobody's work
        number = students * len(generated.CONCEPTS)
        start, one, two = medians(
            runs, *(lambda j=j, n=n: grade(Path(folder), j, n) for j, n in ((2, 1), (1, 0), (2, 0)))
        )
        print(
            f"{number} submissions of a class as it is: one job {ms(one)}, two jobs {ms(two)}, start alone {ms(start)}"
        )
        print(f"two jobs are {(one - start) / (two - start):.2f} times as fast as one (at least 1.8 is the goal)")


def grade(folder: Path, jobs: int, only: int) -> None:
    """The real command on a gradebook of its own; `only` narrows it to one student."""
    with tempfile.TemporaryDirectory() as book:
        command = [sys.executable, "-m", "mlgrade", "grade", str(folder / "class"), "--jobs", str(jobs)]
        course = folder / "course" if (folder / "course").exists() else ROOT
        command += ["--gradebook", f"{book}/gradebook.db", "--allow-weak-isolation", "--course", str(course)]
        command += ["--student", "s00000"] if only else []
        subprocess.run(command, capture_output=True, check=True)


def large(students: int) -> None:
    concepts = [path.stem for path in sorted((ROOT / "solutions").glob("*.py"))]
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for number in (students // 10, students):
            generated.students(Path(folder, str(number), "class"), number, concepts)
            seconds = timed(lambda n=number: grade(Path(folder, str(n)), 2, 0))  # type: ignore[misc]  # a default
            peaks.append(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
            print(f"{number} students x {len(concepts)} concepts, two jobs: {seconds:.0f} s", flush=True)
        print(f"the largest process: {peaks[0]:.0f} MiB for a tenth of the class, {peaks[1]:.0f} MiB for all of it")


# -- measuring --------------------------------------------------------------------------------------------------


def medians(runs: int, *acts: Callable[[], object]) -> list[float]:
    """Seconds of each act, the acts taking turns."""
    for act in acts:
        act()
    rounds = [[timed(act) for act in acts] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


if __name__ == "__main__":
    main()
