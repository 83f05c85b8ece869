"""`mlgrade check` as a student uses it, through the real command."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree as ET

import pytest

from mlgrade.results import Report
from mlgrade.sandbox.isolation import landlock

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()


def write(course: Path, text: str | bytes, name: str = "softmax.py") -> str:
    path = course / "exercises" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return f"exercises/{name}"


def points(run: CompletedProcess[str]) -> float:
    return Report.from_json(run.stdout).earned


# -- the whole course -----------------------------------------------------------------------------------------


def test_solutions_earn_everything(started: Run) -> None:
    """Every solution of the course passes every check, and the command says so."""
    done = started("check", "solutions", "--json", cwd=ROOT)
    report = Report.from_json(done.stdout)
    assert done.returncode == 0
    assert {one.concept for one in report.concepts} >= {
        "norm", "softmax", "cross_entropy", "gradient_step", "attention_weights",
    }  # fmt: skip
    assert all(one.earned == one.possible and not one.diagnoses for one in report.concepts)


def test_stubs_are_not_started(mlgrade: Run) -> None:
    """Untouched stubs are no failures: exit 5, no traceback, no word of failure."""
    done = mlgrade("check", "exercises", cwd=ROOT)
    assert done.returncode == 5
    assert "Traceback" not in done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    assert done.stdout.count("not started") >= 5


def test_same_file_same_output(mlgrade: Run, course: Path) -> None:
    """Two runs of one file say the same, bar the time."""
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    first, second = (Report.from_json(mlgrade("check", "--json").stdout) for _ in range(2))
    assert first.concepts == second.concepts


# -- files as students write them -----------------------------------------------------------------------------

SHAPES = {
    "bom": b"\xef\xbb\xbf" + RIGHT.encode(),
    "crlf": RIGHT.replace("\n", "\r\n").encode(),
    "coding_line": b"# -*- coding: utf-8 -*-\n" + RIGHT.encode(),
    "latin_1": b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + RIGHT.encode(),
    "main_guard": f"{RIGHT}\nif __name__ == '__main__':\n    raise SystemExit(softmax(input()))\n".encode(),
    "prints": f"print('hello')\n{RIGHT}".encode(),
    "dataclass": f"from __future__ import annotations\n{RIGHT}\nfrom dataclasses import dataclass\n\n@dataclass\nclass A:\n    x: int = 0\n".encode(),
    "own_module": f"import sys\n{RIGHT}\nassert sys.modules[__name__].softmax is softmax\n".encode(),
    "cells": f"# %% first\n{RIGHT}\n# %% second\n".encode(),
    "partial": f"from functools import partial\n{RIGHT}\nlog_softmax = partial(log_softmax)\nsoftmax = partial(softmax)\n".encode(),
    "lambda": b"import numpy as np\nsoftmax = lambda z, axis=-1: np.exp(log_softmax(z, axis))\n" + RIGHT[RIGHT.index("def log_softmax"):].encode(),
    "class": f"{RIGHT}\nclass Soft:\n    def __call__(self, z, axis=-1, f=softmax):\n        return f(z, axis)\nsoftmax = Soft()\n".encode(),
    "fallback_import": f"try:\n    import scipy\nexcept ImportError:\n    scipy = None\n{RIGHT}".encode(),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_right_answers_in_any_shape(shape: str, mlgrade: Run, course: Path) -> None:
    """A right answer earns everything however the file is written."""
    done = mlgrade("check", write(course, SHAPES[shape]), "--json")
    assert (done.returncode, points(done)) == (0, 10.0), done.stdout + done.stderr


def test_a_notebook(mlgrade: Run, course: Path) -> None:
    """A notebook is graded like a file; its magics are not in the way."""
    cells = [
        {"cell_type": "markdown", "source": ["# Softmax"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip list\n", "import numpy as np"]},
        {"cell_type": "code", "source": "%%bash\nfor i in 1 2; do echo $i; done"},
        {"cell_type": "code", "source": "%%time\n" + RIGHT},
    ]
    path = write(
        course, json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}), "softmax.ipynb"
    )
    assert points(mlgrade("check", path, "--json")) == 10.0


def test_a_notebook_names_the_cell(mlgrade: Run, course: Path) -> None:
    """An error in a notebook is placed in its cell."""
    cells = [{"cell_type": "code", "source": "x = 1"}, {"cell_type": "code", "source": "y = 2\nz = 1 / 0"}]
    done = mlgrade("check", write(course, json.dumps({"cells": cells}), "softmax.ipynb"))
    assert done.returncode == 3
    assert "softmax.ipynb:cell 2:2: z = 1 / 0" in done.stdout


# -- hostile files --------------------------------------------------------------------------------------------

TRICKS = {
    "exit": "import sys\ndef softmax(z, axis=-1): sys.exit(0)\ndef log_softmax(z, axis=-1): sys.exit(0)\n",
    "os_exit": "import os\ndef softmax(z, axis=-1): os._exit(0)\ndef log_softmax(z, axis=-1): os._exit(0)\n",
    "always_equal": "class Yes:\n    def __eq__(self, o): return True\n    def __getattr__(self, n): return self\n    def __array__(self, *a, **k): import numpy; return numpy.array(self, object)\ndef softmax(z, axis=-1): return Yes()\ndef log_softmax(z, axis=-1): return Yes()\n",
    "patched_testing": "import numpy as np\nnp.testing.assert_allclose = np.allclose = np.isclose = lambda *a, **k: True\ndef softmax(z, axis=-1): return 1\ndef log_softmax(z, axis=-1): return 1\n",
    "nan": "import numpy as np\ndef softmax(z, axis=-1): return np.full(np.shape(z), np.nan)\nlog_softmax = softmax\n",
    "empty": "import numpy as np\ndef softmax(z, axis=-1): return np.array([])\nlog_softmax = softmax\n",
    "none": "def softmax(z, axis=-1): return None\ndef log_softmax(z, axis=-1): return None\n",
    "value_error": "def softmax(z, axis=-1): raise ValueError\nlog_softmax = softmax\n",
    "input_back": "def softmax(z, axis=-1): return z\nlog_softmax = softmax\n",
    "looks_for_suites": "import sys, gc\nassert not [m for m in sys.modules if 'pytest' in m or 'suite' in m]\ndef softmax(z, axis=-1):\n    f = sys._getframe()\n    while f:\n        assert 'expected' not in f.f_locals\n        f = f.f_back\ndef log_softmax(z, axis=-1): return None\n",
    "skip": "import pytest\ndef softmax(z, axis=-1): pytest.skip()\nlog_softmax = softmax\n",
    "subclass": "import numpy as np\nclass A(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return True\n    def __eq__(self, o): return True\ndef softmax(z, axis=-1): return np.zeros(np.shape(z)).view(A)\nlog_softmax = softmax\n",
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_earn_nothing(trick: str, mlgrade: Run, course: Path) -> None:
    """What gets round the tests of other graders earns no point here, and is no fault of ours."""
    done = mlgrade("check", write(course, TRICKS[trick]), "--json")
    assert points(done) == 0.0
    assert done.returncode in (1, 3, 5)
    assert "Traceback" not in done.stderr


CANARY = "31337.125"
HIDDEN = f'''"""Covers one secret."""
import numpy as np
from mlgrade.suite.compare import close

def test_secret(student):
    """Is right for a secret input."""
    close(student.softmax([{CANARY}, 0.5]), [0.8675309, 0.25])
'''
SPIES = {
    "prints": "print(z)",
    "raises": "raise ValueError(repr(z))",
    "warns": "import warnings; warnings.warn(repr(z))",
    "names_an_exception": "raise type('E' + repr(z[0]).replace('.', '_'), (Exception,), {})",
    "names_a_class": "return type('E' + repr(z[0]).replace('.', '_'), (), {})()",
    "returns_it": "return z",
    "returns_it_as_text": "return repr(z)",
    "writes_to_descriptors": "import os; [os.write(fd, repr(z).encode()) for fd in (1, 2)]",
    "exits_with_it": "import sys; sys.exit(repr(z))",
    "keeps_it_for_the_next_call": "global kept; print(globals().get('kept')); kept = z",
    "notes_it": "e = ValueError(); e.add_note(repr(z)); raise e",
}


@pytest.mark.parametrize("spy", SPIES)
def test_hidden_input_is_not_shown(spy: str, mlgrade: Run, course: Path) -> None:
    """Student code that holds a hidden input cannot bring it before its author's eyes."""
    (course / "tests/hidden/test_softmax.py").write_text(HIDDEN)
    path = write(
        course, f"def softmax(z, axis=-1):\n    {SPIES[spy]}\n\ndef log_softmax(z, axis=-1):\n    {SPIES[spy]}\n"
    )
    runs = [mlgrade("check", path, "-v"), mlgrade("check", path, "--json", "--junit", str(course / "junit.xml"))]
    seen = "".join(run.stdout + run.stderr for run in runs) + (course / "junit.xml").read_text()
    for secret in (CANARY, CANARY.replace(".", "_"), "0.8675309", "close(student"):
        assert secret not in seen
    assert "Is right for a secret input" in seen


