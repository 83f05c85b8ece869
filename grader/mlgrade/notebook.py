"""The check inside of a notebook: `mlgrade.notebook.check("softmax")`, or `%load_ext mlgrade` and `%%check softmax`.

What is checked is what was run in this session, cell by cell and in a sandbox. The kernel itself runs none of it again.
"""

from __future__ import annotations

import functools
import io
import os
import sys
from pathlib import Path
from typing import Any, TypeVar

from mlgrade import course as courses
from mlgrade.course import FILE
from mlgrade.errors import MlgradeError, UsageError
from mlgrade.integrations.ipython import inputs, visible
from mlgrade.integrations.ipython.visible import Asked, VisibleReport
from mlgrade.results import ConceptReport, Outcome, Status

__all__ = ["Feedback", "check", "register"]

E = TypeVar("E", bound=Exception)
HERE = "this notebook"
BESIDE = "course"  # the folder that a student edition lies in, beside its notebooks
WIDTH = 80


class Feedback:
    """What `mlgrade check` would print, as text and as HTML. Whichever a front end can show, it shows."""

    def __init__(self, visible_report: VisibleReport) -> None:
        self._visible_report = visible_report
        self.report = visible_report.report
        [concept] = visible_report.report.concepts
        self._how: dict[str, Any] = {
            "changes": {concept.file: visible_report.change},
            "edition": visible_report.edition,
            "following": _following(concept),
        }

    def __repr__(self) -> str:
        from rich.console import Console

        from mlgrade.reports import terminal

        page = io.StringIO()
        console = Console(
            file=page,
            width=WIDTH,
            color_system=None,
            force_jupyter=False,  # else rich would show the lines by itself, as it does in a kernel
            highlight=False,
            markup=False,
            emoji=False,
        )
        terminal.render(console, self.report, **self._how)
        return page.getvalue().rstrip("\n")

    def _repr_html_(self) -> str:
        from mlgrade.reports import html

        return html.fragment(self.report, **self._how)


def check(concept: str, *, course: str | Path | None = None) -> Feedback:
    """Check what this notebook says of a concept so far, with the checks that students may see.

    Parameters
    ----------
    concept : str
        Which exercise it is.
    course : str or Path, optional
        A course.yml or its folder. If not given, `course` beside the notebook, else the one around it.

    Returns
    -------
    Feedback
        What a notebook shows as HTML, and a terminal as text; `report` holds the `Report`.

    Raises
    ------
    UsageError
        When there is nothing to check, or nothing to check it with. A wrong answer never raises.
    """
    try:
        _refuse_to_grade()
        visible_report = _visible_report(concept, course)
    except MlgradeError as error:
        raise _shortly(error) from None
    if visible_report.forgotten:
        print(f"mlgrade: {visible_report.forgotten}")  # noqa: T201  (stderr would be an error to whoever scores this cell)
    feedback = Feedback(visible_report)
    if os.environ.get("NBGRADER_EXECUTION") == "validate" and not _complete(visible_report.report.concepts[0]):
        raise _shortly(AssertionError(f"not all checks pass yet\n\n{feedback!r}"))  # all that `validate` understands
    return feedback


def _visible_report(concept: str, course: str | Path | None) -> VisibleReport:
    session = _session(_shell())
    place = Path(course) if course is not None else _course()
    return visible.ask(Asked(course=str(place), concept=concept, file=HERE, cells=session.cells()))


def _refuse_to_grade() -> None:
    """To nbgrader any report is all points. It runs this cell to grade only where our settings are not in force."""
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise UsageError(
            "nbgrader runs this notebook in a kernel, and no hidden suite: the settings that `mlgrade nbgrader init` "
            "writes are not in force. Mend what nbgrader says of nbgrader_config.py and .json, and autograde again"
        )


def _course() -> Path:
    beside = Path.cwd() / BESIDE / FILE
    if beside.is_file():
        return beside
    try:
        return courses.find(Path.cwd())
    except UsageError:
        raise UsageError(
            f"no course here: no {BESIDE}/{FILE} beside the notebook and no {FILE} in {Path.cwd()} or above it; "
            "move the notebook back to the folder it came in, or give course=..."
        ) from None


def _following(concept: ConceptReport) -> str:
    """The next thing to do, for somebody who has cells and not files and commands."""
    if concept.status is Status.BROKEN:
        return "send this notebook to your course staff; this is not your mistake."
    if concept.status is Status.NOT_STARTED:
        return "write the function in its cell; its docstring says what. Run that cell, then this one."
    if _complete(concept):
        return f"nothing more here; {concept.concept} is complete."
    return "change your cell, run it, and run this one again."


def _complete(concept: ConceptReport) -> bool:
    return concept.status is Status.GRADED and all(check.outcome is Outcome.PASSED for check in concept.checks)


def _shortly(error: E) -> E:
    """For a notebook, which shows an exception by this method where there is one: the sentence, not our stack."""
    vars(error)["_render_traceback_"] = lambda: [f"{type(error).__name__}: {error}"]
    return error


# -- the kernel -----------------------------------------------------------------------------------------------


def _shell() -> Any:
    """IPython's own object for this session. Never imported here: who has no IPython has no notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        raise UsageError("this is not a notebook; in a terminal run: mlgrade check FILE, in a program: mlgrade.check")
    return shell


class _Session:
    """What was run, and which cell it was as far as the front end says so."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._names: dict[int, str] = {}
        shell.events.register("pre_run_cell", self._before)

    def _before(self, info: Any) -> None:
        if info.store_history and (name := getattr(info, "cell_id", None)):  # IPython 8.3 and later have one
            upcoming = len(self._shell.history_manager.input_hist_raw)  # `execution_count` is one more in some versions
            self._names[upcoming] = name

    def cells(self) -> list[inputs.Input]:
        history = self._shell.history_manager.get_range(raw=True, output=False)
        return inputs.cells(((number, text) for _, number, text in history), self._names)


@functools.cache
def _session(shell: Any) -> _Session:
    return _Session(shell)


def register(shell: Any) -> None:
    """Make the magics known, and begin to listen which cells are run."""

    def magic(line: str, cell: str | None = None) -> Feedback:
        """Check a concept of the course: `%check softmax`, or `%%check softmax` above the cell with the answer."""
        if not line.strip():
            raise _shortly(UsageError("say which concept to check, such as: %check softmax"))
        if cell is not None:
            shell.run_cell(cell)
        return check(line.strip().strip("\"'"))

    _session(shell)
    shell.register_magic_function(magic, "line_cell", "check")


if (_ipython := sys.modules.get("IPython")) and (_here := _ipython.get_ipython()):
    _session(_here)  # from the first import on: then the front end's names of cells are known before the first check
