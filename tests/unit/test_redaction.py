"""What a student may read: text without anything that acts, and of a hidden check only the sentence."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mlgrade
from mlgrade.grading import redaction
from mlgrade.results import ConceptReport, Finding, Outcome, Status, Visibility
from mlgrade.text import MOST_CHARS, MOST_LINES, clean

SHOWN = Finding(
    id="softmax.hidden.x",
    title="Title",
    aspect="values",
    visibility=Visibility.HIDDEN,
    weight=1.0,
    hint="Hint",
    outcome=Outcome.FAILED,
    problem="returned the wrong shape",
    detail="SECRET 3.14159",
)

ACTING = {
    "an escape": ("a\x1b[31mred", "a\\x1b[31mred"),
    "a carriage return": ("right\rwrong", "right\\x0dwrong"),
    "a bell and a backspace": ("\a\b", "\\x07\\x08"),
    "a NUL": ("\0", "\\x00"),
    "DEL": ("\x7f", "\\x7f"),
    "a C1 control": ("\x9b31m", "\\x9b31m"),
    "a right-to-left override": ("\u202egnp.exe", "\\u202egnp.exe"),
    "an isolate": ("\u2066x\u2069", "\\u2066x\\u2069"),
    "a zero width space": ("a\u200bb", "a\\u200bb"),
    "a byte order mark": ("\ufeff", "\\ufeff"),
    "a soft hyphen": ("\xad", "\\xad"),
    "a lone surrogate": ("\ud800", "\\ud800"),
    "private use": ("\ue000", "\\ue000"),
    "a line separator": ("a\u2028b", "a\\u2028b"),
    "a paragraph separator": ("a\u2029b", "a\\u2029b"),
    "a vertical tab and a form feed": ("\v\f", "\\x0b\\x0c"),
    "a tag": ("\U000e0041", "\\ue0041"),
}


@pytest.mark.parametrize(("text", "shown"), ACTING.values(), ids=ACTING.keys())
def test_what_acts_is_made_visible(text: str, shown: str) -> None:
    """A character that moves a cursor, turns a line around or hides is written out."""
    assert clean(text) == shown


@pytest.mark.parametrize("text", ["", "plain", "two\nlines", "ä ß 中文 λ → ≤ é", "\U0001f600", "<b>&amp;"])
def test_what_is_only_text_stays(text: str) -> None:
    """Letters and signs of any script, and line ends, stay as they are."""
    assert clean(text) == text


def test_a_tab_is_four_spaces() -> None:
    """A tab has one width everywhere."""
    assert clean("\ta") == "    a"


def test_a_long_text_is_cut() -> None:
    """Too many characters or lines are cut, and it is said."""
    assert clean("x" * MOST_CHARS) == "x" * MOST_CHARS
    assert clean("x" * (MOST_CHARS + 1)) == "x" * MOST_CHARS + "\n... (cut)"
    lines = "\n".join("abc" for _ in range(MOST_LINES))
    assert clean(lines) == lines
    assert clean(lines + "\nmore") == lines + "\n... (cut)"


@given(st.text(st.characters(), max_size=200) | st.text("\n\x1b\ud800", max_size=9000))
def test_any_text_comes_out_harmless(text: str) -> None:
    """Whatever goes in, what comes out can be encoded, holds no control but the line end, and is bounded."""
    shown = clean(text)
    shown.encode("utf-8")
    assert not [char for char in shown if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert shown.count("\n") <= MOST_LINES
    assert len(shown) <= 10 * MOST_CHARS
    assert clean(shown) == shown or len(shown) > MOST_CHARS or "(cut)" in shown


def test_a_hidden_check_shows_only_its_problem() -> None:
    """No part of a hidden check's detail is in what is shown of it."""
    result = redaction.check_result(SHOWN, 2.0, 0.0)
    assert result.message == "returned the wrong shape"
    assert result.hint == "Hint"
    assert b"SECRET" not in msgspec.json.encode(result)


def test_a_public_check_shows_its_detail() -> None:
    """Of a public check the detail is shown below the problem."""
    public = msgspec.structs.replace(SHOWN, visibility=Visibility.PUBLIC)
    assert redaction.message(public) == "returned the wrong shape\nSECRET 3.14159"
    assert redaction.message(msgspec.structs.replace(public, detail="")) == "returned the wrong shape"


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_broken_check_shows_nothing_of_itself(visibility: Visibility) -> None:
    """A broken check says that it is our fault, and nothing of what broke."""
    broken = msgspec.structs.replace(SHOWN, outcome=Outcome.BROKEN, visibility=visibility, problem="SECRET")
    assert redaction.message(broken) == redaction.OUR_FAULT


