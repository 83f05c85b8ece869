"""Checks the cells of a notebook with the visible checks, in a process of its own.

A kernel is no place for it: what a student has set in numpy there would hold for the suites too, and the kernel's
memory, signals and standard streams are not ours. One question on standard input, one answer on standard output.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from mlgrade import interpreter
from mlgrade.course import Course
from mlgrade.errors import Exit, MlgradeError, UsageError
from mlgrade.reports.progress import Change
from mlgrade.results import Report, Visibility


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The question of a kernel: which cells to check."""

    course: str
    concept: str
    file: str
    cells: list[tuple[int, str]]


class VisibleReport(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The answer: the report, and what changed since the last run."""

    report: Report
    change: Change | None  # since the last time
    edition: str
    forgotten: str  # why this run is not remembered, if it is not


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The answer where nothing could be checked."""

    why: str
    usage: bool


def ask(asked: Asked) -> VisibleReport:
    """Have the cells checked. Raises what the other process would have raised."""
    command, environment = interpreter.command("mlgrade.integrations.ipython.visible"), interpreter.environment()
    done = subprocess.run(command, env=environment, input=msgspec.json.encode(asked), capture_output=True, check=False)
    try:
        answer: VisibleReport | Refused = msgspec.json.decode(done.stdout, type=VisibleReport | Refused)
    except msgspec.MsgspecError:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise MlgradeError(f"the check ended without a result (exit status {done.returncode}): {said}") from None
    if isinstance(answer, Refused):
        raise (UsageError if answer.usage else MlgradeError)(answer.why)
    return answer


# -- the other process ----------------------------------------------------------------------------------------


def main() -> None:
    """Answer one question on standard input."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)
    with contextlib.redirect_stdout(sys.stderr):  # whatever a suite prints is no part of the answer
        try:
            answer: VisibleReport | Refused = _answer(asked)
        except MlgradeError as error:
            answer = Refused(why=str(error), usage=error.exit_code is Exit.USAGE)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _answer(asked: Asked) -> VisibleReport:
    from mlgrade.sandbox.launch import launcher

    begun = time.perf_counter()
    started = launcher()  # first of all: the worker loads numpy while this process loads pytest
    try:
        from mlgrade import api
        from mlgrade import course as courses
        from mlgrade.sandbox.host import Host
        from mlgrade.submissions import model as submissions

        course = _visible(courses.load(Path(asked.course)))
        submission = submissions.from_cells(asked.file, course.concept(asked.concept).id, asked.cells)
        report = api.grade([submission], course, Host(started))
    finally:
        started.close()
    seconds = round(time.perf_counter() - begun, 3)
    return _remembered(course, submission.sha256, msgspec.structs.replace(report, seconds=seconds))


class _Visible(Course, frozen=True, kw_only=True):
    def suites(self, concept: str) -> list[Path]:
        """Hidden suites are not even read: the answer goes into a kernel."""
        return [path for path in Course.suites(self, concept) if path.parent.name == Visibility.PUBLIC]


def _visible(course: Course) -> Course:
    return _Visible(**{name: getattr(course, name) for name in course.__struct_fields__})


def _remembered(course: Course, sha256: str, report: Report) -> VisibleReport:
    from mlgrade.reports import progress

    memories, concept = progress.load(course), report.concepts[0]
    key = progress.key(concept.concept, concept.file)
    change = progress.change(memories.get(key), concept)
    memories[key] = progress.memory(concept, sha256)
    return VisibleReport(
        report=report, change=change, edition=course.edition, forgotten=progress.save(course, memories)
    )


if __name__ == "__main__":
    main()
