"""Nothing that lies in the working folder or among the submissions runs as the grader.

Before: grading processes were started as `python -c`, so that `cd submissions; mlgrade grade .` executed a student's folder
`pickle` or a file `multiprocessing.py` with the grader's rights, and `python -m mlgrade` a planted `numpy.py`.
"""

from __future__ import annotations

import os
import pkgutil
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable, "-m", "mlgrade"]
SAFE_PYTHON = [sys.executable, "-P", "-m", "mlgrade"]
SCRIPT = [str(Path(sys.executable).with_name("mlgrade"))]
COURSE = """\
format: 1
title: Planted
version: "1.0"
seed: 7
units:
  - id: scores
    title: Scores
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [softmax, log_softmax]}
"""
# In every interpreter that is started: what it holds already, and the names that are asked for, also of what is not there.
TRACER = """\
import os, sys
def note(*names):
    with open(os.environ["TRACE"], "a") as trace:
        trace.write("".join(f"{os.getpid()} {name}\\n" for name in names))
note(*sys.modules)
sys.addaudithook(lambda event, arguments: note(arguments[0]) if event == "import" else None)
"""
# What tools read beside modules: an entry point, settings of pytest, of nbgrader and of Jupyter.
BESIDE = {
    "conftest.py": "{mark}",
    "nbgrader_config.py": "{mark}",
    "jupyter_config.py": "{mark}",
    "jupyter_nbgrader_config.py": "{mark}",
    "planted_plugin.py": "{mark}",
    "planted.pth": "import planted_plugin\n",
    "planted-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n",
    "planted-1.0.dist-info/entry_points.txt": "[pytest11]\nplanted = planted_plugin\n",
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p planted_plugin\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p planted_plugin"\n',
    "setup.cfg": "[tool:pytest]\naddopts = -p planted_plugin\n",
}


class Site:
    """A course with submissions, and in their folder whatever is planted there."""

    def __init__(self, root: Path, *, package: bool = False) -> None:
        self.package = package
        self.course, self.submissions = root / "course", root / "course" / "submissions"
        self.mark, self._trace, self.tracer = root / "mark", root / "trace", str(root / "tracer")
        (root / "tracer").mkdir()
        (root / "tracer" / "sitecustomize.py").write_text(TRACER)
        for part in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
            (self.course / part).mkdir(parents=True)
            for source in (ROOT / part).glob("*softmax.py"):
                shutil.copy(source, self.course / part)
        (self.course / "course.yml").write_text(COURSE)
        for student in ("eve", "bob"):
            (self.submissions / student).mkdir(parents=True)
            shutil.copy(ROOT / "solutions" / "softmax.py", self.submissions / student)
        with zipfile.ZipFile(root / "class.zip", "w") as archive:
            archive.write(ROOT / "solutions" / "softmax.py", "eve/softmax.py")
        self.planted: set[str] = set()

    def plant(self, names: Iterable[str], *, package: bool, below: str = "") -> None:
        for name in names:
            path = self.submissions / below / (f"{name}/__init__.py" if package else f"{name}.py")
            path.parent.mkdir(exist_ok=True)
            path.write_text(self._code())
            self.planted.add(name)

    def plant_beside(self) -> None:
        for name, text in BESIDE.items():
            path = self.submissions / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.replace("{mark}", self._code()))

    def _code(self) -> str:
        return f"import sys\nwith open({str(self.mark)!r}, 'a') as mark:\n    mark.write(f'{{__file__}} {{sys.argv}}\\n')\n"

    def run(self, command: Sequence[str], *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {
            **os.environ,
            "PYTHONPATH": self.tracer,
            "TRACE": str(self._trace),
            "MLGRADE_STATE": str(self.course.parent / "state"),
            **environment,
        }
        self._trace.write_text("")
        return subprocess.run(
            [*command, *arguments], cwd=self.submissions, env=settings, capture_output=True, text=True, check=False
        )

    def asked(self) -> list[tuple[str, str]]:
        """By which process, and which name, in order."""
        lines = (row.split(" ", 1) for row in self._trace.read_text().splitlines())
        return [(pid, name.partition(".")[0]) for pid, name in lines]

    def executed(self) -> list[str]:
        return self.mark.read_text().splitlines() if self.mark.exists() else []


def known() -> set[str]:
    """Every module there is for this Python: a superset of what any command imports."""
    names = {module.name for module in pkgutil.iter_modules() if not module.name.startswith("__editable__")}
    return {*sys.stdlib_module_names, *names, "sitecustomize", "usercustomize", "mlgrade"} - {"__main__"}


TWO_JOBS = ("grade", ".", "--jobs", "2", "--force")
COMMANDS = {
    "one job": ("grade", ".", "--jobs", "1", "--force"),
    "two jobs": TWO_JOBS,
    "check": ("check", "bob/softmax.py"),
    "summary": ("summary",),
    "gradebook": ("gradebook", "show"),
    "similar": ("similar", "."),
    "export": ("export", "csv", "-o", "../grades.csv", "--overwrite"),
    "collect": ("collect", "../../class.zip", "--into", "../collected"),
    "lint": ("lint", "softmax", "--no-matrix"),
    "list": ("list",),
}
SAYS = {
    "grade": "Graded: 2",
    "check": "softmax",
    "summary": "Softmax",
    "gradebook": "eve",
    "similar": "softmax",
    "export": "",  # into a file
    "collect": "eve",
    "lint": "1 concept",
    "list": "softmax",
}


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("planted"), package=request.param)
    made.plant(known(), package=request.param)
    made.plant_beside()
    assert made.run(SCRIPT, "grade", ".", "--jobs", "1").returncode in (0, 1)  # the gradebook that others read
    return made


