"""Collects the suites of a concept once, with pytest, and runs them for many submissions.

pytest finds and imports the checks and reads their marks. After that each check is called directly, because pytest's
own protocol costs more than most checks do. So that both ways give equal results (a test holds them to it), a graded
check asks for no other fixtures than `student` and `rng` and its own parameters.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from mlgrade.course.model import SEED_BITS
from mlgrade.errors import SuiteError
from mlgrade.results import Finding, Outcome, Visibility
from mlgrade.sandbox.attempt import WorkerSession
from mlgrade.sandbox.protocol import Function
from mlgrade.submissions.model import SourceText
from mlgrade.suite import guard, marks
from mlgrade.suite.findings import Verdict, finding, verdict_of
from mlgrade.suite.student import CallRecord, Student

FIXTURES = {"student", "rng"}
# What a check may end with. A suite that ends itself is as broken as one that raises.
ENDS = (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception, guard.OvertimeError)
_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
# What pytest brings for people at a terminal and a graded check never meets; leaving it out halves the start.
_UNUSED = (
    "cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml", "logging", "nose", "pastebin",
    "recwarn", "setuponly", "setupplan", "stepwise", "terminal", "terminalprogress", "threadexception",
    "unraisableexception", "warnings",
)  # fmt: skip


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One collected check: a plain function with its parameters filled in."""

    id: str
    name: str
    file: str
    line: int
    marks: marks.Marks
    visibility: Visibility
    function: Callable[..., None]
    wants: frozenset[str]
    params: Mapping[str, Any]


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one check, and the calls that it made."""

    finding: Finding
    calls: list[CallRecord]


class Suite(msgspec.Struct, frozen=True):
    """The checks of one concept."""

    checks: tuple[Check, ...]

    def run(
        self, attempt: WorkerSession, functions: Mapping[str, Function], source: SourceText, seed: int
    ) -> list[Ran]:
        """Run every check in order. Each gets a student of its own, and random numbers by its id and the seed."""
        ran: list[Ran] = []
        failed: dict[str, str] = {}
        clock = guard.Clock()
        with guard.memory():
            for check in self.checks:
                needs = next((failed[name] for name in check.marks.requires if name in failed), "")
                student = Student(attempt, functions, check.marks.may_return)
                result = _skip(check, needs) if needs else _run(check, student, source, seed, clock)
                if result.finding.outcome is not Outcome.PASSED:
                    failed[check.name] = check.marks.title
                ran.append(result)
        return ran

    def complete(self, ran: Sequence[Ran]) -> list[Ran]:
        """Hold what was reported against what was collected: a check with no report of its own, or two, is broken."""
        reports: dict[str, list[Ran]] = {}
        for one in ran:
            reports.setdefault(one.finding.id, []).append(one)
        if foreign := reports.keys() - {check.id for check in self.checks}:
            raise SuiteError(f"a report on {min(foreign)}, which was not collected")
        return [_only(check, reports.get(check.id, [])) for check in self.checks]

    def alone(self, check_id: str) -> list[Check]:
        """One check of this suite, with nothing required of it."""
        free = [c for c in self.checks if c.id == check_id]
        return [msgspec.structs.replace(c, marks=msgspec.structs.replace(c.marks, requires=())) for c in free]


def rng_for(check_id: str, seed: int) -> np.random.Generator:
    """Return the random numbers of a check.

    A long seed is a secret: numpy's seeding can be computed backwards from inputs that students see, so a hash stands
    between the two. A short seed can be tried out anyway, and keeps the inputs that it has always given.
    """
    if seed.bit_length() > SEED_BITS // 2:
        digest = hashlib.sha256(f"{seed} {check_id}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest, "big"))
    return np.random.default_rng([seed, zlib.crc32(check_id.encode())])


def _only(check: Check, reports: Sequence[Ran]) -> Ran:
    if len(reports) == 1:
        return reports[0]
    verdict = Verdict(Outcome.BROKEN, "the check itself is broken", f"{len(reports)} reports where one should be")
    return Ran(finding=finding(check.id, check.visibility, check.marks, verdict), calls=[])


def _skip(check: Check, needs: str) -> Ran:
    verdict = Verdict(Outcome.SKIPPED, f'needs "{needs}" to pass first')
    return Ran(finding=finding(check.id, check.visibility, check.marks, verdict), calls=[])


def _run(check: Check, student: Student, source: SourceText, seed: int, clock: guard.Clock) -> Ran:
    given: dict[str, Any] = {"student": student}
    if "rng" in check.wants:  # making one costs as much as many a check does
        given["rng"] = rng_for(check.id, seed)
    verdict = verdict_of(student.judged(_raised_by(check, given, clock)), student.calls, source)
    return Ran(finding=finding(check.id, check.visibility, check.marks, verdict), calls=student.calls)


def _raised_by(check: Check, given: Mapping[str, Any], clock: guard.Clock) -> BaseException | None:
    try:
        with clock:
            check.function(**{name: given[name] for name in check.wants}, **check.params)
    except ENDS as error:  # judged, not swallowed
        return error
    return None


# -- collection -----------------------------------------------------------------------------------------------


def collect(paths: Iterable[Path], root: Path) -> dict[str, Suite]:
    """Collect suite files once; one `Suite` for each concept, its public checks first."""
    collector, files = _Collector(), [*map(str, paths)]
    _pytest(files, root, collector)
    collected = {check.file for checks in collector.checks.values() for check in checks}
    for file in files:
        if not collector.problems and str(Path(file).resolve()) not in collected:
            collector.problems.append(f"{file}: no check is in it")
    if collector.problems:
        raise SuiteError("\n".join(collector.problems))
    return {concept: Suite(tuple(checks)) for concept, checks in collector.checks.items()}


def _pytest(paths: Sequence[str], root: Path, collector: _Collector) -> None:
    options = ["--import-mode=importlib", "--assert=plain", "--noconftest", "--disable-plugin-autoload"]
    unused = [part for name in _UNUSED for part in ("-p", f"no:{name}")]
    ini = Path(__file__).with_name("suite.ini")
    habits = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    known, said = set(sys.modules), io.BytesIO()
    stream = io.TextIOWrapper(said, "utf-8", "backslashreplace", write_through=True)
    # Nothing compiled is left beside a hidden suite.
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            arguments = [*options, *unused, "-c", str(ini), "--rootdir", str(root), *paths]
            code = int(pytest.main(arguments, plugins=[collector]))
    finally:
        sys.dont_write_bytecode = written
        os.environ.update(habits)  # the user's own habits are not part of a grade, and not ours to change
        _forget(set(sys.modules) - known, paths)
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) and not collector.problems:
        collector.problems.append(_ended(said.getvalue().decode("utf-8", "replace"), paths, code))


def _ended(said: str, paths: Sequence[str], code: int) -> str:
    """Why pytest itself came to an end. A suite that ends Python while it is imported takes pytest with it."""
    frames = [f"{file}:{line}" for file, line in _FRAME.findall(said) if file in paths]
    if frames and "SystemExit" in said:
        return f"{frames[-1]}: cannot be collected: ends Python (SystemExit)"
    return f"pytest could not collect {', '.join(paths)} (exit {code}): {said.strip()}"


def _forget(names: Iterable[str], paths: Sequence[str]) -> None:
    """Take suites out of sys.modules, where another course's suite of the same name would be mistaken for them."""
    files = {str(Path(path).resolve()) for path in paths}
    for name in names:
        if str(Path(getattr(sys.modules[name], "__file__", None) or ".").resolve()) in files:
            del sys.modules[name]


