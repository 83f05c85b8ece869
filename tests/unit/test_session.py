"""Suites: what is taken as a check, what is refused, and how the checks of one suite are run."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from mlgrade.errors import SuiteError
from mlgrade.results import Outcome, Visibility
from mlgrade.suite import session

if TYPE_CHECKING:
    from conftest import Bench

TWO = '''
import pytest
from mlgrade.suite.compare import close

@pytest.mark.points(3)
@pytest.mark.aspect("shapes")
@pytest.mark.hint("Count.")
def test_first(student):
    """Adds one.

    More words, which nobody reads."""
    close(student.f(1.0), 2.0)

@pytest.mark.requires("first")
def test_second(student, rng):
    """Adds one to anything."""
    z = rng.normal()
    close(student.f(z), z + 1)
'''
GOOD = "def f(z):\n    return z + 1\n"
BAD = "def f(z):\n    return z + 2\n"


def outcomes(bench: Bench, suite: session.Suite, source: str, *functions: str, **limits: float) -> dict[str, Outcome]:
    ran = bench.run(suite, source, *functions, **limits)
    return {one.finding.id.split(".", 1)[1]: one.finding.outcome for one in ran}


# -- what is refused ------------------------------------------------------------------------------------------

CHECK = 'def test_x(student):\n    """T."""\n'
REFUSED = {
    "a syntax error": ("def test_x(:\n", "cannot be collected"),
    "an error at import": ("1 / 0\n", "ZeroDivisionError"),
    "a failing import": ("import no_such_module_anywhere\n", "no_such_module_anywhere"),
    "the end of the program": ("raise SystemExit(0)\n", "ends Python (SystemExit)"),
    "no docstring": ("def test_x(student):\n    pass\n", "needs a docstring"),
    "an empty docstring": ('def test_x(student):\n    """"""\n', "needs a docstring"),
    "a fixture of pytest's": ('def test_x(student, tmp_path):\n    """T."""\n', "a check has only student and rng"),
    "a fixture of its own": (f"import pytest\n@pytest.fixture\ndef z():\n    return 1\n{CHECK.replace('student', 'student, z')}", "asks for 'z'"),
    "a fixture for all": (f"import pytest\n@pytest.fixture(autouse=True)\ndef z():\n    pass\n{CHECK}", "asks for 'z'"),
    "an unknown fixture": (CHECK.replace("student", "studnet"), "asks for 'studnet'"),
    "set up by module": (f"def setup_module():\n    pass\n{CHECK}", "asks for"),
    "set up by function": (f"def setup_function():\n    pass\n{CHECK}", "asks for"),
    "set up by method": ('class TestA:\n    def setup_method(self):\n        pass\n    def test_x(self, student):\n        """T."""\n', "asks for"),
    "a skip": (f"import pytest\n@pytest.mark.skip\n{CHECK}", "is marked skip; a graded check always runs"),
    "a skip by condition": (f"import pytest\n@pytest.mark.skipif(False, reason='')\n{CHECK}", "is marked skipif"),
    "an expected failure": (f"import pytest\n@pytest.mark.xfail\n{CHECK}", "is marked xfail"),
    "a skip of all": (f"import pytest\npytestmark = pytest.mark.skip\n{CHECK}", "is marked skip"),
    "a skip of the file": (f"import pytest\npytest.skip('later', allow_module_level=True)\n{CHECK}", ""),
    "a missing module": (f"import pytest\npytest.importorskip('no_such_module_anywhere')\n{CHECK}", ""),
    "one parameter skipped": (f"import pytest\n@pytest.mark.parametrize('z', [pytest.param(1, marks=pytest.mark.skip)])\n{CHECK.replace('student', 'student, z')}", "is marked skip"),
    "no parameters": (f"import pytest\n@pytest.mark.parametrize('z', [])\n{CHECK.replace('student', 'student, z')}", ""),
    "used fixtures": (f"import pytest\n@pytest.mark.usefixtures('student')\n{CHECK}", "is marked usefixtures"),
    "a misspelt mark": (f"import pytest\n@pytest.mark.pionts(2)\n{CHECK}", "pionts"),
    "no points": (f"import pytest\n@pytest.mark.points(0)\n{CHECK}", "points must be a positive number (got 0)"),
    "points that are text": (f"import pytest\n@pytest.mark.points('2')\n{CHECK}", "points must be a positive number"),
    "points that are no number": (f"import pytest\n@pytest.mark.points(float('nan'))\n{CHECK}", "points must be a positive number"),
    "points without an end": (f"import pytest\n@pytest.mark.points(float('inf'))\n{CHECK}", "points must be a positive number"),
    "an unknown kind of nothing": (f"import pytest\n@pytest.mark.may_return('none')\n{CHECK}", "may_return takes \"empty\" and \"nan\" (got 'none')"),
    "no kind of nothing": (f"import pytest\n@pytest.mark.may_return\n{CHECK}", "may_return takes \"empty\" and \"nan\" (got None)"),
    "a requirement that is nowhere": (f"import pytest\n@pytest.mark.requires('y')\n{CHECK}", "requires 'y', which is no check above it"),
    "a requirement of itself": (f"import pytest\n@pytest.mark.requires('x')\n{CHECK}", "requires 'x', which is no check above it"),
    "a requirement below": (f"import pytest\n@pytest.mark.requires('y')\n{CHECK}{CHECK.replace('test_x', 'test_y')}", "requires 'y', which is no check above it"),
    "a coroutine": (f"async {CHECK}", ""),
    "a generator": (f"{CHECK}    yield\n", ""),
    "one name twice": (f'{CHECK}class TestA:\n    def test_x(self, student):\n        """U."""\n', ""),
    "a unittest": ('import unittest\nclass A(unittest.TestCase):\n    def test_x(self):\n        """T."""\n', ""),
    "nothing in it": ("x = 1\n", ""),
}  # fmt: skip


@pytest.mark.parametrize(("body", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_suite_that_could_not_be_trusted(bench: Bench, body: str, said: str) -> None:
    """What cannot be collected, and what would pass without running or run otherwise, is refused by file."""
    path = bench.write(body)
    with pytest.raises(SuiteError) as raised:
        session.collect([path], bench.root)
    assert path.name in str(raised.value)
    assert said in str(raised.value)


def test_every_broken_check_is_said(bench: Bench) -> None:
    """The faults of all suites are said at once."""
    first = bench.write("def test_a(student):\n    pass\n\ndef test_b(student):\n    pass\n")
    second = bench.write("1 / 0\n")
    with pytest.raises(SuiteError) as raised:
        session.collect([first, second], bench.root)
    assert all(word in str(raised.value) for word in ("test_a", "test_b", second.name))


def test_a_file_that_is_not_there(bench: Bench) -> None:
    """A suite that is missing is an error of the suite."""
    with pytest.raises(SuiteError):
        session.collect([bench.root / "test_nothing.py"], bench.root)


# -- what is taken --------------------------------------------------------------------------------------------


def test_marks_and_title(bench: Bench) -> None:
    """A check has its marks and, as title, the first line of its docstring without the stop."""
    first, second = bench.suite(TWO).checks
    assert (first.name, first.marks.title, first.marks.weight) == ("first", "Adds one", 3.0)
    assert (first.marks.aspect, first.marks.hint) == ("shapes", "Count.")
    assert (second.marks.weight, second.marks.aspect, second.marks.hint) == (1.0, "values", "")
    assert second.marks.requires == ("first",)
    assert (first.visibility, first.line) == (Visibility.PUBLIC, 5)


def test_public_checks_come_first_and_both_make_one_suite(bench: Bench) -> None:
    """The folder says what is hidden; both files of a concept make one suite in the order given."""
    public = bench.write(CHECK, concept="both")
    hidden = bench.write(CHECK.replace("test_x", "test_y"), visibility="hidden", concept="both")
    suite = bench.collect(public, hidden)
    assert [check.id for check in suite.checks] == ["both.public.x", "both.hidden.y"]


def test_a_hidden_check_may_require_a_public_one(bench: Bench) -> None:
    """What a hidden check requires may stand in the public suite."""
    public = bench.write(CHECK, concept="across")
    hidden = bench.write(
        f"import pytest\n@pytest.mark.requires('x')\n{CHECK.replace('test_x', 'test_y')}",
        visibility="hidden",
        concept="across",
    )
    assert bench.collect(public, hidden).checks[1].marks.requires == ("x",)


def test_ids_hold_no_parameters(bench: Bench) -> None:
    """Cases of one check are numbered: their parameters, which are inputs, are not in what a student reads."""
    suite = bench.suite(f"""
