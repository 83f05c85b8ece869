"""A notebook in a real worker: cell by cell, as Jupyter runs it; and what of a cell is Python."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.grading import prechecks
from mlgrade.grading.grader import Grader
from mlgrade.results import Status
from mlgrade.sandbox.cells import python, without_magics
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import HEADER_BYTES, MOST_FAILED, Loaded, TimedOut, Value, pack
from mlgrade.submissions import model as submissions
from mlgrade.submissions.model import Submission

CONCEPT = '{id: c, title: C, points: 1, functions: [f, g], forbid: ["numpy.linalg.norm"]}'
COURSE: Course = courses.parse(
    f'format: 1\ntitle: T\nversion: "1"\nunits: [{{id: u, title: U, concepts: [{CONCEPT}]}}]'
)
PLENTY = 20.0  # seconds
F = "def f():\n    return 'f'"
G = "def g():\n    return 'g'"


def notebook(*cells: str) -> Submission:
    return submissions.from_cells("work/n.ipynb", "c", list(enumerate(cells, 1)))


class Ran:
    """What a worker said of a notebook, and what its functions give."""

    def __init__(self, host: Host, cells: Sequence[str], calls: Sequence[str], seconds: float) -> None:
        self.submission = notebook(*cells)
        self.source = self.submission.text
        worker = host.worker(Limits(import_seconds=seconds, call_seconds=PLENTY))
        try:
            self.reply = worker.load(submissions.request(self.submission, COURSE))
            self.values = [self._value(worker.call(name, (), {}, PLENTY)) for name in calls]
        finally:
            worker.close()

    @staticmethod
    def _value(result: Any) -> Any:
        assert isinstance(result, Value), result
        return result.value

    @property
    def loaded(self) -> Loaded:
        assert isinstance(self.reply, Loaded), self.reply
        return self.reply

    @property
    def told(self) -> list[str]:
        return prechecks.failed(self.loaded, self.source)


def ran(host: Host, *cells: str, calls: str = "", seconds: float = PLENTY) -> Ran:
    return Ran(host, cells, calls.split(), seconds)


# -- a fault costs its cell -----------------------------------------------------------------------------------

FAULTS = {
    "a syntax error": ("x = (1,\ny = ]", "cell 2 cannot be read: closing parenthesis ']'", "n.ipynb:cell 2:2"),
    "a return": ("y = 1\nreturn y", "cell 2 cannot be read: 'return' outside function", "n.ipynb:cell 2:2"),
    "a name": ("y = 1\n\nx = nothing", "cell 2 raised NameError: name 'nothing' is not defined", "n.ipynb:cell 2:3"),
    "an exit": ("raise SystemExit(3)", "cell 2 raised SystemExit: 3", "n.ipynb:cell 2:1"),
    "Ctrl-C": ("raise KeyboardInterrupt", "cell 2 raised KeyboardInterrupt", "n.ipynb:cell 2:1"),
    "a generator's end": ("raise GeneratorExit", "cell 2 raised GeneratorExit", "n.ipynb:cell 2:1"),
    "a question": ("name = input('who?')", "cell 2 raised EOFError", "n.ipynb:cell 2:1"),
    "an import": ("import scipy", "cell 2 stopped: this course does not use scipy", "n.ipynb:cell 2:1"),
    "a forbidden function": ("import numpy as np\nnp.linalg.norm([1])", "cell 2 raised ForbiddenError: numpy.linalg.norm is what this exercise asks you to write", "cell 2:2"),
    "memory": ("import numpy as np\nx = np.ones(10**12)", "cell 2 raised", "n.ipynb:cell 2:2"),
    "a NUL": ("x = 1\0", "cell 2 cannot be read", "n.ipynb:cell 2:1"),
    "an indented rest": ("x = 1\n  y = 2", "cell 2 cannot be read: unexpected indent", "n.ipynb:cell 2:2"),
    "a shell that is asked for an attribute of its answer": ("get_ipython().system('ls').split()", "cell 2 raised AttributeError", "cell 2:1"),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "said", "place"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_costs_only_its_cell(host: Host, cell: str, said: str, place: str) -> None:
    """What one cell raises leaves the cells before and after it as they are, and is told with its place."""
    found = ran(host, F, cell, G, calls="f g")
    assert found.values == ["f", "g"]
    assert found.loaded.fault is None
    [told] = found.told
    assert told.startswith(said)
    assert f"{place})" in told
    assert told.endswith("; what depends on this cell is missing")
    assert prechecks.stop(found.reply, COURSE.concept("c"), found.source) is None


def test_what_a_cell_did_before_it_failed_stays(host: Host) -> None:
    """A cell that fails half way has done its first half, and what depends on the other half fails by its own line."""
    found = ran(host, "x = 1\ny = 1 / 0", "def f():\n    return x", "def g():\n    return 'g'\nz = y", calls="f g")
    assert found.values == [1, "g"]
    assert [text.partition(" (")[0] for text in found.told] == [
        "cell 1 raised ZeroDivisionError: division by zero",
        "cell 3 raised NameError: name 'y' is not defined",
    ]


def test_the_last_definition_counts(host: Host) -> None:
    """A function that is written again in a later cell is the later one, unless that cell cannot be read."""
    again = "def f():\n    return 'again'"
    assert ran(host, F, G, again, calls="f").values == ["again"]
    assert ran(host, F, G, again.replace(":", ""), calls="f").values == ["f"]


def test_a_fault_in_a_function_of_another_cell(host: Host) -> None:
    """The cell that is named is the one that ran; the place is the line that raised."""
    [told] = ran(host, "def f(x):\n    return 1 / x", "f(0)").told
    assert told.startswith("cell 2 raised ZeroDivisionError: division by zero (work/n.ipynb:cell 1:2)")


def test_many_faults(host: Host) -> None:
    """Of many cells that fail the first few are told, and all the others are executed."""
    found = ran(host, *["1 / 0"] * 300, F, G, calls="f g")
    assert len(found.told) == MOST_FAILED
    assert found.values == ["f", "g"]


def test_a_cell_without_an_end(host: Host) -> None:
    """A cell that never ends stops the notebook, and says in which line of which cell it was."""
    found = ran(host, F, "x = 1\nwhile True:\n    x += 1", seconds=0.3)
    assert isinstance(found.reply, TimedOut)
    stopped = prechecks.stop(found.reply, COURSE.concept("c"), found.source)
    assert stopped is not None
    assert stopped.status is Status.TIMED_OUT
    assert "work/n.ipynb:cell 2:" in stopped.reason


# -- what is graded, and what is not --------------------------------------------------------------------------


def stop(host: Host, *cells: str) -> tuple[Status, str]:
    found = ran(host, *cells)
    stopped = prechecks.stop(found.reply, COURSE.concept("c"), found.source)
    assert stopped is not None
    return stopped.status, stopped.reason


def test_no_function_is_left(host: Host) -> None:
    """Where no function is left, the reason is every cell that failed, with its line, a pointer and plain words."""
    status, reason = stop(host, "import numpy as np", "def f()\n    return 1", "def g(x=nothing):\n    pass")
    assert status is Status.CANNOT_RUN
    assert reason.split("\n") == [
        "work/n.ipynb has no function f; no function g.",
        "cell 2 cannot be read: expected ':' (work/n.ipynb:cell 2:1)",
        "    def f()",
        "           ^",
        "A line that opens a block (def, if, for, while, else) ends in a colon.",
        "cell 3 raised NameError: name 'nothing' is not defined (work/n.ipynb:cell 3:1)",
        "work/n.ipynb:cell 3:1: def g(x=nothing):",
    ]


def test_stubs_in_cells(host: Host) -> None:
    """A notebook of stubs is not started, whatever the cells that try them raise; the place is the line to edit."""
    stub = "def {}():\n    '''Doc.'''\n    raise NotImplementedError"
    status, reason = stop(host, stub.format("f"), stub.format("g"), "print(f())")
    assert (status, reason) == (Status.NOT_STARTED, "Not started: write f at work/n.ipynb:cell 1:3.")


def test_a_stub_beside_a_cell_that_failed(host: Host) -> None:
    """A function that is missing since its cell failed is not work that was not started."""
    status, reason = stop(host, "def f(:", "def g():\n    pass")
    assert status is Status.CANNOT_RUN
    assert "cell 1 cannot be read" in reason


def test_a_stub_that_was_filled_in_below(host: Host) -> None:
    """A stub above and its answer below make an answer; the other way round they make a stub."""
    stub = "def f():\n    pass"
    assert [one.stub for one in ran(host, stub, G, F).loaded.functions.values()] == [False, False]
    assert [one.stub for one in ran(host, F, G, stub).loaded.functions.values()] == [True, False]


def test_a_file_is_one_piece(host: Host) -> None:
    """A .py file ends at its first fault as before, and a magic in it is a syntax error."""
    worker = host.worker(Limits())
    try:
        raised = submissions.from_source("x = 1 / 0\ndef f(): pass\n", "c")
        first = worker.load(submissions.request(raised, COURSE))
        second = worker.load(submissions.request(submissions.from_source("%time\nx = 1\n", "c"), COURSE))
    finally:
        worker.close()
    assert isinstance(first, Loaded)
    assert isinstance(second, Loaded)
    assert (first.fault and first.fault.type, first.functions["f"].defined, first.failed) == (
        "ZeroDivisionError",
        False,
        [],
    )
    assert second.fault is not None
    assert second.fault.type == "SyntaxError"


def test_a_forged_cell() -> None:
    """Which cell failed comes from the worker: any line at all makes a sentence."""
    source = notebook("x = 1").text
    for line in (0, 1, 9_999_999):
        forged = {"line": line, "fault": {"type": "X", "bases": [], "message": "m" * 2000, "line": 10_000_000}}
        reply = Loaded(functions={}, failed=[_converted(forged)])
        assert len(prechecks.failed(reply, source)[0]) < 500
        assert prechecks.stop(reply, COURSE.concept("c"), source) is not None


def _converted(data: object) -> Any:
    import msgspec

    from mlgrade.sandbox.protocol import FailedCell

    return msgspec.convert(data, FailedCell)


def test_the_most_cells_that_a_notebook_can_have() -> None:
    """Where cells begin fits into a frame's header, for the smallest cells that the largest notebook can hold."""
    smallest = len('{"cell_type":"code","source":""},')
    many = submissions.MOST_BYTES // smallest
    assert len(pack(submissions.request(notebook(*[""] * many), COURSE))) < HEADER_BYTES


