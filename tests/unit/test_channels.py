"""Ways in which student code could spell the hidden input that it holds into its own report, none of which works.

Each file knows which input is hidden and spells it, 5 bits a call, by something that it chooses. Two files that differ
only in what they spell get the same report, byte for byte, in every form. What is left to choose is the outcome of a
check, and of each function one sentence for its errors; both are counted here.
"""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from mlgrade import api, course
from mlgrade.grading import redaction
from mlgrade.grading.grader import Grader
from mlgrade.reports import github, html, junit, markdown, terminal
from mlgrade.results import Finding, Outcome, Report, Visibility
from mlgrade.sandbox.host import Host
from mlgrade.submissions.model import Submission

COURSE = """\
format: 1
title: Channels
version: "1.0"
limits: {call: 0.3 s, load: 2 s}
units:
  - {id: u, title: U, concepts: [{id: f, title: F, points: 10, functions: [f]}]}
"""
CALLS = 13  # of 5 bits each: a whole float
HIDDEN = f'''
import pytest
from mlgrade.suite.compare import close

@pytest.mark.parametrize("case", range({CALLS}))
def test_hidden(student, case):
    """Is right for a secret input."""
    close(student.f(31337.125), 1.0)
'''
PUBLIC = '''
from mlgrade.suite.compare import close

def test_public(student):
    """Is right for one."""
    close(student.f(1.0), 1.0)
'''
SPY = """
import struct, sys, time, warnings
import numpy as np

NAMES = [name for name, kind in sorted(vars(__import__("builtins")).items())
         if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, (UnicodeError, Warning))
         and name not in ("ExceptionGroup", "BaseExceptionGroup")][:32]
assert len(NAMES) == 32
calls = 0

def f(x):
    global calls
    if x == 1.0:
        return 1.0
    bits = int.from_bytes(struct.pack("<d", x), "little") ^ @SPELLS@
    part = bits >> (5 * calls) & 31
    calls += 1
@BODY@
"""
SAME, OTHER = 0, 0x5A5A_5A5A_5A5A_5A5A
CHANNELS = {
    "built-in names": "raise vars(__import__('builtins'))[NAMES[part]]",
    "names of known errors": "raise [ValueError, KeyError, TypeError, IndexError, MemoryError, RecursionError, NotImplementedError, NameError][part % 8]",
    "names of its own": "raise type(f'E{part}', (Exception,), {})",
    "bases": "raise type('E', ([ValueError, LookupError, OSError, ArithmeticError][part % 4],), {})",
    "the worker's own names": "raise type(['ForbiddenError', 'RefusedError', 'Exception'][part % 3], (Exception,), {})",
    "exceptions beyond Exception": "raise [SystemExit, KeyboardInterrupt, GeneratorExit, BaseException][part % 4](part)",
    "messages": "raise ValueError(f'{x} {part}')",
    "notes and causes": "e = ValueError('x'); e.add_note(str(part)); raise e from KeyError(part)",
    "shapes": "np.zeros(part + 2) + np.zeros(part + 40)",
    "lines": "exec(compile('\\n' * part + 'raise ValueError', 'f.py', 'exec'))",
    "depth": "exec('def g(n): return g(n - 1) if n else int(\"x\")\\ng(part)')",
    "output": "print(part); print(part, file=sys.stderr)",
    "warnings": "[warnings.warn(str(n)) for n in range(part)]",
    "the next call's output": "print(globals().get('kept')); globals()['kept'] = part",
    "signatures": "f.__name__ = f.__qualname__ = f'f{part}'; f.__defaults__ = (part,); f.__doc__ = str(part)",
    "time": "time.sleep(0.002 * part)",
    "values": "return part + 2.0",
    "classes of values": "return type(f'E{part}', (), {})()",
    "the way to die": "import os; os._exit(part) if part % 2 else os.kill(os.getpid(), 9)",
    "where it never ends": "exec(compile('\\n' * part + 'while True: pass', 'f.py', 'exec'))",
}  # fmt: skip


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory, host: Host) -> Grader:
    root: Path = tmp_path_factory.mktemp("channels")
    for part, text in (("public", PUBLIC), ("hidden", HIDDEN)):
        (root / "tests" / part).mkdir(parents=True)
        (root / "tests" / part / "test_f.py").write_text(text)
    (root / "course.yml").write_text(COURSE)
    return Grader(course.load(root), ["f"], host)