def test_a_passed_check_needs_no_hint() -> None:
    """A check that passes keeps its hint to itself."""
    passed = msgspec.structs.replace(SHOWN, outcome=Outcome.PASSED, problem="", detail="")
    assert redaction.check_result(passed, 2.0, 2.0).hint == ""


@given(st.sampled_from(Outcome), st.text(max_size=30))
def test_no_detail_of_a_hidden_check_leaves(outcome: Outcome, detail: str) -> None:
    """Whatever its outcome, what is shown of a hidden check does not depend on its detail."""
    one = msgspec.structs.replace(SHOWN, outcome=outcome, detail=detail)
    assert redaction.check_result(one, 1, 0) == redaction.check_result(msgspec.structs.replace(one, detail=""), 1, 0)


# -- what a report can carry out of a hidden check -----------------------------------------------------------------

# What a function does with the first digit of a hidden input, in ways that differ and are one outcome for a reader.
CHANNELS = {
    "the name of its own exception": "raise type(f'E{digit}', (Exception,), {})",
    "one of Python's many exceptions": "raise [BufferError, EOFError, StopIteration, ReferenceError, LookupError][digit % 5]",
    "a subclass of a named one": "raise type(f'E{digit}', (OSError,), {})",
    "the message": "raise ValueError(digit)",
    "the line": "exec(compile(chr(10) * digit + 'raise ValueError', 'softmax.py', 'exec'))",
    "what it prints": "print('x' * digit); return 0.0",
    "a warning": "import warnings; warnings.warn(str(digit)); return 0.0",
    "a value": "return float(digit)",
    "a type of its own": "return type(f'E{digit}', (), {})()",
    "a shape": "return np.zeros(digit + 2)",
    "an exit status": "import os; os._exit(digit)",
    "its own signature": "softmax.__signature__ = __import__('inspect').Signature(); softmax.__name__ = f'f{digit}'; return 0.0",
}
COURSE = """\
format: 1
title: Secret
version: "1.0"
units:
  - {id: one, title: One, concepts: [{id: softmax, title: S, points: 10, functions: [softmax, log_softmax]}]}
"""
SUITE = '''
def test_secret(student):
    """Is right for a secret input."""
    assert abs(student.softmax([{digit}.0, 0.5]) - 123.0) < 1
'''


@pytest.mark.parametrize("channel", CHANNELS.values(), ids=CHANNELS)
def test_a_report_does_not_depend_on_a_hidden_input(channel: str, tmp_path: Path) -> None:
    """Whatever code does with the input of a hidden check, all that leaves is the outcome of the check.

    Before, the name of any built-in exception was shown: five bits a check, a whole number in thirteen checks.
    """
    source = f"import numpy as np\n\ndef softmax(z, axis=-1):\n    digit = int(z[0])\n    {channel}\n\nlog_softmax = softmax\n"
    reports = []
    for digit in (3, 7):
        root = tmp_path / str(digit)
        (root / "tests" / "hidden").mkdir(parents=True)
        (root / "tests" / "hidden" / "test_softmax.py").write_text(SUITE.format(digit=digit))
        (root / "course.yml").write_text(COURSE)
        report = mlgrade.check(source, concept="softmax", course=root)
        reports.append(msgspec.structs.replace(report, seconds=0.0).to_json())
    assert reports[0] == reports[1]


def test_seconds_are_whole_where_hidden_checks_ran() -> None:
    """A function can wait for as long as a hidden input says; seconds of visible checks alone are shown in tenths."""
    concept = ConceptReport(
        concept="c",
        file="c.py",
        status=Status.GRADED,
        reason="",
        earned=0,
        possible=1,
        aspects={},
        diagnoses=[],
        checks=[],
    )
    shown = redaction.check_result(msgspec.structs.replace(SHOWN, visibility=Visibility.PUBLIC), 1.0, 0.0)
    hidden = redaction.check_result(SHOWN, 1.0, 0.0)
    visible = msgspec.structs.replace(concept, checks=[shown])
    both = msgspec.structs.replace(concept, checks=[shown, hidden])
    assert redaction.duration(1.2345, [visible]) == 1.2
    assert [redaction.duration(seconds, [visible, both]) for seconds in (0.01, 0.99, 1.01)] == [1.0, 1.0, 2.0]
