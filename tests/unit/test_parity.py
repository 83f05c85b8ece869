"""The fast way and plain pytest give the same findings for the same file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mlgrade import course as courses
from mlgrade.grading.grader import Grader
from mlgrade.sandbox.host import Host
from mlgrade.submissions.model import read
from mlgrade.suite.misconceptions import read_misconceptions

ROOT = Path(__file__).resolve().parents[2]
SOLUTION = (ROOT / "solutions" / "softmax.py").read_text(encoding="utf-8")
WRONG = {
    one.name: one.source for one in read_misconceptions(ROOT / "tests" / "misconceptions" / "softmax.py", SOLUTION)
}
DUMP = """
import json, os
from pathlib import Path

def pytest_unconfigure(config):
    from mlgrade.suite.plugin import FINDINGS
    rows = [[one.id, str(one.outcome), one.problem] for one in config.stash[FINDINGS]]
    Path(os.environ["FINDINGS"]).write_text(json.dumps(rows))
"""
Rows = list[list[str]]
Both = Callable[[str], tuple[Rows, Rows]]
CASES = {
    "right": SOLUTION,
    "no_shift": WRONG["no_shift"],
    "in_place": WRONG["in_place"],
    "endless": SOLUTION.replace("    e = np.exp(", "    while True:\n        pass\n    e = np.exp("),
    "raising": SOLUTION.replace("z.max(axis=axis, keepdims=True))\n", "z.max(axis=7, keepdims=True))\n"),
    "nothing": "import numpy as np\n\ndef softmax(z, axis=-1):\n    return np.empty((0, 4))\n\ndef log_softmax(z, axis=-1):\n    return np.full(np.shape(z), np.nan)\n",
    "dying and half done": "import os\n\ndef softmax(z, axis=-1):\n    os._exit(3)\n\ndef log_softmax(z, axis=-1):\n    pass\n",
}
MORE = """
import pytest
from mlgrade.suite.compare import close

@pytest.mark.parametrize("z", [[0.0, 0.0], [0.0, 800.0], [1.0, 1.0]])
def test_cases(student, rng, z):
    '''Gives shares, case by case.'''
    close(student.softmax([rng.normal(), *z]), student.softmax([rng.normal(), *z]))
    close(student.softmax(z)[0], 0.5 if z[0] == z[1] else 0.0)

@pytest.mark.requires("cases")
def test_after(student):
    '''Comes after all cases.'''

def test_by_itself(rng):
    '''Asks for no student.'''
    assert rng.normal() > 100

def test_of_nothing(student):
    '''Holds of nothing.'''
    import numpy as np
    assert not np.any(np.asarray(student.softmax([1.0, 2.0, 4.0])) < 0)

@pytest.mark.may_return("empty", "nan")
def test_nothing_expected(student):
    '''May be nothing.'''
    student.softmax([1.0, 2.0, 4.0])

def test_broken(student):
    '''Is broken.'''
    1 / 0
"""


@pytest.fixture
def both(course: Path, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Grade a source as mlgrade does and under `python -m pytest`, and return what both found."""
    text = (course / "course.yml").read_text().replace("call: 0.5 s", "call: 0.3 s")
    (course / "course.yml").write_text(text)

    def run(source: str) -> tuple[Rows, Rows]:
        folder = tmp_path_factory.mktemp("plain")
        answer = folder / "softmax.py"
        answer.write_text(source, encoding="utf-8")
        found = courses.load(course)
        grader = Grader(found, ["softmax"], host)
        fast = [
            [one.finding.id, str(one.finding.outcome), one.finding.problem]
            for one in grader.run(read(answer, "softmax"))
        ]
        (folder / "dump_findings.py").write_text(DUMP)
        command = [sys.executable, "-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "mlgrade.suite.plugin", "-p", "dump_findings",
                   "-p", "no:cacheprovider", "--import-mode=importlib", "--submission", str(answer), *map(str, found.suites("softmax"))]  # fmt: skip
        settings = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]), "FINDINGS": str(folder / "found.json"), "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
        done = subprocess.run(command, cwd=course, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        plain: Rows = json.loads((folder / "found.json").read_text())
        return fast, plain

    return run


OUTCOMES = {
    "right": {"passed"},
    "no_shift": {"passed", "failed"},
    "in_place": {"passed", "failed"},
    "endless": {"passed", "timed_out", "skipped"},
    "raising": {"passed", "raised", "skipped"},
    "nothing": {"failed", "skipped"},
    "dying and half done": {"raised", "skipped"},
}


@pytest.mark.parametrize(("source", "outcomes"), [(CASES[name], OUTCOMES[name]) for name in CASES], ids=CASES.keys())
def test_both_ways_give_the_same_findings(both: Both, source: str, outcomes: set[str]) -> None:
    """Ids, outcomes and problems are equal, whether the file is right, wrong, endless, raising, dying or half done."""
    fast, plain = both(source)
    assert fast == plain
    assert len(fast) > 15
    assert {outcome for _, outcome, _ in fast} == outcomes


@pytest.mark.parametrize("answer", ["np.empty((0, 4))", "np.full(np.shape(z), np.nan)"])
def test_answers_that_are_nothing(both: Both, course: Path, answer: str) -> None:
    """An empty array and nan fail a check that they would pass, and not one that expects them, both ways."""
    with (course / "tests" / "hidden" / "test_softmax.py").open("a", encoding="utf-8") as suite:
        suite.write(MORE)
    fast, plain = both(f"import numpy as np\n\ndef softmax(z, axis=-1):\n    return {answer}\n")
    assert fast == plain
    found = {identity.split(".")[-1]: (outcome, problem) for identity, outcome, problem in fast}
    assert found["of_nothing"][0] == "failed"
    assert found["of_nothing"][1].endswith(("where values should be", "where numbers should be"))
    assert found["nothing_expected"] == ("passed", "")


def test_parameters_and_checks_without_a_student(both: Both, course: Path) -> None:
    """Cases of a parametrised check, a check that asks for no student and a broken one are the same both ways."""
    with (course / "tests" / "hidden" / "test_softmax.py").open("a", encoding="utf-8") as suite:
        suite.write(MORE)
    fast, plain = both(WRONG["no_shift"])
    assert fast == plain
    assert {identity.split(".")[-1] for identity, _, _ in fast} >= {"cases[0]", "cases[1]", "cases[2]", "by_itself"}
