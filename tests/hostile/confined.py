"""mlgrade on the corpus: one process with one fork server for a group of attacks, as a class is graded.

Reads one JSON line for each attack from its standard input ({"world": ..., "port": ...}), grades the attack and then
the honest twin in that world, and answers with one line. Whoever asked looks at the machine before it asks again.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def load_docker_profile() -> None:
    """Stand behind the system call filter of Docker's default profile, before anything else is done."""
    sys.path.insert(0, str(HERE))
    importlib.import_module("docker_profile").load()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", action="append", default=[], metavar="WALL", help="take a wall away")
    parser.add_argument("--docker", action="store_true", help="load Docker's profile first")
    return parser.parse_args()


def start(without: list[str]) -> Any:
    from mlgrade.sandbox.launch import launcher

    return launcher(without=tuple(without))


def grade(host: Any, world: Path, port: int) -> dict[str, Any]:
    from mlgrade import course as courses
    from mlgrade.api import summary
    from mlgrade.grading.grader import Grader
    from mlgrade.submissions.model import Submission

    course = courses.load(world / "course" / "course.yml")
    grader, answers = Grader(course, ["softmax"], host), {}
    for who in ("attack", "twin"):
        source = (world / "submissions" / f"{who}.py").read_text()
        source = source.replace("@GRADER@", str(os.getpid())).replace("@PORT@", str(port))
        submission = Submission(concept="softmax", file="softmax.py", source=source.encode())
        begun = time.perf_counter()
        report = summary(course, [grader.grade(submission)], 0.0, host.walls)
        answers[who] = {"earned": report.earned, "seconds": time.perf_counter() - begun, **shown(report)}
    return answers


def shown(report: Any) -> dict[str, str]:
    """A report in every form in which anybody reads it."""
    from rich.console import Console

    from mlgrade.reports import junit, terminal

    page = io.StringIO()
    terminal.render(Console(file=page, width=100, force_terminal=False), report, verbose=True)
    return {"json": report.to_json().decode(), "text": page.getvalue(), "junit": junit.render(report).decode()}


if __name__ == "__main__":
    chosen = options()
    if chosen.docker:
        load_docker_profile()
    started = start(chosen.without)
    from mlgrade.sandbox.host import Host

    with Host(started) as workers:
        print(json.dumps({"ready": os.getpid()}), flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            answer = grade(workers, Path(asked["world"]), asked["port"])
            started.rest()  # our own worker in reserve would look like one that an attack left
            print(json.dumps(answer), flush=True)
