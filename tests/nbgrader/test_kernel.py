"""The check in a real kernel, asked as JupyterLab asks: what a student sees in each cell's output."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import commands
import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

pytestmark = pytest.mark.full  # waits for nbgrader, kernels or a browser


ROOT = Path(__file__).resolve().parents[2]
PLENTY = 120.0  # seconds
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()
WRONG = (ROOT / "tests/golden/cases/no_shift/softmax.py").read_text()
STUB = (ROOT / "exercises" / "softmax.py").read_text()
CHECK = 'import mlgrade.notebook\n\nmlgrade.notebook.check("softmax")'
Output = dict[str, Any]


@pytest.fixture
def folder(course: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a student's notebook is: the student edition lies beside it, in `course`."""
    here = tmp_path_factory.mktemp("student")
    for part in ("exercises", "tests/public"):
        shutil.copytree(course / part, here / "course" / part)
    shutil.copy(course / "course.yml", here / "course")
    monkeypatch.setenv("MLGRADE_STATE", str(course / "state"))
    monkeypatch.setenv("IPYTHONDIR", str(course / "ipython"))
    return here


class Kernel:
    """One session. `run` gives a cell's outputs; with a name it is the cell of that name, as a front end says it."""

    def __init__(self, folder: Path) -> None:
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(cwd=str(folder), env=dict(os.environ))
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PLENTY)

    def run(self, code: str, name: str = "") -> list[Output]:
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}  # fmt: skip
        message = self._client.session.msg("execute_request", content, metadata={"cellId": name} if name else {})
        self._client.shell_channel.send(message)
        return list(self._outputs(message["header"]["msg_id"]))

    def _outputs(self, asked: str) -> Iterator[Output]:
        end = time.monotonic() + PLENTY
        while True:
            message = self._client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return
            if kind in ("stream", "display_data", "execute_result", "error"):
                yield {"output_type": kind, **content}

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(folder: Path) -> Iterator[Kernel]:
    started = Kernel(folder)
    yield started
    started.close()


def shown(outputs: list[Output]) -> str:
    """The text of the one report among the outputs, once it is clear that it came as HTML too."""
    [result] = [one for one in outputs if one["output_type"] == "execute_result"]
    assert [one["output_type"] for one in outputs] == ["execute_result"], outputs
    assert result["data"].keys() == {"text/plain", "text/html"}
    text: str = result["data"]["text/plain"]
    page: str = result["data"]["text/html"]
    assert page.startswith('<section class="mlgrade ')
    assert re.sub(r"\s+", " ", text.splitlines()[0].partition(": ")[2]) in re.sub(r"\s+", " ", page)
    return text


def test_a_session(kernel: Kernel) -> None:
    """A stub, a wrong answer, one that cannot be read and the right one in the same cell: each check says what is so."""
    assert kernel.run("import numpy as np", "first") == []
    kernel.run(STUB, "answer")
    assert shown(kernel.run(CHECK, "check")).startswith("TODO  softmax: not started")
    kernel.run(WRONG, "answer")
    text = shown(kernel.run(CHECK, "check"))
    assert text.startswith("FAIL  softmax: 5 of 6 visible checks pass")
    assert "FAIL  Stays finite for large scores  (stability)" in text
    [error] = [one for one in kernel.run("def softmax(z)\n    return z", "answer") if one["output_type"] == "error"]
    assert error["ename"] == "SyntaxError"
    text = shown(kernel.run(CHECK, "check"))
    assert text.startswith("STOP  softmax")
    assert re.search(r"cell 6 cannot be read: expected ':' \(this notebook:cell 6:1\)", text)
    kernel.run(RIGHT, "answer")
    kernel.run("print(softmax(np.array([1.0, 2.0])))", "try")
    text = shown(kernel.run(CHECK, "check"))
    assert text.startswith("PASS  softmax: all 6 visible checks pass, 10 of 10 points")
    assert "cell" not in text


def test_the_magics(kernel: Kernel) -> None:
    """`%%check` runs its cell in the kernel and checks it; `%check` checks what is there."""
    assert kernel.run("%load_ext mlgrade", "load") == []
    assert shown(kernel.run(f"%%check softmax\n{WRONG}", "answer")).startswith("FAIL  softmax")
    assert shown(kernel.run(f"%%check softmax\n{RIGHT}", "answer")).startswith("PASS  softmax")
    assert kernel.run("print(softmax([0.0, 0.0]))")[0]["text"] == "[0.5 0.5]\n"
    assert shown(kernel.run("%check softmax")).startswith("PASS  softmax")


def test_a_cell_that_fails_under_the_magic(kernel: Kernel) -> None:
    """A cell that raises under `%%check` shows Python's own error, and the check with what is left."""
    kernel.run("%load_ext mlgrade")
    outputs = kernel.run(f"%%check softmax\n{RIGHT}\n1 / 0")
    assert [one["output_type"] for one in outputs] == ["error", "execute_result"]
    text = outputs[1]["data"]["text/plain"]
    assert text.startswith("PASS  softmax")
    assert "cell 2 raised ZeroDivisionError" in text