def reported(grader: Grader, body: str, spells: int) -> Report:
    source = SPY.replace("@BODY@", textwrap.indent(body, "    ")).replace("@SPELLS@", hex(spells))
    graded = grader.grade(Submission(concept="f", file="f.py", source=source.encode()))
    return api.summary(grader.course, [graded], 0.5, ())


def every_form(report: Report) -> list[str | bytes]:
    page = io.StringIO()
    terminal.render(Console(file=page, width=100, force_terminal=False), report, verbose=True)
    written = [report.to_json(), junit.render(report), markdown.render(report), html.page(report, verbose=True)]
    return [*written, github.annotate(report), page.getvalue()]


@pytest.mark.parametrize("channel", CHANNELS)
def test_hidden_input_cannot_be_spelled(channel: str, grader: Grader) -> None:
    """Whatever a file chooses while it holds hidden input, another choice gives the same report."""
    one, other = (reported(grader, CHANNELS[channel], spells) for spells in (SAME, OTHER))
    hidden = [check for check in one.concepts[0].checks if check.visibility is Visibility.HIDDEN]
    assert len(hidden) == CALLS
    assert not [check for check in hidden if check.outcome in (Outcome.PASSED, Outcome.BROKEN)]
    assert every_form(one) == every_form(other)


# -- what is left -----------------------------------------------------------------------------------------------


def finding(function: str = "f", *bases: str, hidden: bool = True, **changes: object) -> Finding:
    shown = Visibility.HIDDEN if hidden else Visibility.PUBLIC
    made = Finding(id="c", title="T", aspect="a", visibility=shown, weight=1, hint="", outcome=Outcome.RAISED,
                   problem=f"your code raised {bases[0]}" if bases else "ended", function=function)  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def messages(*findings: Finding) -> list[str]:
    named = [msgspec.structs.replace(one, id=str(number)) for number, one in enumerate(findings)]
    shares = dict.fromkeys((one.id for one in named), 1.0)
    return [one.message for one in redaction.check_results(named, shares, lambda *_: 0.0)]


def test_the_kind_of_error_is_named_where_it_is_one() -> None:
    """An honest mistake mostly ends each check in the same error, and is named."""
    assert messages(finding("f", "TypeError"), finding("f", "TypeError")) == ["your code raised TypeError"] * 2


def test_several_kinds_are_one_sentence() -> None:
    """Two kinds of error in the hidden checks of a function name neither; another function has its own sentence."""
    found = messages(finding("f", "TypeError"), finding("g", "KeyError"), finding("f", "ValueError"), finding("f"))
    assert found == [redaction.SEVERAL, "your code raised KeyError", redaction.SEVERAL, redaction.SEVERAL]


def test_a_visible_check_names_its_error() -> None:
    """Of a visible check the input is known: nothing of its error is held back, nor does it count with hidden ones."""
    found = messages(finding("f", "EOFError", hidden=False, detail="line 3"), finding("f", "KeyError"))
    assert found == ["your code raised EOFError\nline 3", "your code raised KeyError"]


@pytest.mark.parametrize(("took", "shown"), [(0.0, 0), (0.31, 1), (1.0, 1), (1.01, 2), (4.9, 5), (7, 10), (11, 20), (21, 50), (51, 100), (400, 500)])  # fmt: skip
def test_a_duration_is_coarse_where_hidden_checks_ran(took: float, shown: float, grader: Grader) -> None:
    """A sleep spells little: the report of a file that may run for 20 s names one of five durations."""
    report = reported(grader, "return 1.0", SAME)
    assert redaction.duration(took, report.concepts) == shown


def test_a_duration_of_visible_checks_has_tenths() -> None:
    """A student's own run at home, without hidden checks, says how long it took."""
    assert redaction.duration(0.3141, []) == 0.3
