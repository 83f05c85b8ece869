"""The hidden suites notice every small mistake in the solutions; and the script that says so would say otherwise too."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.full  # mutates solutions of the course

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "mutation"
mutants = runpy.run_path(str(FOLDER / "mutants.py"))["mutants"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def mutation(course: Path) -> Run:
    """The script, on the small course unless told otherwise."""

    def run(*arguments: str | Path, of: Path = course) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(FOLDER / "run.py"), "--course", str(of), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_a_misspelt_concept(mutation: Run) -> None:
    """A concept that is not there is named, with the one that was meant."""
    done = mutation("sofmax")
    assert (done.returncode, done.stderr) == (2, 'mutation: no concept "sofmax"; did you mean "softmax"?\n')


def test_an_equivalent_without_a_reason(mutation: Run, tmp_path: Path) -> None:
    """An entry of the list has to say why."""
    known = tmp_path / "known.yml"
    known.write_text("softmax:\n- {in: softmax, line: return e, becomes: [return z], why: ' '}\n")
    done = mutation("--equivalents", known)
    assert done.returncode == 2
    assert "no reason is given for a change of: return e" in done.stderr


def test_survivors_of_a_weak_suite(mutation: Run, course: Path) -> None:
    """Without the hidden suite mutants survive, and each is named with its place."""
    (course / "tests" / "hidden" / "test_softmax.py").unlink()
    done = mutation("softmax")
    assert done.returncode == 1, done.stderr
    assert "solutions/softmax.py:7: in softmax: z = np.asarray(z, dtype=float)  ->  z = z: survives" in done.stdout


def test_stale_equivalents(mutation: Run, tmp_path: Path) -> None:
    """An entry that is killed, or does not occur, is reported; so are survivors that no entry explains."""
    known = tmp_path / "known.yml"
    known.write_text(
        "softmax:\n- in: log_softmax\n  line: z = np.asarray(z, dtype=float)\n"
        "  becomes: [z = z, z = np.array(z)]\n  why: it is not so\n"
    )
    done = mutation("--equivalents", known)
    assert done.returncode == 1, done.stderr
    for after in ("z = z", "z = np.array(z)"):
        place = "equivalents.yml: softmax: in log_softmax: z = np.asarray(z, dtype=float)"
        assert f"{place}  ->  {after}: is killed now, or does not occur\n" in done.stdout
    assert "operator" in done.stdout
    assert ": survives\n" in done.stdout


def test_the_course(mutation: Run) -> None:
    """No mutant of any solution survives without a reason, and no reason is out of date."""
    done = mutation(of=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


CHANGES = {
    "operator": ("return a - b", {"return a + b", "return b - a", "return a"}),
    "in_place": ("return a - b", {"return __import__('operator').isub(a, b)"}),
    "sign": ("return -a", {"return a"}),
    "sign_added": ("return f(a)", {"return -f(a)"}),
    "comparison": ("return a < b", {"return a <= b", "return a > b", "return a != b"}),
    "negation": ("if a is None:\n        b = 1", {"if a is not None:", "if not a is None:", "if True:", "if False:"}),
    "and": ("return a and b", {"return a or b", "return a", "return b"}),
    "number": ("return f(3)", {"return f(4)", "return f(2)", "return f(6)", "return f(0)", "return f(-3)"}),
    "axis": ("return f(a, axis=-1)", {"return f(a, axis=0)", "return f(a, axis=-2)", "return f(a)"}),
    "truth": ("return f(keepdims=True)", {"return f(keepdims=False)", "return f()"}),
    "word": ("return f('left')", {"return f('right')"}),
    "reduction": ("return a.sum() + b.max()", {"return a.mean() + b.max()", "return a.sum() + b.min()"}),
    "order": ("return sorted(a, reverse=True)", {"return sorted(a, reverse=False)", "return sorted(a)"}),
    "dropped_call": ("return np.abs(a)", {"return a"}),
    "dropped_copy": ("return a.copy()", {"return a"}),
    "dropped_dtype": ("a = np.asarray(a, dtype=float)", {"a = np.asarray(a)", "a = a", "pass"}),
    "where": ("return np.where(a, 0, b)", {"return np.where(a, b, 0)", "return b", "return 0"}),
    "clip": ("return np.clip(a, 2, b)", {"return a", "return np.clip(a, 3, b)"}),
    "nothing": ("return a", {"return None", "pass", "return b"}),
    "guard": ("if a:\n        raise ValueError(b)", {"pass", "raise TypeError", "if False:"}),
    "context": ("with f(a):\n        b = a", {"if True:"}),
    "slice": ("return a[1:-1]", {"return a[:-1]", "return a[1:]", "return a", "return a[0:-1]"}),
    "transpose": ("return a.T", {"return a"}),
    "order_of_answers": ("return (a, b)", {"return (b, a)"}),
    "range": ("return range(a)", {"return range(a + 1)", "return range(a - 1)"}),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_what_is_changed(kind: str) -> None:
    """Each kind of change is made: one at a time, none twice, and every mutant is Python."""
    statement, wanted = CHANGES[kind]
    found = list(mutants(f"def g(a, b):\n    {statement}\n"))
    assert wanted - {one.after for one in found} == set()
    assert len({one.source for one in found}) == len(found)
    for one in found:
        compile(one.source, "mutant", "exec")


def test_what_is_left_alone() -> None:
    """Docstrings, imports and the messages of errors are not promised by any exercise."""
    source = 'import numpy\n\ndef f(a):\n    """Say a."""\n    raise ValueError("a" + str(1))\n'
    assert {one.after for one in mutants(source)} == {"pass", "raise TypeError"}


def test_defaults() -> None:
    """A default is changed, and dropped."""
    assert {"def f(a, b):", "def f(a, b=3):"} <= {one.after for one in mutants("def f(a, b=2):\n    return a\n")}
