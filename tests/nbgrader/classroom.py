"""A small nbgrader course, students who edit notebooks, and nbgrader's own autograde in this process.

The folder is made once with `mlgrade nbgrader init` and nbgrader's generate_assignment, and copied for each test file.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import JSONFileConfigLoader, PyFileConfigLoader

from mlgrade import course as courses
from mlgrade.integrations.nbgrader import init, source, source_cells

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import generated  # noqa: E402  (from the folder above, where the benchmarks find it too)

os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic
UNIT = "scores"
RIGHT = {name: (ROOT / "solutions" / f"{name}.py").read_text() for name in generated.CONCEPTS}
Edit = Callable[[Any], None]


class Score(msgspec.Struct, frozen=True):
    auto: float | None
    manual: float | None
    needs_manual: bool
    points: float


class Classroom:
    def __init__(self, root: Path) -> None:
        self.root, self.course = root / "nbgrader", root / "course"

    # -- students

    def submit(self, student: str, *edits: Edit, notebook: str = "softmax") -> Path:
        node = nbformat.read(self.root / "release" / UNIT / f"{notebook}.ipynb", 4)
        for edit in edits:
            edit(node)
        return self.submit_text(student, json.dumps(node), notebook=notebook)

    def submit_text(self, student: str, text: str, notebook: str = "softmax") -> Path:
        path = self.root / "submitted" / student / UNIT / f"{notebook}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    # -- staff

    def api(self, **settings: dict[str, Any]) -> NbGraderAPI:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()
        config.merge(JSONFileConfigLoader("nbgrader_config.json", path=str(self.root)).load_config())
        config.CourseDirectory.root = str(self.root)
        for name, values in settings.items():
            config[name].update(values)
        return NbGraderAPI(CourseDirectory(config=config), config=config)

    def autograde(self, student: str = "*", **settings: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self.api(**settings).autograde(UNIT, student, force=True)
        return result

    def book(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def score(self, student: str, name: str = "test-softmax") -> Score:
        with self.book() as book:
            grade = book.find_grade(name, _notebook(name), UNIT, student)
            return Score(grade.auto_score, grade.manual_score, grade.needs_manual_grade, grade.max_score)

    def comment(self, student: str, concept: str = "softmax") -> str:
        with self.book() as book:
            return str(book.find_comment(f"answer-{concept}", concept, UNIT, student).comment)

    def graded(self, student: str, notebook: str = "softmax") -> Any:
        """The notebook as formgrader shows it."""
        return nbformat.read(self.root / "autograded" / student / UNIT / f"{notebook}.ipynb", 4)


def _notebook(name: str) -> str:
    return name.removeprefix("test-") if name.startswith("test-") else "norm"


def make(folder: Path, *, per_unit: bool = False) -> Classroom:
    """With one notebook for each concept, or one for the unit."""
    template = _template(per_unit)
    shutil.copytree(template, folder, dirs_exist_ok=True)
    config = folder / "nbgrader" / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(template), str(folder)))
    return Classroom(folder)


@functools.cache
def _template(per_unit: bool) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mlgrade-classroom-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    course = courses.load(generated.course(folder / "course"))
    room = Classroom(folder)
    init.carry_out(init.plan(course, room.root, per_unit=per_unit))
    if not per_unit:
        _add_cells_of_the_staff(room.root / "source" / UNIT / "norm.ipynb")
    result = room.api().generate_assignment(UNIT)
    assert result["success"], result
    return folder


def _add_cells_of_the_staff(path: Path) -> None:
    """An autograded cell that no concept of ours stands behind, and an answer in words, which the course has no cards for."""
    node = nbformat.read(path, 4)
    own = {"schema_version": 3, "grade_id": "bonus", "grade": True, "solution": False, "locked": True, "task": False}
    cell = nbformat.v4.new_code_cell("assert True", id="bonus", metadata={"nbgrader": own | {"points": 2.0}})
    words = nbformat.v4.new_markdown_cell(source.PLACEHOLDER, id="words", metadata=source_cells.written(UNIT, 5.0))
    node.cells += [cell, words]
    nbformat.write(node, path)


# -- what students do to a notebook ---------------------------------------------------------------------------


def cell(node: Any, name: str) -> Any:
    return next(cell for cell in node.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def write(text: str, name: str = "answer-softmax") -> Edit:
    def edit(node: Any) -> None:
        cell(node, name).source = text

    return edit


def delete(*names: str) -> Edit:
    def edit(node: Any) -> None:
        for name in names:
            node.cells.remove(cell(node, name))

    return edit


def copy(name: str, text: str | None = None) -> Edit:
    """Copy and paste a cell: the copy stands above the cell, with the same metadata."""

    def edit(node: Any) -> None:
        made = nbformat.from_dict(json.loads(json.dumps(cell(node, name))))
        made.update({} if text is None else {"source": text}, id="copied")
        node.cells.insert(node.cells.index(cell(node, name)), made)

    return edit


def claim(name: str, **metadata: Any) -> Edit:
    def edit(node: Any) -> None:
        cell(node, name).metadata.nbgrader.update(metadata)

    return edit


def add(kind: str, text: str, at: int | None = None, **fields: Any) -> Edit:
    def edit(node: Any) -> None:
        made = getattr(nbformat.v4, f"new_{kind}_cell")(text)
        made.update(nbformat.from_dict(fields))
        node.cells.insert(len(node.cells) if at is None else at, made)

    return edit


def format_3(node: Any) -> None:
    """As a Jupyter of ten years ago would have saved it."""
    old = nbformat.convert(nbformat.from_dict(json.loads(json.dumps(node))), 3)
    node.clear()
    node.update(old)
