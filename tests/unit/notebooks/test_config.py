"""nbgrader's settings: they run, say where the course is and whose a collected file is, and what must hold holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from traitlets.config import Application, PyFileConfigLoader

from mlgrade import course as courses
from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import config, session

NAMES = ("softmax", "layer_2_norm", "written-scores")


def loaded(folder: Path, text: str, *, run: bool = True) -> Any:
    for name in NAMES:
        (folder / "source/scores").mkdir(parents=True, exist_ok=True)
        (folder / f"source/scores/{name}.ipynb").write_text("{}")
    (folder / config.FILE).write_text(text, encoding="utf-8")
    return PyFileConfigLoader(config.FILE, path=str(folder)).load_config() if run else None


def uncommented(text: str, system: str) -> str:
    """The file with the lines of one LMS switched on, as its comment says."""
    head, _, rest = text.partition(f"# {system}:\n")
    lines = rest.split("\n")
    return head + "\n".join([line.removeprefix("# ") for line in lines[:2]] + lines[2:])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Math for ML", "math_for_ml"),
        ("Analyse & Übung, 2. Teil", "analyse_ubung_2_teil"),
        ("../../etc", "etc"),
        ("機械学習", "course_f496ca6a"),
        ("x" * 120, "x" * 60),
    ],
)
def test_the_id_of_a_course(title: str, name: str, course: Path) -> None:
    """It is made from the title in letters that any folder can have; of a title without such letters, from its hash."""
    assert config.course_id(msgspec.structs.replace(courses.load(course), title=title)) == name


@pytest.mark.parametrize("place", ["plain", 'it\'s "here"', "Übung {x} <COURSE_ID>", "a\nb", "back\\slash\\n"])
def test_any_place_of_the_course(place: str, course: Path, tmp_path: Path) -> None:
    """Whatever the course's folder is called, the file is Python and names it."""
    root = course / place
    text = config.text(msgspec.structs.replace(courses.load(course), root=root))
    found = loaded(tmp_path / "nb", text)
    assert found.HiddenSuites.course == str(root.resolve())
    assert found.CourseDirectory.course_id == "golden"


def test_a_slip_in_the_settings(course: Path, tmp_path: Path) -> None:
    """Where nbgrader cannot run nbgrader_config.py it goes on without it, and still with our steps and our collect."""
    (tmp_path / config.FIRM).write_text(config.firm())
    loaded(tmp_path, config.text(courses.load(course)) + "\nc.Exchange.root = /srv\n", run=False)
    app = Application()
    app.load_config_file(config.FILE, path=str(tmp_path))  # as nbgrader does
    assert "HiddenSuites" not in app.config
    assert app.config.Autograde.sanitize_preprocessors == list(config.SANITIZE)
    assert app.config.Autograde.autograde_preprocessors == list(config.AUTOGRADE)
    assert app.config.OverwriteCells.add_missing_cells is True
    assert app.config.ExchangeFactory.collect == "mlgrade.integrations.nbgrader.collecting.Collect"


def test_late_submissions(course: Path, tmp_path: Path) -> None:
    """nbgrader takes nothing off; that is the affair of course.yml."""
    assert loaded(tmp_path, config.text(courses.load(course))).LateSubmissionPlugin.penalty_method == "none"


FOLDERS = {
    "ada/softmax.ipynb": ("ada", "softmax"),
    "00123/layer_2_norm.ipynb": ("00123", "layer_2_norm"),
    "zoë o'brien/written-scores-1.ipynb": ("zoë o'brien", "written-scores"),
    "ada@uni.edu/softmax (2).ipynb": ("ada@uni.edu", "softmax"),
    "kim_12_34_x/softmax.ipynb": ("kim_12_34_x", "softmax"),
    # nobody's
    ".others/ada/softmax.ipynb": None,
    ".ambiguous/softmax.ipynb": None,
    "ada/notes/softmax.ipynb": None,
    "ada/plan.ipynb": None,
    "ada/softmax.py": None,
    "softmax.ipynb": None,
    # what a student chose to call a file
    "ada/x_bob_attempt_2026-01-01-10-00-00_softmax.ipynb": None,
    "ada/lovelaceada_12_345_softmax.ipynb": None,
    "ada/extracted/bob/softmax.ipynb": None,
    "ada/downloaded/scores/extracted/bob/softmax.ipynb": None,
}
CANVAS = {
    "submissions/lovelaceada_12_345_softmax.ipynb": ("12", "softmax"),
    "lovelaceada_LATE_12_345_layer_2_norm-3.ipynb": ("12", "layer_2_norm"),
    "lovelaceada_12_345_x_99_100_softmax.ipynb": None,
}
MOODLE = {
    "hw/Ada Lovelace_4711_assignsubmission_file_/softmax.ipynb": ("4711", "softmax"),
    "hw/Ada_9 Lovelace_4711_assignsubmission_file/softmax.ipynb": ("4711", "softmax"),
}
BLACKBOARD = {
    "hw/Homework_1_ada_attempt_2026-01-02-03-04-05_softmax.ipynb": ("ada", "softmax"),
    "hw/HW_ada_attempt_2026-01-02-03-04-05_bob_attempt_2026-01-02-03-04-06_softmax.ipynb": None,
}


@pytest.mark.parametrize(
    ("system", "files"), [("", FOLDERS), ("Canvas", CANVAS), ("Moodle", MOODLE), ("Blackboard", BLACKBOARD)]
)
def test_whose_a_file_is(system: str, files: dict[str, tuple[str, str] | None], course: Path, tmp_path: Path) -> None:
    """The student and the notebook, from the folder or from what the LMS writes before a student's own words."""
    text = config.text(courses.load(course))
    pattern = loaded(
        tmp_path / "nb", uncommented(text, system) if system else text
    ).FileNameCollectorPlugin.named_regexp
    for name, expected in files.items():
        found = re.match(pattern, f"{tmp_path.resolve()}/nb/downloaded/scores/extracted/{name}")
        assert (found and (found["student_id"], found["file_id"])) == expected, name


def test_a_course_that_was_moved(
    course: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the settings name a folder that is gone, it is said which line to change, and the variable is a way too."""
    there, moved = tmp_path_factory.mktemp("nb"), tmp_path_factory.mktemp("moved") / "course"
    loaded(there, config.text(courses.load(course)))
    assert session.load_course(None, there).root == course
    course.rename(moved)
    with pytest.raises(
        UsageError, match=r"no such folder; nbgrader_config.py says .*HiddenSuites.course.*MLGRADE_COURSE"
    ):
        session.load_course(None, there)
    monkeypatch.setenv(courses.VARIABLE, str(moved))
    assert session.load_course(None, there).root == moved
