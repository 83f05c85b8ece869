"""What mlgrade offers, and which of its modules may know of which."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mlgrade
from mlgrade import api, errors, results

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def test_packages_import_only_from_lower_ones() -> None:
    """The contracts of pyproject.toml hold: which package may know of which, and what the sandbox may know of."""
    done = subprocess.run(["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_worker_loads_no_more_than_it_says() -> None:
    """With the worker's modules loaded there is no pytest, no suite, no course and no YAML in its process."""
    code = "import sys, mlgrade.sandbox.forking; print(*sorted(name for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {name.partition(".")[0] for name in loaded} & {"pytest", "_pytest", "yaml", "click", "rich", "pluggy"}
    ours = {name.partition("mlgrade")[2].strip(".") for name in loaded if name.partition(".")[0] == "mlgrade"}
    assert {name.partition(".")[0] for name in ours} == {"", "_version", "errors", "sandbox"}


# -- the public surface ---------------------------------------------------------------------------------------

PUBLIC = [
    "CheckResult", "ConceptReport", "CourseError", "MlgradeError", "Outcome", "Report", "Status", "SubmissionError", "UsageError", "__version__", "check",
]  # fmt: skip


def test_exactly_these_names() -> None:
    """The public names are these; one more or one less is a decision, made here too."""
    assert mlgrade.__all__ == PUBLIC


def test_each_name_is_the_thing_itself() -> None:
    """Each public name leads to the object of its home."""
    homes = {name: vars(home)[name] for home in (results, errors, api) for name in PUBLIC if name in vars(home)}
    assert {name: getattr(mlgrade, name) for name in PUBLIC if name != "__version__"} == {name: homes[name] for name in PUBLIC if name != "__version__"}  # fmt: skip
    assert mlgrade.__version__.count(".") >= 2


def test_no_other_name() -> None:
    """A name that is not public is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="has no attribute 'Grader'"):
        _ = mlgrade.Grader  # type: ignore[attr-defined]


def test_the_signature_of_check() -> None:
    """`check` takes a path or source and a concept by place, and the course by name."""
    kinds = {name: (part.kind.name, part.default) for name, part in inspect.signature(mlgrade.check).parameters.items()}
    assert kinds == {
        "path_or_source": ("POSITIONAL_OR_KEYWORD", inspect.Parameter.empty),
        "concept": ("POSITIONAL_OR_KEYWORD", None),
        "course": ("KEYWORD_ONLY", None),
    }


LIGHT = {
    "help": ["--help"],
    "list": ["list"],
    "hint": ["hint", "softmax"],
    "explain": ["explain", "softmax"],
    "a stub": ["check", "exercises/softmax.py"],
    "a syntax error": ["check", "open.py", "--concept", "softmax"],
}


@pytest.mark.parametrize("command", LIGHT.values(), ids=LIGHT.keys())
def test_commands_that_start_at_once(command: list[str], tmp_path: Path) -> None:
    """What needs no suite and no worker loads neither numpy, nor pytest, nor what starts a worker."""
    (tmp_path / "open.py").write_text("def softmax(z:\n")
    code = (
        "import atexit, sys\n"
        "heavy = ('numpy', 'pytest', '_pytest', 'mlgrade.sandbox.launch', 'mlgrade.sandbox.host')\n"
        "atexit.register(lambda: print('loaded', *[name for name in heavy if name in sys.modules], file=sys.stderr))\n"
        "from mlgrade.cli import main\nmain()"
    )
    given = [str(tmp_path / word) if word == "open.py" else word for word in command]
    environment = {**ENVIRONMENT, "MLGRADE_COURSE": str(ROOT), "MLGRADE_STATE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *given], cwd=ROOT, capture_output=True, text=True, env=environment, check=False
    )
    assert done.stderr.splitlines()[-1] == "loaded", done.stderr
    assert done.stdout


def test_importing_is_cheap() -> None:
    """`import mlgrade` loads neither numpy nor pytest: who only asks for the version does not wait."""
    code = "import sys, mlgrade; mlgrade.__version__; print(*[name for name in ('numpy', 'pytest', 'click', 'yaml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
