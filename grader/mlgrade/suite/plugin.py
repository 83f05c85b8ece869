"""The same suites under plain pytest, for an author who debugs one:

    pytest -p mlgrade.suite.plugin --submission exercises/softmax.py tests/hidden/test_softmax.py

pytest runs its whole protocol here, with its own assertions, options and tracebacks. The outcomes of all three phases
become findings like those of `session`; a test holds the two ways to equal results.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pytest

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.results import Finding, Outcome
from mlgrade.sandbox.attempt import WorkerSession
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.protocol import Loaded
from mlgrade.submissions import model as submissions
from mlgrade.submissions.model import SourceText
from mlgrade.suite import marks
from mlgrade.suite.findings import Verdict, finding, verdict_of
from mlgrade.suite.session import ENDS, Check, check_of, concept_of, rng_for
from mlgrade.suite.student import CallRecord, Student

FINDINGS = pytest.StashKey[list[Finding]]()
PHASES = pytest.StashKey[dict[str, BaseException]]()
FAILED = pytest.StashKey[dict[tuple[str, str], str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the plug-in."""
    group = parser.getgroup("mlgrade")
    group.addoption("--submission", type=Path, help="the student's file that the checks are run on")
    group.addoption("--course", type=Path, default=None, help="course.yml; default: the one around the checks")
    group.addoption("--seed", type=int, default=None, help="another seed than the course's")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    marks.register(config)
    config.stash[FINDINGS], config.stash[FAILED] = [], {}


@pytest.fixture(scope="session")
def _course(request: pytest.FixtureRequest) -> Course:
    given = request.config.getoption("--course")
    return courses.load(given or courses.find(request.session.items[0].path))


@pytest.fixture(scope="session")
def _host() -> Iterator[Host]:
    with Host(launcher()) as host:
        yield host


@pytest.fixture(scope="session")
def _attempts(_host: Host) -> Iterator[dict[str, tuple[WorkerSession, Loaded]]]:
    """One attempt for each concept, over its public and hidden suite: they share its time, as in grading."""
    attempts: dict[str, tuple[WorkerSession, Loaded]] = {}
    yield attempts
    for attempt, _ in attempts.values():
        attempt.close()


@pytest.fixture
def _attempt(
    request: pytest.FixtureRequest, _course: Course, _host: Host, _attempts: dict[str, tuple[WorkerSession, Loaded]]
) -> tuple[WorkerSession, Loaded]:
    concept = concept_of(request.node)
    if concept not in _attempts:
        _attempts[concept] = _begin(request.config.getoption("--submission"), _course, concept, _host)
    return _attempts[concept]


def _begin(path: Path | None, course: Course, name: str, host: Host) -> tuple[WorkerSession, Loaded]:
    if path is None:
        pytest.exit("say which file to check: --submission exercises/softmax.py", returncode=4)
    submission = submissions.read(path, course.concept(name).id)
    attempt = WorkerSession(host, submissions.request(submission, course), course.sandbox_limits())
    loaded = attempt.load()
    if not isinstance(loaded, Loaded) or loaded.fault:
        attempt.close()
        pytest.exit(f"{path} cannot be run; mlgrade check {path} says why", returncode=3)
    return attempt, loaded


@pytest.fixture
def student(request: pytest.FixtureRequest, _attempt: tuple[WorkerSession, Loaded]) -> Student:
    """Give the functions of the submission."""
    attempt, loaded = _attempt
    return Student(attempt, loaded.functions, marks.may_return(request.node))


@pytest.fixture
def rng(request: pytest.FixtureRequest, _course: Course) -> np.random.Generator:
    """Give the random numbers of the check."""
    seed = request.config.getoption("--seed")
    return rng_for(_check(request.node).id, _course.seed if seed is None else seed)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what requires a check that has failed, as `session` does."""
    failed = item.config.stash[FAILED]
    for name in (name for mark in item.iter_markers("requires") for name in mark.args):
        if title := failed.get((concept_of(item), name)):
            pytest.skip(f'needs "{title}" to pass first')


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a check that passed, or stumbled, on a result that is nothing, as `session` does."""
    called, error = None, None
    try:
        called = yield
    except ENDS as raised:
        error = raised
    student = pyfuncitem.funcargs.get("student")
    if judged := student.judged(error) if isinstance(student, Student) else error:
        raise judged
    return called


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failed check in the words of mlgrade."""
    report = yield
    raised = item.stash.setdefault(PHASES, {})
    if call.excinfo is not None:
        raised[call.when] = call.excinfo.value
    if call.when == "teardown":
        _record(item, raised)
    return report


def _record(item: pytest.Function, raised: dict[str, BaseException]) -> None:
    check = _check(item)
    made = finding(check.id, check.visibility, check.marks, _verdict(item, raised))
    item.config.stash[FINDINGS].append(made)
    if made.outcome is not Outcome.PASSED:
        item.config.stash[FAILED][concept_of(item), check.name] = check.marks.title


def _check(item: pytest.Function) -> Check:
    """The check of an item, with its number among the cases of one parametrised check."""
    twins = [other for other in item.session.items if isinstance(other, pytest.Function) and other.obj is item.obj]
    return check_of(item, twins.index(item))


def _verdict(item: pytest.Function, raised: dict[str, BaseException]) -> Verdict:
    """Setup and teardown are ours: what fails there is never the student's fault."""
    setup = raised.get("setup")
    if isinstance(setup, pytest.skip.Exception):
        return Verdict(Outcome.SKIPPED, str(setup))
    if fault := setup or raised.get("teardown"):
        return Verdict(Outcome.BROKEN, "the check itself is broken", f"{type(fault).__name__}: {fault}")
    path = item.config.getoption("--submission")
    source = SourceText(str(path), path.read_text(encoding="utf-8", errors="replace").splitlines())
    return verdict_of(raised.get("call"), _calls(item), source)


def _calls(item: pytest.Function) -> list[CallRecord]:
    student = item.funcargs.get("student")
    return student.calls if isinstance(student, Student) else []