class _Collector:
    """A pytest plugin that keeps what was collected, and lets pytest run nothing."""

    def __init__(self) -> None:
        self.checks: dict[str, list[Check]] = {}
        self.problems: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        marks.register(config)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.problems.append(f"{report.nodeid}: skips itself; a graded suite always runs")
        if report.failed:
            self.problems.append(f"{report.nodeid}: cannot be collected: {str(report.longrepr).strip()}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            try:
                self._add(item)
            except SuiteError as error:
                self.problems.append(str(error))

    def pytest_runtestloop(self) -> bool:
        return True

    def _add(self, item: pytest.Item) -> None:
        if not isinstance(item, pytest.Function):
            raise SuiteError(f"{item.nodeid}: only functions can be checks")
        _admit(item)
        checks = self.checks.setdefault(concept_of(item), [])
        check = check_of(item, sum(other.name == marks.name(item) for other in checks))
        known = {other.name for other in checks}
        if missing := [name for name in check.marks.requires if name not in known]:
            raise SuiteError(f"{item.nodeid}: requires {missing[0]!r}, which is no check above it")
        if check.id in {other.id for other in checks}:
            raise SuiteError(f"{item.nodeid}: another check of this concept has the name {check.name} too")
        checks.append(check)


def _admit(item: pytest.Function) -> None:
    """Refuse what only pytest's own protocol could run, or what would let a check not run at all."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if inspect.iscoroutinefunction(item.function):
        raise SuiteError(f"{item.nodeid}: is a coroutine, which nobody would wait for")
    if foreign := set(item.fixturenames) - FIXTURES - set(params):
        named = foreign.intersection(inspect.signature(item.function).parameters) or foreign
        raise SuiteError(f"{item.nodeid}: asks for {min(named)!r}; a check has only student and rng")
    if unfit := [mark.name for mark in item.iter_markers() if mark.name in {"skip", "skipif", "xfail", "usefixtures"}]:
        raise SuiteError(f"{item.nodeid}: is marked {unfit[0]}; a graded check always runs")


def concept_of(item: pytest.Item) -> str:
    """Return the concept that a check belongs to, by its file."""
    return item.path.stem.removeprefix("test_")


def check_of(item: pytest.Function, number: int = 0) -> Check:
    """Read a pytest item as a check. `number` tells the cases of one parametrised check apart."""
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    wants = frozenset(inspect.signature(item.function).parameters) - set(params)
    visibility, name = marks.visibility(item), marks.name(item)
    case = f"[{number}]" if params else ""  # never pytest's own id, which spells out the parameters
    return Check(
        id=f"{concept_of(item)}.{visibility}.{name}{case}",
        name=name,
        file=str(item.path),
        line=(item.location[1] or 0) + 1,
        marks=marks.read(item),
        visibility=visibility,
        function=item.obj,
        wants=wants,
        params=params,
    )