# Whether each is a folder or a file, and which command. Python takes both in the same step, so that a few with folders do.
CASES = [
    pytest.param(package, command, id=f"{name}, {'folders' if package else 'files'}")
    for package in (False, True)
    for name, command in COMMANDS.items()
    if not package or command[0] in ("grade", "check", "lint")
]


@pytest.mark.full
@pytest.mark.parametrize(("site", "command"), CASES, indirect=["site"])
def test_no_planted_module_is_executed(site: Site, command: tuple[str, ...]) -> None:
    """Under the name of every module that there is, and of those that are asked for and are not there."""
    done = site.run(SCRIPT, *command)
    if missing := {name for _, name in site.asked() if name.isidentifier()} - site.planted:
        site.plant(missing, package=site.package)
        done = site.run(SCRIPT, *command)
    assert site.executed() == []
    done_all_the_same(done, command)
    assert {"click", "msgspec", "json"} <= {name for _, name in site.asked()}  # the trace sees
    if "2" in command:
        assert len({pid for pid, name in site.asked() if name == "numpy"}) >= 3


@pytest.mark.full
@pytest.mark.parametrize("site", [False, True], indirect=True, ids=["files", "folders"])
def test_as_a_module_with_a_safe_path(site: Site) -> None:
    """`python -P -m mlgrade` too, where mlgrade itself is planted."""
    done = site.run(SAFE_PYTHON, *TWO_JOBS)
    assert site.executed() == []
    done_all_the_same(done, TWO_JOBS)


def done_all_the_same(done: subprocess.CompletedProcess[str], command: Sequence[str]) -> None:
    """Nothing was executed because the command did its work, and not because Python broke down before it could."""
    assert done.returncode in (0, 1), done.stderr  # 1: the strange files in the folder are listed
    assert "Traceback" not in done.stderr
    assert SAYS[command[0]] in done.stdout


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Collection[str]:
    """The names that are asked for after mlgrade has begun, however it is started, and those that only others ask for."""
    site = Site(tmp_path_factory.mktemp("late"))
    found, before = set[str](), {*sys.builtin_module_names, "mlgrade", "sitecustomize"}
    for start in (PYTHON, SCRIPT):  # Python finds the module to run, pip's script imports re: both before mlgrade
        site.run(start, *TWO_JOBS)
        asked = site.asked()
        own = [name for pid, name in asked if pid == asked[0][0]]
        before |= {*own[: own.index("mlgrade")]}
        found |= {name for _, name in asked if name.isidentifier()}
    assert {"click", "json", "numpy", "pickle", "pytest"} <= found - before
    return found - before


@pytest.mark.full
@pytest.mark.parametrize(
    ("start", "entry"),
    [(PYTHON, None), (SCRIPT, ""), (SCRIPT, "."), (SCRIPT, "bob"), (SCRIPT, "{here}")],
    ids=["python -m", "empty entry", "a dot", "relative", "absolute"],
)
def test_after_its_own_first_line(start: list[str], entry: str | None, late: Collection[str], tmp_path: Path) -> None:
    """Where Python itself puts the working folder first, what is asked for after mlgrade has begun comes from elsewhere."""
    site = Site(tmp_path)
    site.plant(late, package=False, below="bob" if entry == "bob" else "")
    settings = {}
    if entry is not None:
        settings = {"PYTHONPATH": os.pathsep.join([entry.replace("{here}", str(site.submissions)), site.tracer])}
    done = site.run(start, *TWO_JOBS, **settings)
    assert site.executed() == []
    done_all_the_same(done, TWO_JOBS)


def test_a_flat_folder_with_a_module(tmp_path: Path) -> None:
    """A class that hands in one file each: nobody's multiprocessing.py or pickle.py is more than an answer."""
    site = Site(tmp_path)
    for name in ("multiprocessing", "pickle", "subprocess"):
        site.plant([name], package=False)
    for student in ("eve", "bob"):
        shutil.move(site.submissions / student / "softmax.py", site.submissions / f"{student}.py")
        (site.submissions / student).rmdir()
    done = site.run(SCRIPT, "grade", ".", "--concept", "softmax", "--jobs", "2")
    assert site.executed() == []
    assert "Graded: 5" in done.stdout
