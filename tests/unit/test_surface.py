"""What mlgrade offers, and which of its modules may know of which."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlgrade
from mlgrade import api, errors, results

PACKAGE = Path(mlgrade.__file__).parent

# Lowest first. A module imports only from lines above its own; modules of one line may know each other where the
# line says so with a star. A new module gets its line here, in the same change.
TABLE = """
interpreter
errors
interrupts
results
redact
sandbox.limits
sandbox.scratch
sandbox.codec
sandbox.protocol
sandbox.confine *
sandbox.effects sandbox.pipes sandbox.output sandbox.faults
sandbox.cells
sandbox.module
sandbox.worker
sandbox.starting
sandbox.forked sandbox.fresh
sandbox.launch
sandbox.host
sandbox.attempt
course.model
course.tree
course.convert
course.writing
course.location
course
state
lessons
opening placing
submissions
suite.values
suite.compare
suite.marks
suite.student
suite.explain
suite.findings
suite.session
suite.plugin
diagnosis
gates
scoring
lms.rows
lms.numbers
lms.decoding
lms.tables
lms.roster.model lms.roster.sources
lms.roster.keys
lms.roster.changes lms.roster.reading
lms.roster.oneroster
lms.roster
lms.export *
lms.push *
lms.archives.bounds
lms.archives.directory lms.archives.entries
lms.archives.folder
lms.archives.safe
lms.archives.model
lms.archives.canvas lms.archives.moodle lms.archives.blackboard lms.archives.brightspace lms.archives.gradescope lms.archives.plain
lms.archives.formats
lms.archives.reading lms.archives.matching lms.archives.naming lms.archives.manifest
lms.archives.choosing
lms.archives.writing
lms.archives.account
lms.archives.telling
lms.archives.collect
gradebook.model
gradebook.lateness
gradebook.rulings
gradebook.deciding
gradebook.policy
gradebook.lines
gradebook.tables
gradebook.sheet
gradebook.records
gradebook.schema
gradebook.faults
gradebook.places
gradebook.migrations
gradebook.store
items
summary
grades enrolment
intake *
similar *
engine
engine.process
engine.serial engine.pool engine.cluster
fingerprint
grading
classwork.work
classwork.moves
classwork
confusion
api
progress
inputs
visible
cards *
reports.lines
reports *
adapters *
notebook
lint.model
lint.files lint.places lint.secrecy
lint.beside lint.docstrings lint.trial
lint.worth
lint
watch
scaffold.bundle scaffold.texts
scaffold.templates scaffold.entry
scaffold.courses scaffold.concepts
scaffold
proof
refusals
doctor
demo *
release *
notebooks.marks
notebooks *
cli *
__main__
"""
EXEMPT = {
    "",
    "_version",
    "sandbox",
    "suite",
    "gradebook",
    "lms",
    "lms.archives",
    "notebooks",
}  # the package itself, its version, and packages that are a docstring
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").rstrip(".")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def line_of(module: str) -> int | None:
    """The line of the table that names a module, or with a star the package that it is in."""
    for number, row in enumerate(ROWS):
        package = row[0] if row[-1] == "*" else ""
        if module in row or (package and module.startswith(f"{package}.")):
            return number
    return None


def imports(path: Path, module: str) -> Iterator[str]:
    """The modules of mlgrade that a file imports, also inside functions, but not those for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            base = node.module or ""
            names = [full if known(full := f"{base}.{alias.name}") else base for alias in node.names]
        else:
            continue
        yield from (name.partition("mlgrade")[2].strip(".") for name in names if name.partition(".")[0] == "mlgrade")


def known(name: str) -> bool:
    return name.partition("mlgrade")[2].strip(".") in MODULES


def allowed(module: str, imported: str) -> bool:
    mine, theirs = line_of(module), line_of(imported)
    assert mine is not None
    return theirs is not None and (theirs < mine or (theirs == mine and ROWS[mine][-1] == "*"))


@pytest.mark.parametrize("module", sorted(MODULES.keys() - EXEMPT))
def test_a_module_imports_only_from_above(module: str) -> None:
    """Every module has a line in the table, and imports only from lines above it."""
    assert line_of(module) is not None, f"{module} has no line in the table"
    wrong = [name for name in imports(MODULES[module], module) if name not in EXEMPT and not allowed(module, name)]
    assert wrong == []


def test_the_table_names_modules_that_are_there() -> None:
    """The table has no line for a module that is gone."""
    named = {name for row in ROWS for name in row if name != "*"}
    assert named - MODULES.keys() == set()


def test_nobody_imports_the_command() -> None:
    """Only the command itself, and `python -m mlgrade`, know of it."""
    others = {module for module in MODULES if module.partition(".")[0] not in ("cli", "__main__")}
    assert [module for module in others if any(name.partition(".")[0] == "cli" for name in imports(MODULES[module], module))] == []  # fmt: skip


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.partition(".")[0] == "sandbox"))
def test_the_sandbox_knows_nothing_of_courses(module: str) -> None:
    """What runs student code imports nothing above itself, bar the errors."""
    assert {name.partition(".")[0] for name in imports(MODULES[module], module)} <= {"sandbox", "errors", ""}


def test_the_worker_loads_no_more_than_it_says() -> None:
    """With the worker's modules loaded there is no pytest, no suite, no course and no YAML in its process."""
    code = "import sys, mlgrade.sandbox.worker; print(*sorted(name for name in sys.modules))"
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


def test_importing_is_cheap() -> None:
    """`import mlgrade` loads neither numpy nor pytest: who only asks for the version does not wait."""
    code = "import sys, mlgrade; mlgrade.__version__; print(*[name for name in ('numpy', 'pytest', 'click', 'yaml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
