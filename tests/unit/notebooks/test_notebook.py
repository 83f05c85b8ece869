"""The check inside of a notebook, without a kernel: which cells count, what is shown, and what is said when it fails."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import mlgrade
from mlgrade import notebook
from mlgrade.errors import MlgradeError, UsageError
from mlgrade.integrations.ipython import inputs, visible
from mlgrade.integrations.ipython.visible import Asked
from mlgrade.reports import terminal
from mlgrade.results import Outcome, Status, Visibility

ROOT = Path(__file__).resolve().parents[3]
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()


class Shell:
    """What of IPython's shell the check uses."""

    def __init__(self, *cells: str) -> None:
        self.events = self.history_manager = self
        self.inputs = list(cells)
        self.input_hist_raw = [""]
        self.told: list[Any] = []
        self.magics: dict[str, Any] = {}
        self.ran: list[str] = []

    def register(self, event: str, function: Any) -> None:
        assert event == "pre_run_cell"
        self.told.append(function)

    def get_range(self, *, raw: bool, output: bool) -> list[tuple[int, int, str]]:
        assert raw
        assert not output
        return [(0, number, text) for number, text in enumerate(self.inputs, 1)]

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "line_cell"
        self.magics[name] = function

    def run_cell(self, cell: str) -> None:
        self.ran.append(cell)