# -- as in Jupyter --------------------------------------------------------------------------------------------


def test_jupyters_own_names(host: Host) -> None:
    """display prints, get_ipython takes any request, and a check inside the notebook is nothing to run."""
    shell = "shell = get_ipython()\nshell.run_line_magic('matplotlib', 'inline')\nshell.kernel"
    checks = "import mlgrade\nimport mlgrade.notebook\nfrom mlgrade import notebook as nb\nfrom mlgrade.notebook import check\n"
    called = "mlgrade.notebook.check('f')\nnb.check('f')\ncheck('f')\nmlgrade.check('f')"
    found = ran(host, shell, checks + called, "display('a', [1], raw=True)", F, G, calls="f g")
    assert found.told == []
    assert found.loaded.output == "'a'\n[1]\n"


def test_these_names_are_for_notebooks(host: Host) -> None:
    """A file has none of them: there they would be mistakes that Python tells."""
    worker = host.worker(Limits())
    try:
        asked = [worker.load(submissions.request(submissions.from_source(text, "c"), COURSE)) for text in ("display(1)\n", "import mlgrade\n")]  # fmt: skip
    finally:
        worker.close()
    assert [one.fault.type for one in asked if isinstance(one, Loaded) and one.fault] == ["NameError", "RefusedError"]


