"""The wheel and the source distribution: built, looked into, installed where nothing of this repository is, and used."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import wheels

import mlgrade

ROOT = Path(__file__).resolve().parents[2]


pytestmark = [
    pytest.mark.full,  # builds and installs the packages
    pytest.mark.needs("build", "hatchling"),
    pytest.mark.skipif(sys.platform == "win32", reason="programs of an environment lie elsewhere on Windows"),
]
COURSES = "mlgrade/templates/math-for-ml.zip"  # the only place in the wheel that holds hidden suites and solutions
STUDENT = {"click", "fsrs", "msgspec", "numpy", "platformdirs", "pytest", "pyyaml", "rich"}
KINDS = {".py", ".typed", ".txt", ".ini", ".csv", ".sh", ".yml", ".zip", ""}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return wheels.built(tmp_path_factory.mktemp("dist"), ROOT)


@pytest.fixture(scope="module")
def names(made: tuple[Path, Path]) -> list[str]:
    with zipfile.ZipFile(made[0]) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def installed(made: tuple[Path, Path]) -> Iterator[wheels.Environment]:
    with tempfile.TemporaryDirectory(prefix="mlgrade-install-") as folder:
        yield wheels.Environment(Path(folder), made[0])


# -- what is built --------------------------------------------------------------------------------------------------


def test_the_source_distribution_builds_the_same_wheel(made: tuple[Path, Path], tmp_path: Path) -> None:
    """Byte for byte, from nothing but what is in it."""
    with tarfile.open(made[1]) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    [source] = (tmp_path / "source").iterdir()
    packaging, _ = wheels.built(tmp_path, source)
    assert packaging.read_bytes() == made[0].read_bytes()


def test_the_source_distribution_has_all_that_the_tests_need(made: tuple[Path, Path]) -> None:
    """Course, documentation, benchmarks and tests; nothing that a run has left."""
    with tarfile.open(made[1]) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "course.yml",
        "README.md",
        "LICENSE",
        "hatch_build.py",
        "tests/conftest.py",
        "docs/how-to/github.md",
    } <= found
    left = [name for name in found if re.search(r"(^|/)(__pycache__|\.venv|\.git|gradebook\.db)(/|$)|\.pyc$", name)]
    assert left == []


def test_the_wheel_holds_the_package_and_no_more(names: list[str]) -> None:
    """Only files of the package, of kinds that it is made of, and every module of it."""
    top = {name.partition("/")[0] for name in names}
    assert top == {"mlgrade", f"mlgrade-{mlgrade.__version__}.dist-info"}
    ours = {name for name in names if name.startswith("mlgrade/")}
    assert {Path(name).suffix for name in ours} <= KINDS
    here = {path.relative_to(ROOT / "grader").as_posix() for path in (ROOT / "grader" / "mlgrade").rglob("*.py")}
    assert {name for name in ours if name.endswith(".py")} == here
    assert "mlgrade/py.typed" in ours


def test_suites_and_solutions_lie_in_the_template_only(made: tuple[Path, Path], names: list[str]) -> None:
    """Nothing loose that student code, or a search on a student's disk, comes upon as a file."""
    assert [name for name in names if name.endswith(".zip")] == [COURSES]
    assert not [name for name in names if re.search(r"(^|/)(test_\w+\.py|solutions|exercises|course\.yml)", name)]
    hidden = (ROOT / "tests" / "hidden" / "test_softmax.py").read_bytes()
    with zipfile.ZipFile(made[0]) as archive:
        assert hidden not in {archive.read(name) for name in names}
        with archive.open(COURSES) as packed, zipfile.ZipFile(packed) as course:
            assert course.read("tests/hidden/test_softmax.py") == hidden
            assert {name.partition("/")[0] for name in course.namelist()} == {
                "course.yml", "exercises", "solutions", "lessons", "cards", "tests",
            }  # fmt: skip


def test_the_wheel_is_small(made: tuple[Path, Path]) -> None:
    """Below two MiB: benchmarks/install_size.py compares a student's whole install."""
    assert made[0].stat().st_size < 2 * 1024 * 1024


def test_what_a_student_needs_is_what_is_said(made: tuple[Path, Path], names: list[str]) -> None:
    """The dependencies without an extra are these; one more is a decision, made here too."""
    [metadata] = [name for name in names if name.endswith("/METADATA")]
    with zipfile.ZipFile(made[0]) as archive:
        text = archive.read(metadata).decode()
    lines = re.findall(r"^Requires-Dist: (.*)$", text, re.MULTILINE)
    assert {re.match(r"[\w-]+", line)[0] for line in lines if "extra ==" not in line} == STUDENT  # type: ignore[index]


def test_one_place_has_the_version(names: list[str]) -> None:
    """The version of the package stands in one file, that of the course in course.yml; the CHANGELOG begins with it."""
    [found] = re.findall(r"^__version__ = \"(.*)\"$", (ROOT / "grader/mlgrade/_version.py").read_text(), re.MULTILINE)
    assert f"mlgrade-{found}.dist-info/METADATA" in names
    heads = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == found
    assert re.fullmatch(r"\d+\.\d+\.\d+([ab]|rc)?\d*", found)