import pytest
from mlgrade.suite.compare import close

@pytest.mark.parametrize("z", [271828, "TOPSECRET"], ids=["REVEALED", "TOLD"])
{CHECK.replace("student", "student, z")}    close(student.f(1), 2)
""")
    assert [check.id.split(".")[-1] for check in suite.checks] == ["x[0]", "x[1]"]
    assert [check.params for check in suite.checks] == [{"z": 271828}, {"z": "TOPSECRET"}]
    found = bench.run(suite, BAD)
    shown = repr([(one.finding.id, one.finding.title, one.finding.problem) for one in found])
    assert not [word for word in ("271828", "TOPSECRET", "REVEALED", "TOLD") if word in shown]


def test_habits_of_the_user_do_not_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTEST_ADDOPTS, PYTEST_PLUGINS, a pytest.ini and a conftest.py around a suite change nothing, and are left as they were."""
    path = bench.write(CHECK)
    (bench.root / "conftest.py").write_text("1 / 0\n")
    (bench.root / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option -k nothing")
    assert len(bench.collect(path).checks) == 1
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option -k nothing"


def test_plugins_of_the_user_do_not_count(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTEST_PLUGINS is the user's too: what it names is not loaded, and is left as it was."""
    path = bench.write(CHECK)
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin_anywhere")
    assert len(bench.collect(path).checks) == 1
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin_anywhere"


def test_nothing_is_written_beside_a_suite(bench: Bench) -> None:
    """Collecting leaves no compiled file and no cache in the course."""
    bench.suite(CHECK)
    assert {path.name for path in bench.root.rglob("*")} - {"tests", "public"} == {
        path.name for path in bench.root.rglob("test_*.py")
    }


def test_collecting_says_nothing(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    """pytest's own talk does not reach the student's terminal, whether it goes well or not."""
    bench.suite(CHECK)
    with pytest.raises(SuiteError):
        bench.suite("raise SystemExit(3)\n")
    assert capfd.readouterr() == ("", "")


def test_a_second_course_has_its_own_suites(bench: Bench) -> None:
    """Two courses in one process, or one that was edited meanwhile, do not share the suite that was read first."""
    first, second = bench.root / "one", bench.root / "two"
    titles = []
    for root, title in ((first, "First."), (second, "Second."), (second, "Edited.")):
        (root / "tests" / "public").mkdir(parents=True, exist_ok=True)
        path = root / "tests" / "public" / "test_shared.py"
        path.write_text(CHECK.replace("T.", title))
        titles.append(session.collect([path], root)["shared"].checks[0].marks.title)
    assert titles == ["First", "Second", "Edited"]


# -- running --------------------------------------------------------------------------------------------------


def test_right_and_wrong(bench: Bench) -> None:
    """A right answer passes everything; a wrong one fails, and what requires the failed check is skipped."""
    suite = bench.suite(TWO)
    assert set(outcomes(bench, suite, GOOD).values()) == {Outcome.PASSED}
    assert outcomes(bench, suite, BAD) == {"public.first": Outcome.FAILED, "public.second": Outcome.SKIPPED}
    skipped = bench.run(suite, BAD)[1]
    assert skipped.finding.problem == 'needs "Adds one" to pass first'
    assert skipped.calls == []


def test_skipping_goes_on(bench: Bench) -> None:
    """What requires a skipped check is skipped too."""
    third = '\n@pytest.mark.requires("second")\ndef test_third(student):\n    """Third."""\n    student.f(1)\n'
    assert outcomes(bench, bench.suite(TWO + third), BAD)["public.third"] is Outcome.SKIPPED


def test_one_failed_case_skips_what_requires_the_check(bench: Bench) -> None:
    """A parametrised check counts as passed when each of its cases has."""
    suite = bench.suite("""
import pytest
from mlgrade.suite.compare import close

@pytest.mark.parametrize("z", [1, 5, 1])
def test_cases(student, z):
    '''Cases.'''
    close(student.f(z), z + 1)

@pytest.mark.requires("cases")
def test_after(student):
    '''After.'''
""")
    found = outcomes(bench, suite, "def f(z):\n    return z + 1 if z == 1 else 0\n")
    assert list(found.values()) == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED]


BROKEN = {
    "an exception": "    student.f(1)\n    1 / 0\n",
    "a function that the course does not list": "    student.g(1)\n",
    "an argument that cannot cross": "    student.f(object())\n",
    "pytest.fail": "    import pytest\n    pytest.fail('x')\n",
    "pytest.skip": "    import pytest\n    pytest.skip('x')\n",
    "the last call before the first": "    student.last\n",
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN.keys())
def test_broken_suite_code_is_our_fault(bench: Bench, code: str) -> None:
    """A check that stumbles over itself is broken, and the checks after it run."""
    suite = bench.suite(f'{CHECK}{code}\ndef test_y(student):\n    """U."""\n    student.f(1)\n')
    found = outcomes(bench, suite, GOOD)
    assert found == {"public.x": Outcome.BROKEN, "public.y": Outcome.PASSED}


def test_what_a_suite_catches_itself(bench: Bench) -> None:
    """A check cannot take a failed call for a value: `except Exception` around it is the only way to hide one."""
    suite = bench.suite(f"{CHECK}    assert student.f(1) is None\n")
    assert outcomes(bench, suite, "def f(z):\n    raise ValueError\n") == {"public.x": Outcome.RAISED}


def test_stubs_and_missing_functions(bench: Bench) -> None:
    """A check of a stub is skipped, one of a missing function fails; the other function is graded as ever."""
    body = "".join(f'def test_{name}(student):\n    """T {name}."""\n    student.{name}(1)\n\n' for name in "fgh")
    found = outcomes(bench, bench.suite(body), GOOD + "def g(z):\n    pass\n", "f", "g", "h")
    assert list(found.values()) == [Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED]


def test_an_endless_call_costs_its_check(bench: Bench) -> None:
    """A call without an end costs its own check; after three of them the function is not tried again."""
    rows = [f'def test_{n}(student):\n    """T {n}."""\n    student.{"g" if n == 2 else "f"}(1)\n\n' for n in range(6)]
    source = "def f(z):\n    while True:\n        pass\n\ndef g(z):\n    return z\n"
    ran = bench.run(bench.suite("".join(rows)), source, "f", "g", call_seconds=0.1)
    assert [one.finding.outcome for one in ran] == [Outcome.TIMED_OUT] * 2 + [Outcome.PASSED] + [Outcome.TIMED_OUT] * 3
    assert [one.finding.problem.split()[0] for one in ran if one.finding.problem] == ["stopped"] * 3 + ["not"] * 2


def test_state_does_not_pass_between_arguments(bench: Bench) -> None:
    """What a call changed in its argument is recorded with the argument as it was before."""
    suite = bench.suite(f"import numpy as np\n{CHECK}    student.f(np.zeros(2))\n")
    [one] = bench.run(suite, "def f(z):\n    z += 1\n    return z\n")
    assert one.calls[0].args[0].tolist() == [0.0, 0.0]
    assert one.calls[0].changed == ["1"]
    assert one.calls[0].shares == ["1"]


def test_random_inputs_depend_on_id_and_seed(bench: Bench) -> None:
    """The same check and seed give the same inputs in every run; another seed or another check gives others."""
    suite = bench.suite("".join(f'def test_{n}(student, rng):\n    """T {n}."""\n    student.f(rng.normal())\n\n' for n in "ab"))  # fmt: skip
    inputs = [[one.calls[0].args[0] for one in bench.run(suite, GOOD, seed=seed)] for seed in (1, 1, 2)]
    assert inputs[0] == inputs[1]
    assert len({value for row in inputs[1:] for value in row}) == 4
    assert session.rng_for("a.b", 3).normal() == session.rng_for("a.b", 3).normal()


def test_a_long_seed_stands_behind_a_hash() -> None:
    """The state that visible inputs may give away says nothing of the seed; a short seed keeps the inputs it gave."""
    short, long = 2**64 - 1, 2**64
    plain = [np.random.default_rng([seed, zlib.crc32(b"a.b")]).normal() for seed in (short, long)]
    assert session.rng_for("a.b", short).normal() == plain[0]
    drawn = [session.rng_for(name, seed).normal() for name in ("a.b", "a.c") for seed in (long, long + 1)]
    assert len({*drawn, plain[1]}) == 5
    assert session.rng_for("a.b", long).normal() == drawn[0]


def test_each_run_starts_anew(bench: Bench) -> None:
    """A suite that was run on a bad answer judges the next one by itself."""
    suite = bench.suite(TWO)
    bench.run(suite, BAD)
    assert set(outcomes(bench, suite, GOOD).values()) == {Outcome.PASSED}


def test_alone(bench: Bench) -> None:
    """One check can be run by itself, with nothing required of it."""
    suite = bench.suite(TWO)
    [check] = suite.alone(suite.checks[1].id)
    assert check.marks.requires == ()
    assert suite.alone("nothing") == []


def test_an_argument_called_back(bench: Bench) -> None:
    """A function that a check passes in is called here, from the worker."""
    suite = bench.suite(f"from mlgrade.suite.compare import close\n{CHECK}    close(student.f(lambda a: a * 10), 30)\n")
    assert outcomes(bench, suite, "def f(g):\n    return g(3)\n") == {"public.x": Outcome.PASSED}


def test_values_are_the_workers_own(bench: Bench) -> None:
    """A value comes back as plain data of the same kind and precision."""
    suite = bench.suite(f"{CHECK}    student.f(1)\n")
    [one] = bench.run(suite, "import numpy as np\ndef f(z):\n    return {'a': (np.float32(1.5), [True, None])}\n")
    value = one.calls[0].result.value
    assert value == {"a": (1.5, [True, None])}
    assert isinstance(value["a"][0], np.float32)
    assert Path(one.finding.id).name == one.finding.id