def test_no_other_module_of_ours(host: Host) -> None:
    """Only the check is there to import: the rest of mlgrade is refused as ever."""
    [told] = ran(host, "from mlgrade.sandbox import host", F).told
    assert "this course does not use mlgrade" in told


def test_the_future_holds_for_the_cells_below(host: Host) -> None:
    """A `from __future__` counts from its cell on, as in Jupyter, and may stand in any cell."""
    late = "from __future__ import annotations"
    assert ran(host, "x = 1", late, "def f(x: nowhere):\n    pass").told == []
    assert len(ran(host, "def f(x: nowhere):\n    pass", late).told) == 1


def test_a_warning_says_its_cell(course: Path, host: Host) -> None:
    """A note is placed in a cell, not in a line of all cells joined."""
    answer = (Path(__file__).parents[2] / "solutions/softmax.py").read_text()
    cells = [(1, "import warnings"), (4, f"{answer}\n"), (7, "\nwarnings.warn('odd')")]
    found = courses.load(course)
    report = Grader(found, ["softmax"], host).grade(submissions.from_cells("n.ipynb", "softmax", cells))
    assert report.notes == ["n.ipynb:cell 7:2: UserWarning: odd"]


def test_a_notebook_is_graded_as_the_file(course: Path, host: Host) -> None:
    """The same code in cells and in one file has the same report, bar its places."""
    found = courses.load(course)
    grader = Grader(found, ["softmax"], host)
    graded = 0
    for path in sorted((Path(__file__).parents[1] / "golden/cases").glob("[!e]*/softmax.py")):
        text = path.read_text()
        whole = grader.grade(Submission(concept="softmax", file="softmax.py", source=path.read_bytes()))
        if whole.status is not Status.GRADED:
            continue
        graded += 1
        cells = submissions.from_cells("softmax.py", "softmax", enumerate(_top_level(text), 1))
        in_cells = grader.grade(cells)
        assert [(one.id, one.outcome) for one in in_cells.checks] == [(one.id, one.outcome) for one in whole.checks]
        assert (in_cells.earned, in_cells.aspects) == (whole.earned, whole.aspects)
        assert in_cells.diagnoses == whole.diagnoses
    assert graded >= 8


