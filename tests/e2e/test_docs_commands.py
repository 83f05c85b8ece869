"""Every shell command of the pages is run, or stands in a table here with the reason why it is not.

A page is one shell session in a class that is ready: a small course, two students, what LMSs let one download, and a
gradebook in which both have been graded. A command may answer "this file fails its checks"; it may not misunderstand.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from importers import canvas
from importers.delimited import write as written
from markdown_it import MarkdownIt
from warm import Warm

ROOT = Path(__file__).resolve().parents[2]


TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
PAGES = {str(path.relative_to(ROOT)): path for path in (*TOP, *sorted((ROOT / "docs").rglob("*.md")))}

# Pages with a test of their own, which runs each of their blocks and compares what it prints.
WALKED = {
    "docs/how-to/authoring.md": "tests/e2e/test_authoring.py",
    **{
        f"docs/how-to/lms/{path.name}": "tests/e2e/test_walkthroughs.py"
        for path in (ROOT / "docs" / "how-to" / "lms").glob("*.md")
    },
}
# Commands that are not run here: how they begin, and why.
NOT_HERE = {
    r"python3 -m venv |\.venv/bin/": "installs from a package index; .ci/run gives the README's two commands as they stand",
    r"(\.venv/bin/)?pip install ": "the same",
    r"python benchmarks/": "measures for minutes; its options are looked at below",
    r"python tests/hostile/run\.py": "takes minutes; .ci/run runs it",
    r"nbgrader |mlgrade nbgrader |cd ~/nbcourse": "nbgrader takes seconds for each; tests/nbgrader gives them all to a class",
    r"mlgrade push canvas ": "needs Canvas; tests/e2e/test_push.py plays it",
    r"keyring set ": "needs the system's keyring",
    r"mlgrade grade .*--scheduler ": "needs a Dask scheduler; tests/unit/test_engine.py starts one",
    r"dask (scheduler|worker) ": "starts a cluster that stays",
    r"mlgrade lint --watch ": "stays until Ctrl-C; tests/e2e/test_lint_findings.py presses it",
    r"eval ": "sets up completion in the shell of who reads it; tests/e2e/test_commands.py asks for it",
    r"(helm|kubectl) ": "needs a Kubernetes cluster",
    r"export MLGRADE_GRADEBOOK=postgresql://": "needs a server; tests/unit/test_gradebook_store.py runs on one",
}
# What a page takes for done before a command of it.
BEFORE = {
    (
        "docs/how-to/release.md",
        "mlgrade release --check",
    ): "mkdir ../my_own_folder && cp exercises/norm.py ../my_own_folder",
    ("docs/how-to/release.md", "mlgrade update edition.zip --dry-run"): (
        'python -m zipfile -e edition.zip ../student && cd ../student/* && cp "$OLDPWD/edition.zip" .'
    ),
    ("docs/how-to/nbgrader.md", "mlgrade collect download.zip"): "cp submissions.zip download.zip",
}
FIRST_WORDS = ("mlgrade", "python", "python3", "pip", "pytest", "nbgrader", "dask", "docker", "export", "git", "cd")
SHELLS = ("bash", "shell", "console", "shell-session", "zsh")

CONCEPTS = {"core_objects": "norm", "probability_and_scores": "softmax", "attention": "attention_weights"}
FUNCTIONS = {"norm": "norm, normalize", "softmax": "softmax, log_softmax", "attention_weights": "attention_weights"}
PARTS = ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions", "lessons")
ADA, BOB = canvas.User("70101", "00123456", "ada", "Lovelace, Ada"), canvas.User("70102", "00123457", "bob", "Lee, Bob")
ITEMS = [canvas.Assignment(f"8800{n}", unit, 10) for n, unit in enumerate(CONCEPTS, 1)]

pytestmark = [
    pytest.mark.full,  # runs every command of the documentation
    pytest.mark.needs("nbgrader", "hatchling"),
    pytest.mark.skipif(sys.platform == "win32", reason="the pages are written for a POSIX shell"),
]


# -- what the pages say --------------------------------------------------------------------------------------------


@functools.cache
def blocks(page: str) -> list[str]:
    """The shell blocks of a page."""
    tokens = MarkdownIt().enable("table").parse(PAGES[page].read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info.strip() == "sh"]


def commands(page: str) -> Iterator[str]:
    for block in blocks(page):
        yield from (line for line in block.replace("\\\n", "").splitlines() if line and not line.startswith("#"))


def why_not(command: str) -> str:
    return next((pattern for pattern in NOT_HERE if re.match(pattern, command)), "")


RUN_HERE = [page for page in PAGES if page not in WALKED and any(not why_not(one) for one in commands(page))]


@pytest.mark.parametrize("page", PAGES)
def test_commands_stand_in_shell_blocks(page: str) -> None:
    """No command hides from these tests in a block that is indented, has no language, or calls a shell something else."""
    tokens = MarkdownIt().enable("table").parse(PAGES[page].read_text(encoding="utf-8"))
    assert [token.info for token in tokens if token.type == "fence" and token.info.strip() in SHELLS] == []
    others = [token for token in tokens if token.type == "code_block" or (token.type == "fence" and not token.info)]
    assert [one.content for one in others if one.content.split()[:1] and one.content.split()[0] in FIRST_WORDS] == []


@pytest.mark.parametrize(("page", "test"), WALKED.items())
def test_pages_that_are_walked_elsewhere(page: str, test: str) -> None:
    """A page that is left to another test is there, has blocks, and that test names it."""
    assert blocks(page)
    assert re.search(rf"\b{Path(page).stem}\b", (ROOT / test).read_text(encoding="utf-8"))


def test_nbgrader_is_given_its_commands() -> None:
    """Each command of the nbgrader page is one that the tests of it give."""
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "nbgrader").glob("test_*.py"))
    given = {
        found[1]
        for one in commands("docs/how-to/nbgrader.md")
        if (found := re.match(r"(?:mlgrade )?nbgrader (\w+)", one))
    }
    assert [name for name in given if f'"{name}"' not in tests] == []


@pytest.mark.parametrize("pattern", NOT_HERE)
def test_each_reason_is_needed(pattern: str) -> None:
    """A reason for not running a command goes with the last such command."""
    assert any(re.match(pattern, one) for page in PAGES if page not in WALKED for one in commands(page))


def benchmarks() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for one in commands(page):
            if found := re.match(r"python (benchmarks/\S+)(.*)", one.partition("#")[0]):
                yield found[1], re.findall(r"--[\w-]+", found[2])


@pytest.mark.parametrize(("script", "options"), list(benchmarks()))
def test_benchmarks_are_called_as_they_are(script: str, options: list[str]) -> None:
    """A benchmark that a page names is there, and knows the options that the page gives it."""
    text = (ROOT / script).read_text(encoding="utf-8")
    assert [option for option in options if f'add_argument("{option}"' not in text] == []


# -- a class that is ready -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, forked: Warm) -> Path:
    """The folder of a small course whose class has handed in and was graded."""
    folder = tmp_path_factory.mktemp("ready") / "course"
    make_course(folder)
    make_downloads(folder)
    shell(
        folder,
        ["mlgrade roster import students.csv --yes", "mlgrade collect submissions.zip", "mlgrade grade submissions"],
        forked,
    )
    return folder


def make_course(folder: Path) -> None:
    units = "".join(
        f"  - id: {unit}\n    title: {unit}\n    due: 2027-02-05T23:59:00+01:00\n    concepts:\n"
        f"      - {{id: {concept}, title: {concept}, points: 10, functions: [{FUNCTIONS[concept]}]}}\n"
        for unit, concept in CONCEPTS.items()
    )
    for part in PARTS:
        (folder / part).mkdir(parents=True)
        for concept in CONCEPTS.values():
            for source in (ROOT / part).glob(f"*{concept}.*"):
                if source.stem.removeprefix("test_") == concept:
                    shutil.copy(source, folder / part)
    (folder / "cards").mkdir()
    for unit in CONCEPTS:
        shutil.copy(ROOT / "cards" / f"{unit}.yml", folder / "cards")
    (folder / "course.yml").write_text(f'format: 1\ntitle: Pages\nversion: "1.0"\nseed: 7\nunits:\n{units}')
    shutil.copy(ROOT / "exercises/softmax.py", folder / "my_try.py")


def make_downloads(folder: Path) -> None:
    roster = written(canvas.exported([ADA, BOB], ITEMS, {}))
    for name in ("students", "grades", "gradebook", "gradebook-export"):
        (folder / f"{name}.csv").write_text(roster, encoding="utf-8", newline="")
    right = {concept: (folder / "solutions" / f"{concept}.py").read_text(encoding="utf-8") for concept in FUNCTIONS}
    wrong = right["softmax"].replace("z - z.max", "z + 0 * z.max")
    packed(
        folder / "monday.zip",
        {"lovelaceada_70101_5001_softmax.py": right["softmax"], "leebob_70102_5002_softmax.py": wrong},
    )
    packed(folder / "tuesday.zip", {"lovelaceada_70101_5003_norm.py": right["norm"]})
    both = {f"lovelaceada_70101_600{n}_{concept}.py": text for n, (concept, text) in enumerate(right.items())}
    packed(folder / "submissions.zip", {**both, "leebob_70102_5002_softmax.py": wrong})
    moodle = folder / "unpacked" / "Ada Lovelace_570101_assignsubmission_file"
    moodle.mkdir(parents=True)
    (moodle / "softmax.py").write_text(right["softmax"], encoding="utf-8")
    (folder / "decisions.csv").write_text(
        "student,target,until,reason\nada,unit:attention,2027-03-21T23:59+01:00,ill\n", encoding="utf-8"
    )
    (folder / "handouts").mkdir()
    (folder / "handouts" / "slides.md").write_text("# Softmax\n", encoding="utf-8")


def packed(path: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for entry, text in files.items():
            archive.writestr(entry, text)


# A check that fails has understood: 1 and 5 of `check`, and 1 of pytest, are answers.
SHIMS = {
    "mlgrade": '{mlgrade}; status=$?\ncase "$1:$status" in check:[15]) exit 0 ;; esac; exit $status',
    "pytest": '"{python}" -m pytest -p no:cacheprovider "$@" || test $? = 1',
    "python": 'exec "{python}" "$@"',
}


def shell(folder: Path, lines: list[str], forked: Warm) -> None:
    """Run commands in one shell that stops at the first which fails; whatever asks is answered with yes."""
    shims = folder.parent / "shims"
    shims.mkdir(exist_ok=True)
    for name, text in SHIMS.items():
        (shims / name).write_text(f"#!/bin/sh\n{text.format(python=sys.executable, mlgrade=forked.shim())}\n")
        (shims / name).chmod(0o755)
    own = {
        "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder.parent),
        "MLGRADE_STATE": str(folder.parent / "state"),
    }
    environment = {name: value for name, value in os.environ.items() if name != "MLGRADE_GRADEBOOK"} | own
    done = subprocess.run(
        ["sh", "-e", "-x", "-c", "\n".join(lines)], cwd=folder, env=environment, input="y\n" * 50, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def session(page: str) -> Iterator[str]:
    """What is run of a page, with what it takes for done."""
    for one in commands(page):
        if not why_not(one):
            yield from (before for (where, start), before in BEFORE.items() if where == page and one.startswith(start))
            yield one


@pytest.mark.parametrize(("page", "start"), BEFORE)
def test_what_comes_before_has_its_command(page: str, start: str) -> None:
    """What is done before a command goes with it."""
    assert any(one.startswith(start) for one in commands(page))


@pytest.mark.parametrize("page", RUN_HERE)
def test_the_commands_of_a_page(page: str, ready: Path, tmp_path: Path, forked: Warm) -> None:
    """The commands of a page, one after another, do what the page is about."""
    shutil.copytree(ready, tmp_path / "course")
    shell(tmp_path / "course", list(session(page)), forked)