@pytest.fixture
def session(course: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A session in a folder that has the small course beside it, as a student gets it."""
    here = course / "work"
    for part in ("exercises", "tests/public"):
        shutil.copytree(course / part, here / "course" / part)
    shutil.copy(course / "course.yml", here / "course")
    (course / "course.yml").unlink()
    monkeypatch.chdir(here)
    monkeypatch.setenv("MLGRADE_STATE", str(course / "state"))
    shell = Shell()
    monkeypatch.setattr(notebook, "_shell", lambda: shell)
    return shell


# -- which cells count ----------------------------------------------------------------------------------------


def cells(texts: str, names: Mapping[int, str] | None = None) -> str:
    """Cells by the letters of their texts: `a`, `a2` (an `a` that was changed), ..."""
    return " ".join(text for _, text in inputs.cells(enumerate(texts.split(), 1), names or {}))


def test_a_cell_stands_where_it_was_first_run() -> None:
    """A cell that was changed and run again counts by its last text, and stays above what uses it."""
    assert cells("a b c b2", {1: "A", 2: "B", 3: "C", 4: "B"}) == "a b2 c"
    assert cells("b a b2 b3", {1: "B", 2: "A", 3: "B", 4: "B"}) == "b3 a"


def test_two_cells_with_one_text() -> None:
    """Cells that the front end tells apart stay apart, whatever is in them."""
    assert cells("a a a", {1: "A", 2: "B", 3: "A"}) == "a a"


def test_cells_without_names() -> None:
    """Without names from the front end, equal inputs are one cell, and so are those that define the same."""
    assert cells("a b a c") == "a b c"
    texts = ["import numpy", "def f(x)\n  return x", "f(1)", "def f(x):\n    return x"]
    assert inputs.cells(enumerate(texts, 1), {}) == [(1, texts[0]), (4, texts[3]), (3, texts[2])]
    assert [number for number, _ in inputs.cells([(1, "def f(): 1"), (2, "def f(): 1\ndef g(): 2")], {})] == [1, 2]


def test_a_cell_that_gets_a_name_later() -> None:
    """A cell that was run before anybody listened is known again by what it defines."""
    texts = ["def f(): 1", "f()", "def f(): 2", "def f(): 3"]
    assert [number for number, _ in inputs.cells(enumerate(texts, 1), {3: "F", 4: "F"})] == [4, 2]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("ABC")), max_size=12))
def test_named_cells(runs: list[tuple[str, str]]) -> None:
    """Each named cell is there once, with its last text, in the order of the first runs."""
    names = {number: name for number, (_, name) in enumerate(runs, 1)}
    found = inputs.cells([(number, text) for number, (text, _) in enumerate(runs, 1)], names)
    assert [names[number] for number, _ in found] == list(dict.fromkeys(names.values()))
    assert [number for number, _ in found] == [
        max(n for n in names if names[n] == names[number]) for number, _ in found
    ]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["", "A", "B"])), max_size=12))
def test_named_and_other_cells(runs: list[tuple[str, str]]) -> None:
    """Whoever names its cells and who does not, nothing is invented or doubled, and the last input always counts."""
    names = {number: name for number, (_, name) in enumerate(runs, 1) if name}
    texts = [(number, text) for number, (text, _) in enumerate(runs, 1)]
    found = inputs.cells(texts, names)
    assert set(found) <= set(texts)
    assert len(set(found)) == len(found)
    assert not texts or texts[-1] in found


# -- what is shown --------------------------------------------------------------------------------------------


def test_a_right_answer(session: Shell) -> None:
    """The report of what was run, as text equal to the terminal's and as HTML; only visible checks."""
    session.inputs = [RIGHT, 'import mlgrade.notebook\nmlgrade.notebook.check("softmax")']
    found = notebook.check("softmax")
    [concept] = found.report.concepts
    assert {check.outcome for check in concept.checks} == {Outcome.PASSED}
    assert {check.visibility for check in concept.checks} == {Visibility.PUBLIC}
    page = io.StringIO()
    terminal.render(Console(file=page, width=80), found.report, following="nothing more here; softmax is complete.")
    assert repr(found) == page.getvalue().rstrip("\n")
    assert repr(found).startswith("PASS  softmax: all 6 visible checks pass")
    assert "<section" in found._repr_html_()


def test_hidden_suites_are_not_read(course: Path, session: Shell) -> None:
    """Where hidden suites are in reach, none of their checks runs or is even read."""
    folder = course / "work/course/tests/hidden"
    folder.mkdir()
    (folder / "test_softmax.py").write_text("this is no suite at all (")
    session.inputs = [RIGHT]
    assert notebook.check("softmax").report.status is Status.GRADED


def test_what_changed_since_the_last_run(session: Shell) -> None:
    """A second check says what was fixed, as the command does."""
    session.inputs = [(ROOT / "tests/golden/cases/no_shift/softmax.py").read_text()]
    first = notebook.check("softmax")
    session.inputs += [RIGHT]
    assert "Since last run:" not in repr(first)
    assert "Since last run: 1 fixed, 0 broken." in repr(notebook.check("softmax"))


def test_a_place_is_the_number_beside_the_cell(session: Shell) -> None:
    """A cell is called by the number that the front end shows in brackets beside it."""
    session.inputs = [RIGHT, "1 / 0", RIGHT]
    assert "cell 2 raised ZeroDivisionError: division by zero (this notebook:cell 2:1)" in repr(
        notebook.check("softmax")
    )


def test_nothing_written_yet(session: Shell) -> None:
    """A stub, and a session without any cell, are told with the next thing to do in a notebook."""
    session.inputs = [(ROOT / "exercises/softmax.py").read_text()]
    text = repr(notebook.check("softmax"))
    assert text.startswith("TODO  softmax: not started")
    assert "write the function in its cell" in text
    session.inputs = []
    assert repr(notebook.check("softmax")).startswith("STOP  softmax")


def test_what_cannot_be_remembered_is_said(session: Shell, course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A state folder that cannot be written costs a line on standard output, never one on standard error."""
    (course / "state").write_text("a file, where a folder should be")
    session.inputs = [RIGHT]
    assert notebook.check("softmax").report.earned == 10
    said = capsys.readouterr()
    assert "this could not be remembered" in said.out
    assert said.err == ""


def test_a_students_own_modules_are_not_ours(session: Shell) -> None:
    """A random.py beside the notebook, or a numpy.py, is not imported by what checks."""
    for name in ("random", "numpy", "json"):
        Path(f"{name}.py").write_text("raise SystemExit('not mine')")
    session.inputs = [RIGHT]
    assert notebook.check("softmax").report.earned == 10


# -- what is said when there is nothing to check ----------------------------------------------------------------


def test_outside_of_a_notebook() -> None:
    """In a terminal or a program the check is a sentence that says what to use there."""
    code = "import mlgrade.notebook as n, mlgrade\ntry: n.check('softmax')\nexcept mlgrade.UsageError as e: print(e)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "this is not a notebook; in a terminal run: mlgrade check FILE, in a program: mlgrade.check\n"


def test_an_unknown_concept(session: Shell) -> None:
    """A misspelt concept is said with the nearest one, in one line without our stack."""
    with pytest.raises(UsageError, match='no concept "sofmax"; did you mean "softmax"') as caught:
        notebook.check("sofmax")
    assert caught.value._render_traceback_() == [f"UsageError: {caught.value}"]  # type: ignore[attr-defined]


def test_no_course(session: Shell, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from its course a notebook says where it looked and what to do."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with pytest.raises(UsageError, match=r"no course here: no course/course.yml beside .* move the notebook back"):
        notebook.check("softmax")


def test_a_course_that_is_named(session: Shell, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course can be named; else one above the notebook counts where none lies beside it."""
    monkeypatch.chdir(course)
    session.inputs = [RIGHT]
    assert notebook.check("softmax", course="work/course").report.earned == 10
    (course / "work/course/deeper").mkdir()
    monkeypatch.chdir(course / "work/course/deeper")
    assert notebook.check("softmax").report.earned == 10


def test_a_broken_course(session: Shell) -> None:
    """What is wrong with the course is said as the command says it."""
    Path("course/course.yml").write_text("format: 1\n")
    with pytest.raises(UsageError, match=r"course\.yml"):
        notebook.check("softmax")


def test_a_broken_suite(session: Shell) -> None:
    """A suite that cannot be collected is our fault, and no UsageError."""
    Path("course/tests/public/test_softmax.py").write_text("import nothing_of_the_kind")
    with pytest.raises(MlgradeError, match="cannot be collected") as caught:
        notebook.check("softmax")
    assert not isinstance(caught.value, UsageError)


def test_a_process_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checking process that ends without an answer is told with how it ended."""
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(MlgradeError, match=r"ended without a result \(exit status 1\)"):
        visible.ask(Asked(course=".", concept="c", file="f", cells=[]))


# -- the magics -----------------------------------------------------------------------------------------------


def test_the_magics(session: Shell) -> None:
    """`%load_ext mlgrade` brings `%check` and `%%check`; the latter runs its cell in the kernel first, once."""
    mlgrade.load_ipython_extension(session)
    check = session.magics["check"]
    session.inputs = [RIGHT]
    assert check(" 'softmax' ").report.earned == 10
    assert session.ran == []
    assert check("softmax", "x = 1").report.earned == 10
    assert session.ran == ["x = 1"]
    with pytest.raises(UsageError, match="say which concept"):
        check(" ")


def test_only_runs_with_a_number_are_noted(session: Shell) -> None:
    """The names of cells are noted for inputs that the history has, and not for those inside of others."""

    class Info:
        def __init__(self, cell_id: str | None, store_history: bool = True) -> None:
            self.cell_id, self.store_history = cell_id, store_history

    mlgrade.load_ipython_extension(session)
    mlgrade.load_ipython_extension(session)
    [before] = session.told
    session.inputs = [RIGHT, "1 / 0", "x = 1", RIGHT]
    for text, info in zip(session.inputs, [Info("A"), Info("B"), Info("B"), Info(None)], strict=True):
        before(info)
        before(Info("A", store_history=False))
        session.input_hist_raw.append(text)
    assert "cell 2" not in repr(notebook.check("softmax"))


# -- when nbgrader runs it ------------------------------------------------------------------------------------


def test_nbgrader_validates(session: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not complete is an error, with the report, since that is all that it understands."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    session.inputs = [RIGHT]
    assert notebook.check("softmax").report.status is Status.GRADED
    session.inputs = [RIGHT, "def softmax(z, axis=-1):\n    return z"]
    with pytest.raises(AssertionError, match="not all checks pass yet\n\nFAIL  softmax"):
        notebook.check("softmax")


def test_nbgrader_grades_in_a_kernel(session: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our settings are not in force the cell is an error that says so, and never all points for a report."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    session.inputs = [RIGHT]
    with pytest.raises(UsageError, match="no hidden suite: the settings that `mlgrade nbgrader init` writes are not"):
        notebook.check("softmax")