def _top_level(text: str) -> list[str]:
    """A cell for each statement."""
    rows = text.split("\n")
    ends = [node.end_lineno or 0 for node in ast.parse(text).body]
    return ["\n".join(rows[first:end]) for first, end in zip([0, *ends], [*ends, len(rows)], strict=False)]


# -- what of a cell is Python ---------------------------------------------------------------------------------


def as_python(text: str) -> str:
    [(_, found)] = python(text.encode(), [1])
    return found


LEFT_OUT = ["%matplotlib inline", "%%time", "!pip install numpy", "!!ls", "?print", "??np.sum", "np.sum?", "np.sum?? ;", "%time?", "files = !ls", "a, b = !ls", "x.y[0] = %pwd", "pip install numpy", "conda install numpy", "%load_ext mlgrade", "%check softmax"]  # fmt: skip


@pytest.mark.parametrize("row", LEFT_OUT)
def test_what_only_ipython_understands(row: str) -> None:
    """A line that only IPython understands does nothing, also in a block; every other line keeps its number."""
    assert as_python(f"{row}\nb = 2") == "pass\nb = 2"
    if not row.startswith("%%"):
        assert as_python(f"for a in b:\n    {row}\nb = 2") == "for a in b:\n    pass\nb = 2"


KEPT = [
    "x = (\n    7\n    % time\n)",
    "x = [a\n%b\n]",
    "x = '''\n%matplotlib inline\n!ls\n'''",
    'x = """it\'s\n!ls\n\\"""\n?x\n"""',
    "x = 7 \\\n%y",
    "x = f(  # (\n    'it(s',\n    a\n    != b)",
    "s = \"'''\"",
    "x = 1  # \\",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_looks_like_it_is_kept(text: str) -> None:
    """A cell that parses is kept; and so is each such line in a cell that does not, for the sake of another line."""
    assert as_python(text) == text
    assert as_python(f"{text}\n%magic") == f"{text}\npass"


WHOLE = {
    "of Python": ("%%time\nx = 1\n!ls", "pass\nx = 1\npass"),
    "a check": ("\n%%check softmax\nx = 1", "\npass\nx = 1"),
    "of the shell": ("%%bash\nls -l\n", "\n\n"),
    "a file": ("%%writefile a.py\ndef f():\n  return", "\n\n"),
    "whose body is a function of its own": ("%%timeit\nx = 1", "\n"),
    "continued": ("!ls \\\n  -l\nx = 1", "pass\n\nx = 1"),
    "indented": ("    def f():\n        return 1\n    %time f()", "def f():\n    return 1\npass"),
    "unbalanced": (") = (\n%magic", ") = (\n%magic"),
}


@pytest.mark.parametrize(("text", "found"), WHOLE.values(), ids=WHOLE.keys())
def test_whole_cells(text: str, found: str) -> None:
    """A cell magic over another language leaves nothing of its cell, one over Python all but itself."""
    assert as_python(text) == found


ROWS = st.lists(st.sampled_from(['"""', "'''", "'", '"', "(", ")", "[", "\\", "#", "%a", "!b", "?", "x", " ", "=", "\n"]), max_size=25)  # fmt: skip


@given(ROWS.map("".join) | st.text(max_size=60))
def test_no_line_is_lost(text: str) -> None:
    """Whatever a cell holds, it has as many lines afterwards."""
    assert without_magics(text).count("\n") == text.count("\n")


@given(st.lists(ROWS.map("".join), min_size=1, max_size=4))
def test_every_cell_keeps_its_lines(texts: list[str]) -> None:
    """Each cell begins at the line of the whole that it began at before."""
    submission = notebook(*texts)
    for (first, found), text in zip(python(submission.source, [line for line, _ in submission.cells]), texts, strict=True):  # fmt: skip
        assert found[: first - 1] == "\n" * (first - 1)
        assert found.count("\n") == first - 1 + text.count("\n") + 1