@pytest.mark.skipif(landlock.abi() < 1, reason="this kernel has no Landlock")
def test_hidden_suites_cannot_be_opened(mlgrade: Run, course: Path) -> None:
    """Student code that knows where the suites are cannot read them, at import or in a call, nor find them by listing."""
    places = [course / "tests/hidden/test_softmax.py", course / "solutions/softmax.py", course / "course.yml"]
    source = f"""
import os
for place in {list(map(str, places))!r}:
    try:
        print(open(place).read())
    except OSError as error:
        print("refused", type(error).__name__)
for folder, _, names in os.walk({str(course)!r}):
    print(names)
"""
    shown = mlgrade("check", write(course, source + RIGHT), "-v").stdout
    assert shown.count("refused PermissionError") == 3
    assert "def test_" not in shown
    assert "test_softmax.py" not in shown


def test_nothing_of_the_hidden_suites_is_printed(mlgrade: Run, course: Path) -> None:
    """No line of a hidden suite's code is in what any golden submission makes the command print."""
    lines = (ROOT / "tests/hidden/test_softmax.py").read_text().splitlines()
    code = [line.strip() for line in lines if line.strip().startswith(("z = ", "close(", "array(", "holds(", "row = "))]
    assert len(code) > 15
    for case in sorted((ROOT / "tests/golden/cases").iterdir()):
        shown = (case / "expected.txt").read_text() + (case / "expected.json").read_text()
        assert not [line for line in code if line in shown]


