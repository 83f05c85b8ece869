"""PrairieLearn's questions in the folders that it documents: the run script of a question, as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import adapted
import generated
import pytest

ROOT = Path(__file__).resolve().parents[2]


pytestmark = [
    pytest.mark.full,  # plays the machine of the service
    pytest.mark.needs("hatchling"),
    pytest.mark.skipif(sys.platform != "linux", reason="PrairieLearn's images are Linux"),
]
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()


class Grader:
    """/grade of one question, at another place. The image's Python is the one of these tests."""

    def __init__(self, root: Path, question: Path) -> None:
        self.root = root
        shutil.copytree(question / "tests", root / "tests")
        (root / "data").mkdir()
        (root / "data" / "data.json").write_text('{"params": {}}')

    def run(self, handin: Path) -> subprocess.CompletedProcess[str]:
        adapted.put(handin, self.root / "student")
        settings = {**os.environ, "MLGRADE_GRADE": str(self.root), "MLGRADE_PYTHON": sys.executable}
        entry = self.root / "tests" / "run"  # /grade/tests/run in info.json
        return subprocess.run([entry], cwd="/", env=settings, capture_output=True, text=True, check=False)

    def result(self, handin: Path) -> dict[str, Any]:
        done = self.run(handin)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.written()

    def written(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "results" / "results.json").read_text())
        return found


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated.course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def questions(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("made") / "pl"
    done = adapted.adapter("prairielearn", target, "--course", course, "--image", "ml/grader:1")
    assert done.returncode == 0, done.stderr
    assert "3 questions, graded in the image ml/grader:1" in done.stdout
    return target / "questions" / "mlgrade"


@pytest.fixture
def grader(questions: Path, tmp_path: Path) -> Grader:
    return Grader(tmp_path / "grade", questions / "softmax")


@pytest.fixture
def handin(tmp_path: Path) -> Path:
    folder = tmp_path / "handin"
    folder.mkdir()
    return folder


def test_the_same_scores_as_mlgrade_grade(questions: Path, course: Path, tmp_path: Path) -> None:
    """The share is the concept's score; what mlgrade does not grade is not gradable there."""
    students = adapted.handins(tmp_path / "class")
    expected = adapted.graded(tmp_path / "class", course, tmp_path / "book.db")
    grader = Grader(tmp_path / "grade", questions / "softmax")
    for student in students:
        result = grader.result(tmp_path / "class" / student)
        status, earned, possible = expected.get((student, "softmax"), ("missing", 0.0, 10.0))
        assert result["gradable"] is (status == "graded"), student
        if result["gradable"]:
            assert round(result["score"] * possible, 6) == earned, student
            assert round(sum(test["points"] for test in result["tests"]), 6) == earned, student
            assert round(sum(test["max_points"] for test in result["tests"]), 6) == possible, student


def test_a_question_has_what_prairielearn_reads(questions: Path) -> None:
    """info.json names the image and the entry point; the page gives the stub to edit; the script may be run."""
    info = json.loads((questions / "softmax" / "info.json").read_text())
    assert info["gradingMethod"] == "External"
    assert info["externalGradingOptions"] == {
        "enabled": True, "image": "ml/grader:1", "entrypoint": "/grade/tests/run", "timeout": 34, "enableNetworking": False,
    }  # fmt: skip
    assert 'source-file-name="softmax.py"' in (questions / "softmax" / "question.html").read_text()
    assert os.access(questions / "softmax" / "tests" / "run", os.X_OK)
    image = questions.parents[1] / "image"
    assert {path.name.partition("-")[0] for path in image.iterdir()} == {"Containerfile", "requirements.txt", "mlgrade"}
    uuids = {json.loads((path / "info.json").read_text())["uuid"] for path in questions.iterdir()}
    assert len(uuids) == 3


def test_a_loop_costs_the_check_it_is_in(grader: Grader, handin: Path) -> None:
    """The other checks keep their points."""
    loops = (
        "\n\n_right = softmax\ndef softmax(z, axis=-1):\n    while np.max(z) > 500: pass\n    return _right(z, axis)\n"
    )
    (handin / "softmax.py").write_text(RIGHT + loops)
    assert 0 < grader.result(handin)["score"] < 1


def test_what_cannot_run_costs_no_attempt(grader: Grader, handin: Path) -> None:
    """A syntax error shows its line, and an empty submission what it should be called."""
    (handin / "softmax.py").write_text(RIGHT + "\ndef broken(:\n")
    result = grader.result(handin)
    assert result["gradable"] is False
    assert "softmax.py:" in result["message"]
    (handin / "softmax.py").unlink()
    assert "hand it in as softmax.py or softmax.ipynb" in grader.result(handin)["message"]


def test_a_broken_suite_costs_nobody_anything(grader: Grader, handin: Path) -> None:
    """The student reads that it is not their mistake, the staff which check it is."""
    (handin / "softmax.py").write_text(RIGHT)
    suite = grader.root / "tests" / "course" / "tests" / "hidden" / "test_softmax.py"
    suite.write_text(
        suite.read_text() + '\n\ndef test_ours(student):\n    """Is ours."""\n    raise RuntimeError("no")\n'
    )
    done = grader.run(handin)
    assert done.returncode == 70
    assert "softmax.hidden.ours is at fault, not the student" in done.stdout
    assert grader.written()["gradable"] is False
    assert "not in your code" in grader.written()["message"]


@pytest.mark.parametrize(("file", "text"), [("course/course.yml", "format: 2\n"), ("settings.json", "{}")])
def test_a_question_that_does_not_load_costs_nobody_anything(
    grader: Grader, handin: Path, file: str, text: str
) -> None:
    """Why it does not is in the container's output."""
    (grader.root / "tests" / file).write_text(text)
    (handin / "softmax.py").write_text(RIGHT)
    done = grader.run(handin)
    assert done.returncode == 70
    assert done.stdout.startswith("mlgrade: ")
    assert grader.written()["gradable"] is False


def test_student_code_reads_nothing_of_the_question(grader: Grader, handin: Path) -> None:
    """Neither the solution nor PrairieLearn's own data."""
    places = [str(grader.root / place) for place in ("tests/course/solutions/softmax.py", "data/data.json")]
    nosy = f"for place in {places}:\n    try:\n        print(open(place).read())\n    except OSError:\n        print('refused')\n"
    (handin / "softmax.py").write_text(nosy + RIGHT)
    result = grader.result(handin)
    assert result["message"].count("refused") == 2
    assert result["score"] == 1.0