# -- installed where nothing else is ------------------------------------------------------------------------------------


def test_the_command_and_the_module_are_there(installed: wheels.Environment, tmp_path: Path) -> None:
    """From the environment, not from this repository."""
    assert installed.run("mlgrade", "--version", cwd=tmp_path).stdout == f"mlgrade, version {mlgrade.__version__}\n"
    code = "import mlgrade; print(mlgrade.__file__)"
    assert installed.run("python", "-c", code, cwd=tmp_path).stdout.startswith(str(installed.root))
    assert installed.run("python", "-m", "mlgrade", "--version", cwd=tmp_path).returncode == 0
    assert installed.pip("check").returncode == 0


def test_a_students_install_is_small(installed: wheels.Environment) -> None:
    """At most sixteen distributions, pip among them, and no library of the staff."""
    done = installed.pip("list", "--format=freeze")
    found = {line.partition("==")[0].lower() for line in done.stdout.splitlines()} - {"pip", "setuptools"}
    assert found >= STUDENT
    assert len(found) <= 16
    assert not found & {"sqlalchemy", "openpyxl", "distributed", "nbgrader", "canvasapi"}


def test_every_command_has_help_without_the_staffs_libraries(installed: wheels.Environment, tmp_path: Path) -> None:
    """Help is there for who may still have to install something; what needs it says which line installs it."""
    commands = re.findall(r"^  (\w+)  ", installed.run("mlgrade", "--help", cwd=tmp_path).stdout, re.MULTILINE)
    assert len(commands) > 15
    code = f"import subprocess, sys\nfor name in {commands!r}:\n    subprocess.run(['mlgrade', name, '--help'], check=True)"
    done = installed.run("python", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    course = ROOT / "course.yml"
    grade = installed.run("mlgrade", "gradebook", "show", "--course", course, cwd=tmp_path)
    assert (grade.returncode, grade.stderr) == (
        2,
        "mlgrade: a gradebook needs SQLAlchemy; pip install 'mlgrade[staff]'\n",
    )


USE = """\
from pathlib import Path
import mlgrade

report = mlgrade.check(Path("softmax.py"), course="course.yml")
earned: float = report.earned
titles: list[str] = [check.title for concept in report.concepts for check in concept.checks]
status: mlgrade.Status = report.status
"""


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", ""),
        ("mlgrade.check(3)\n", 'incompatible type "int"'),
        ("report.ernaed\n", '"Report" has no attribute "ernaed"'),
    ],
)
def test_its_types_are_seen(installed: wheels.Environment, tmp_path: Path, line: str, complaint: str) -> None:
    """A program that uses the library is checked against the installed package, and told of its mistakes."""
    (tmp_path / "use.py").write_text(USE + line)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", installed.bin / "python", "use.py"]
    settings = {name: value for name, value in os.environ.items() if name != "MYPYPATH"}
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (complaint == ""), done.stdout
    assert complaint in done.stdout


def test_a_package_for_others_holds_no_course(installed: wheels.Environment, tmp_path: Path) -> None:
    """The wheel that an adapter makes of an installed mlgrade leaves the template out: it goes to students too."""
    code = (
        "import io, pathlib, zipfile; from mlgrade.integrations import packaging; data = packaging.made()\n"
        "print(packaging.holds_a_course(data), *zipfile.ZipFile(io.BytesIO(data)).namelist())\n"
        "whole = next(pathlib.Path(packaging.__file__).parents[1].glob('templates/*.zip')); print(whole.is_file())"
    )
    done = installed.run("python", "-c", code, cwd=tmp_path)
    first, second = done.stdout.splitlines()
    assert second == "True"
    assert first.startswith("False ")
    assert "mlgrade/templates/" not in first


def test_the_built_wheel_is_known_to_hold_a_course(made: tuple[Path, Path]) -> None:
    """So `--wheel` with it is refused where isolation layers are reduced, or where students get it."""
    from mlgrade.integrations import packaging

    assert packaging.holds_a_course(made[0].read_bytes())


def test_modules_of_the_package_need_only_what_is_declared() -> None:
    """Every import of another package is a dependency, or one of an extra."""
    text = (ROOT / "pyproject.toml").read_text()
    declared = {name.lower().replace("-", "_") for name in re.findall(r'"([A-Za-z][\w-]*)(?:\[[\w,]*\])?[>=]', text)}
    names = {"yaml": "pyyaml", "_pytest": "pytest"}
    along = {
        "packaging": "pytest",
        "requests": "canvasapi",
        "urllib3": "canvasapi",
        "traitlets": "nbgrader",
        "nbformat": "nbgrader",
    }
    known = (
        names | along
    )  # what is imported by another name, and what comes along with a package that cannot do without
    missing = set()
    for path in (ROOT / "grader" / "mlgrade").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            tops = {name.partition(".")[0] for name in found} - set(sys.stdlib_module_names) - {"mlgrade"}
            missing |= {f"{path.name}: {top}" for top in tops if known.get(top, top.lower()) not in declared}
    assert missing == set()