def test_the_kernel_runs_nothing_again(kernel: Kernel, folder: Path) -> None:
    """A check leaves the session as it was: no cell is run again in it, and nothing of it is changed."""
    kernel.run("count = 0\nimport sys, signal, warnings\nbefore = set(sys.modules)", "a")
    kernel.run(f"count += 1\nopen('ran', 'a').write('x')\n{RIGHT}", "b")
    state = "(signal.getsignal(signal.SIGINT).__name__, warnings.filters[:3], sys.stdout.__class__.__name__, count, open('ran').read())"
    first = kernel.run(state)[0]["data"]["text/plain"]
    shown(kernel.run(CHECK))
    assert kernel.run(state)[0]["data"]["text/plain"] == first
    assert "'x')" in first
    loaded = kernel.run("sorted({name.partition('.')[0] for name in set(sys.modules) - before} & {'pytest', '_pytest', 'pluggy'})")  # fmt: skip
    assert loaded[0]["data"]["text/plain"] == "[]"


def test_code_in_the_kernel_does_not_decide(kernel: Kernel) -> None:
    """What a student sets in the kernel's numpy, or in mlgrade itself, is not there where the checks run."""
    kernel.run(
        "import numpy as np\nnp.testing.assert_allclose = lambda *a, **k: None\nnp.set_printoptions(precision=1)"
    )
    kernel.run("import mlgrade.suite.compare as c\nc.close = lambda *a, **k: None")
    kernel.run(WRONG)
    assert shown(kernel.run(CHECK)).startswith("FAIL  softmax")


def test_a_loop_without_end_in_a_function(kernel: Kernel) -> None:
    """A function that never returns is stopped by the limit of a call, and the kernel goes on."""
    kernel.run("def softmax(z, axis=-1):\n    while True:\n        pass")
    assert "TIME  " in shown(kernel.run(CHECK))
    assert kernel.run("1 + 1")[0]["data"]["text/plain"] == "2"


def test_a_sentence_and_no_stack(kernel: Kernel) -> None:
    """A misspelt concept is one line in the notebook, with the nearest name."""
    [error] = kernel.run('import mlgrade.notebook\nmlgrade.notebook.check("sofmax")')
    assert error["traceback"] == ['UsageError: no concept "sofmax"; did you mean "softmax"?']


def test_a_running_event_loop(kernel: Kernel) -> None:
    """The check works in a cell that itself awaits something."""
    kernel.run(RIGHT)
    outputs = kernel.run(f"import asyncio\nawait asyncio.sleep(0)\n{CHECK}")
    assert shown(outputs).startswith("PASS  softmax")


@pytest.fixture
def execute(folder: Path) -> Callable[..., list[Any]]:
    """Run cells as nbgrader and nbconvert do, which give cells no names."""

    def run(*cells: str) -> list[Any]:
        made = new_notebook(cells=[new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
        NotebookClient(made, timeout=PLENTY, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
        nbformat.validate(made)
        json.dumps(made)
        return list(made.cells)

    return run


def test_a_notebook_run_as_a_whole(execute: Callable[..., list[Any]]) -> None:
    """A notebook that is run from top to bottom holds the reports of its check cells, whatever runs it."""
    stub, first, wrong, second, right, third = execute(STUB, CHECK, WRONG, CHECK, RIGHT, CHECK)
    assert (stub.outputs, wrong.outputs, right.outputs) == ([], [], [])
    verdicts = [shown(list(cell.outputs))[:13] for cell in (first, second, third)]
    assert verdicts == ["TODO  softmax", "FAIL  softmax", "PASS  softmax"]


@pytest.mark.parametrize("answer", [STUB, WRONG, RIGHT], ids=["stub", "wrong", "right"])
def test_nbgraders_own_score(execute: Callable[..., list[Any]], answer: str) -> None:
    """A report in a test cell is no number and no error to nbgrader: as a score it would be the same with and without."""
    _, cell = execute(answer, CHECK)
    own = {"grade": True, "solution": False, "grade_id": "test-softmax", "points": 4, "schema_version": 3, "locked": True, "task": False}  # fmt: skip
    cell.metadata["nbgrader"] = nbformat.from_dict(own)  # type: ignore[no-untyped-call]
    cell.metadata["nbgrader"]["cell_type"] = "code"
    with_report = determine_grade(cell)
    cell.outputs = []
    assert with_report == determine_grade(cell)


@pytest.mark.parametrize(("answer", "said"), [(RIGHT, "Success! Your notebook passes all the tests."), (STUB, "not all checks pass yet")])  # fmt: skip
def test_validate(folder: Path, answer: str, said: str) -> None:
    """`nbgrader validate` passes what passes the visible checks, and no more: a report alone is no pass."""
    graded = {"nbgrader": {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False, "grade_id": "test-softmax", "points": 10.0}}  # fmt: skip
    made = new_notebook(cells=[new_code_cell(answer), new_code_cell(CHECK, metadata=graded)])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, folder / "softmax.ipynb")
    done = commands.run("nbgrader", "validate", "softmax.ipynb", at=folder)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