# -- calls that cannot be answered ----------------------------------------------------------------------------

WRONG_CALLS = [
    (["check", "exercises/sofmax.py"], 'did you mean "softmax"'),
    (["check", "exercises/other.py", "--concept", "softmax"], "no such file"),
    (["check", "softmax"], f'softmax: no such file; did you mean "{Path("exercises/softmax.py")}"?'),
    (["check", "--concept", "sofmax"], 'did you mean "softmax"'),
    (["check", "tests"], "no exercise of this course"),
    (["check", "--course", "nowhere"], "nowhere"),
    (["chekc"], 'did you mean "check"'),
    (["check", "--verbos"], "--verbose"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG_CALLS)
def test_wrong_calls(arguments: list[str], words: str, mlgrade: Run) -> None:
    """A call that cannot be answered ends with 2 and the way out, on standard error."""
    done = mlgrade(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_course_file(mlgrade: Run, course: Path) -> None:
    """All problems of course.yml are shown at once, each with its line."""
    text = (course / "course.yml").read_text()
    (course / "course.yml").write_text(text.replace("points: 10", "points: -1").replace("seed: 7", "sed: 7"))
    done = mlgrade("check")
    assert done.returncode == 2
    assert "course.yml:10: units[0].concepts[0].points: must be positive (got -1)" in done.stderr
    assert 'course.yml:4: sed: is not known here; did you mean "seed"?' in done.stderr


def test_a_course_that_was_handed_in(mlgrade: Run, course: Path) -> None:
    """A course.yml and suites beside a submission are not taken for the course: they would run with our rights."""
    planted = course / "submissions" / "ada"
    (planted / "tests" / "public").mkdir(parents=True)
    shutil.copy(course / "course.yml", planted)
    (planted / "tests/public/test_softmax.py").write_text(f"open({str(course / 'stolen')!r}, 'w')\n")
    (planted / "softmax.py").write_text(RIGHT)
    assert points(mlgrade("check", "submissions/ada/softmax.py", "--json")) == 10.0
    assert not (course / "stolen").exists()


def test_a_broken_suite_is_our_fault(mlgrade: Run, course: Path) -> None:
    """A check that breaks for the reference too is the course's problem: exit 70, and it says so."""
    suite = course / "tests/hidden/test_softmax.py"
    suite.write_text(
        suite.read_text() + '\n\ndef test_broken(student):\n    """Breaks."""\n    student.softmax([1.0])[7]\n'
    )
    done = mlgrade("check", "solutions/softmax.py")
    assert done.returncode == 70
    assert "problem in the course, not in your code" in done.stdout
    assert "10 of 10 points" in done.stdout


def test_an_odd_value_is_not_our_fault(mlgrade: Run, course: Path) -> None:
    """A check that breaks on a student's value only is a failed check, not a broken one."""
    suite = course / "tests/hidden/test_softmax.py"
    suite.write_text(
        suite.read_text()
        + '\n\ndef test_odd(student):\n    """Is an array."""\n    assert student.softmax([1.0]).sum() > 0\n'
    )
    done = mlgrade(
        "check", write(course, "def softmax(z, axis=-1): return 'x'\ndef log_softmax(z, axis=-1): return 'x'\n")
    )
    assert done.returncode == 1
    assert "returned something that cannot be compared" in done.stdout


# -- terminals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_fits_the_terminal(columns: int, mlgrade: Run, course: Path) -> None:
    """No line is wider than the terminal, and none ends in spaces."""
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    lines = mlgrade("check", COLUMNS=str(columns)).stdout.splitlines()
    assert len(lines) > 20
    assert max(map(len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("page", ["ascii", "cp437", "cp1252", "cp932", "utf-8"])
def test_code_pages(page: str, started: Run, course: Path) -> None:
    """A message that the terminal's code page lacks letters for is shown, not a crash."""
    path = write(
        course,
        "def softmax(z, axis=-1):\n    raise ValueError('caf\u00e9 \u2192 \U0001f600')\n\ndef log_softmax(z): return 0\n",
    )
    done = started("check", path, PYTHONIOENCODING=page)
    assert done.returncode == 1
    assert "raised ValueError: caf" in done.stdout


def on_a_terminal(course: Path, **environment: str) -> str:
    ours, theirs = pty.openpty()
    settings = {**os.environ, "TERM": "xterm-256color", "MLGRADE_STATE": str(course / "state"), **environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "mlgrade", "check"], cwd=course, env=settings, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    process.wait()
    os.close(ours)
    return b"".join(parts).decode()


def test_colour_on_a_terminal_only(mlgrade: Run, course: Path) -> None:
    """Colour is for terminals that want it: not in a pipe, not with NO_COLOR, and never the only sign."""
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    coloured = on_a_terminal(course)
    assert "\x1b[1;31mFAIL" in coloured
    assert "\x1b[31m" not in on_a_terminal(course, NO_COLOR="1").replace("\x1b[1;31m", "\x1b[31m")
    assert "\x1b" not in mlgrade("check").stdout


def test_a_closed_pipe(course: Path) -> None:
    """`mlgrade check | head -1` ends quietly."""
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    line = f"'{sys.executable}' -m mlgrade check | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=course, capture_output=True, text=True, check=False,
        env={**os.environ, "MLGRADE_STATE": str(course / "state")},
    )  # fmt: skip
    assert done.stdout.startswith("FAIL")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def workers(below: int) -> set[int]:
    """Processes that a command started, or that those started: they hold, or could hold, student code."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = {pid for pid, parent in parents.items() if parent == below}
    return found | {pid for pid, parent in parents.items() if parent in found}


def wait_until(true: Callable[[], bool]) -> bool:
    for _ in range(200):
        if true():
            return True
        threading.Event().wait(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_the_command(sign: signal.Signals, course: Path) -> None:
    """However the command ends while student code loops, no process of it is left."""
    write(course, "def softmax(z, axis=-1):\n    while True: pass\n\nlog_softmax = softmax\n")
    (course / "course.yml").write_text((course / "course.yml").read_text().replace("call: 0.5 s", "call: 60 s"))
    process = subprocess.Popen(
        [sys.executable, "-m", "mlgrade", "check"], cwd=course, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert wait_until(lambda: len(workers(process.pid)) >= 2)  # the warm parent, the worker, and one in reserve
    started = workers(process.pid)
    process.send_signal(sign)
    process.wait()
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


# -- what is remembered, what is written ----------------------------------------------------------------------


def test_since_last_run(mlgrade: Run, course: Path) -> None:
    """The second run says how many checks changed sides."""
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    assert "Since last run" not in mlgrade("check").stdout
    write(course, RIGHT)
    assert "Since last run: 5 fixed, 0 broken." in mlgrade("check").stdout


def test_memory_that_cannot_be_written(mlgrade: Run, course: Path) -> None:
    """A state folder that cannot be written costs a remark, not the check."""
    (course / "file").write_text("")
    write(course, RIGHT)
    done = mlgrade("check", MLGRADE_STATE=str(course / "file" / "below"))
    assert done.returncode == 0
    assert "could not be remembered" in done.stderr


def test_the_course_folder_stays_clean(started: Run, course: Path) -> None:
    """A check leaves nothing behind in the course: no caches, nothing compiled."""
    before = sorted(path for path in course.rglob("*"))
    started("check", "solutions")
    after = sorted(path for path in course.rglob("*") if "state" not in path.parts)
    assert [path for path in after if path not in before] == []


def test_junit(mlgrade: Run, course: Path) -> None:
    """The JUnit file counts the same checks as the report."""
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    report = Report.from_json(mlgrade("check", "--json", "--junit", "out.xml").stdout)
    suite = ET.parse(course / "out.xml").getroot()[0]
    assert int(suite.attrib["tests"]) == len(report.concepts[0].checks)
    assert int(suite.attrib["failures"]) == 5


def test_another_name(mlgrade: Run, course: Path) -> None:
    """--concept takes a file under any name; without it the name must be known."""
    path = write(course, RIGHT, "my try (2).py")
    assert mlgrade("check", path, "--concept", "softmax").returncode == 0
    assert mlgrade("check", path).returncode == 2


def test_a_student_without_hidden_suites(mlgrade: Run, course: Path) -> None:
    """A student's edition, with public suites only, grades what is visible and says that it is."""
    for part in ("tests/hidden", "tests/misconceptions", "solutions"):
        shutil.rmtree(course / part)
    done = mlgrade("check", write(course, RIGHT))
    assert done.returncode == 0
    assert "all 11 visible checks pass" in done.stdout


# -- isolation ------------------------------------------------------------------------------------------------


def test_the_report_says_how_far_student_code_was_away(mlgrade: Run, course: Path) -> None:
    """Each report carries its isolation and the isolation layers that stood."""
    report = Report.from_json(mlgrade("check", write(course, RIGHT), "--json", "--require-isolation").stdout)
    assert report.isolation == "strict"
    assert {"process", "landlock", "descriptors", "rlimits", "seccomp"} <= set(report.walls)


DEATHS = "import os\ndef softmax(z, axis=-1): os._exit(1)\n" + RIGHT[RIGHT.index("def log_softmax") :]


def test_a_death_costs_its_check_only(mlgrade: Run, course: Path) -> None:
    """A function that ends its process loses its own checks; the other function keeps its points."""
    report = Report.from_json(mlgrade("check", write(course, f"import numpy as np\n{DEATHS}"), "--json").stdout)
    outcomes = {(check.id.partition("log")[1], check.outcome) for check in report.concepts[0].checks}
    assert ("log", "passed") in outcomes
    assert ("", "raised") in outcomes


def test_a_permission_that_the_reference_lacks_too_is_our_fault(mlgrade: Run, course: Path) -> None:
    """Where an isolation layer refuses the reference what it refuses the student, the check is broken, and not lost."""
    needs = "import socket\n" + RIGHT.replace("    z = ", "    socket.socket().close()\n    z = ", 1)
    assert needs.count("socket.socket") == 1
    (course / "solutions" / "softmax.py").write_text(needs)
    report = Report.from_json(mlgrade("check", write(course, needs), "--json").stdout)
    assert "broken" in {check.outcome for check in report.concepts[0].checks}
    assert report.status == "broken"
