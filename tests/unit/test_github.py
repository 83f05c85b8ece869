"""Annotations, commands and points: a log that obeys only us, and marks at the right lines."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.reports import github, words
from mlgrade.reports.words import SourcePlace
from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Status, Visibility

CASES = Path(__file__).parents[1] / "golden" / "cases"
NAMES = ["error", "warning", "notice", "debug", "group", "add-mask", "stop-commands", "set-output"]


def report(case: str) -> Report:
    return Report.from_json((CASES / case / "expected.json").read_text())


def obeyed(line: str) -> tuple[str, dict[str, str], str] | None:
    """What GitHub's runner takes a line for, by its published source: `::name k=v,k=v::data`, else `##[name k=v;]data`."""
    if found := re.match(r"\s*::([\w-]+)(?: (.*?))?::(.*)", line):
        pairs = (pair.split("=", 1) for pair in (found[2] or "").split(",") if "=" in pair)
        return found[1], {key.strip(): back(value, ":,") for key, value in pairs}, back(found[3])
    if found := re.search(r"##\[([\w-]+)[^\]]*\](.*)", line):
        return found[1], {}, found[2]
    return None


def back(text: str, more: str = "") -> str:
    for char in f"\r\n{more}":
        text = text.replace(f"%{ord(char):02X}", char)
    return text.replace("%25", "%")


# -- commands -------------------------------------------------------------------------------------------------------


@given(st.text(max_size=60), st.text(min_size=1, max_size=40).filter(lambda text: text == text.strip()))
def test_a_command_says_what_it_was_given(message: str, title: str) -> None:
    """On one line, whatever is in the texts; the runner reads back what was meant."""
    line = github.command("error", message, title=title, line=0)
    assert "\n" not in line
    assert "\r" not in line
    if "\u2028" not in message + title and not re.search(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", message + title):
        assert obeyed(line) == ("error", {"title": title}, message)


@given(
    st.lists(st.sampled_from(["::", "##[", "##vso[", "error", "add-mask", "]", " ", "\n", "#", ":", "x"]), max_size=12)
)
def test_nothing_that_is_disarmed_is_obeyed(parts: list[str]) -> None:
    """In no line of it, also once more."""
    text = github.disarm("".join(parts))
    assert not any(obeyed(line) for line in text.split("\n"))
    assert not re.search(r"##\w*\[", text)
    assert github.disarm(text) == text


def test_disarming_changes_nothing_else() -> None:
    """People still read what was there."""
    assert github.disarm("a::b\n  ::error::x\n##[error]x") == "a::b\n  : :error::x\n## [error]x"
    assert github.disarm("z[::2]  # a # [b]") == "z[::2]  # a # [b]"


# -- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.py:4:24: expected ':'", SourcePlace(4, 24)),
        ("raised\na.py:7: x = 1", SourcePlace(7)),
        ("stopped at a.py:11: while True: pass", SourcePlace(11)),
        ("said (a.py:9: x)\na.py:7: x", SourcePlace(7)),  # the start of a line comes first
        ("b/a.py:7: x", SourcePlace()),
        ("a.py:cell 2:1: x", SourcePlace()),
        ("aXpy:7: x", SourcePlace()),
        ("a.py:0: x", SourcePlace()),
        ("a.py:99999999999: x", SourcePlace()),
        ("", SourcePlace()),
    ],
)
def test_places(text: str, place: SourcePlace) -> None:
    """A line is taken from where our own messages have it; a cell of a notebook is no line of its file."""
    assert words.find(text, "a.py") == place


# -- annotations --------------------------------------------------------------------------------------------------------


def annotations(given_report: Report, folder: str = "") -> list[tuple[str, dict[str, str], str]]:
    found = [obeyed(line) for line in github.annotate(given_report, folder).splitlines()]
    assert None not in found
    return [one for one in found if one]


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_each_state_has_its_marks(case: str) -> None:
    """Only known commands, each at the file; a complete exercise has no error, any other has a mark."""
    found = annotations(report(case))
    [concept] = report(case).concepts
    kinds = {kind for kind, _, _ in found}
    assert kinds <= {"error", "warning", "notice"}
    assert all(where["file"] == concept.file for _, where, _ in found)
    complete = concept.earned == concept.possible
    wrong_ones = [one for one in concept.checks if one.outcome not in (Outcome.PASSED, Outcome.SKIPPED)]
    assert ("error" in kinds) == (bool(wrong_ones) or concept.status in (Status.CANNOT_RUN, Status.TIMED_OUT))
    assert found or complete


def test_visible_checks_apart_and_hidden_ones_together() -> None:
    """A visible check has its line and its hint; hidden ones say what broke, and nothing of a line."""
    found = [one for one in annotations(report("raises")) if one[0] == "error"]
    assert [where.get("line") for _, where, _ in found] == ["7", "7", "7", "7", "7", None]
    assert "Hint: " in found[0][2]
    _, where, message = found[-1]
    assert where["title"] == "softmax: 10 hidden checks not passed"
    assert "Keeps rows apart in a square matrix too: your code raised ValueError" in message


def test_files_are_named_from_the_top_of_the_repository() -> None:
    """Where the course lies deeper, or a path was given with dots or backslashes."""
    assert annotations(report("syntax_error"), "week1")[0][1]["file"] == "week1/exercises/softmax.py"
    one = report("syntax_error")
    odd = msgspec.structs.replace(one.concepts[0], file="..\\a\\softmax.py")
    moved = msgspec.structs.replace(one, concepts=[odd])
    assert annotations(moved, "week1")[0][1]["file"] == "a/softmax.py"


def many(concepts: int, checks: int) -> Report:
    rows = [
        ConceptReport(
            concept=f"c{number}", file=f"c{number}.py", status=Status.GRADED, reason="", earned=0.0, possible=1.0,
            aspects={}, diagnoses=[], checks=[wrong(place) for place in range(checks)],
        )
        for number in range(concepts)
    ]  # fmt: skip
    return Report(
        mlgrade="0", course="C", status=Status.GRADED, seconds=0.0, earned=0.0, possible=1.0, concepts=rows
    )  # fmt: skip


def wrong(number: int, **changes: Any) -> CheckResult:
    check = CheckResult(
        id=f"c.public.{number}", title=f"Check {number}", aspect="values", visibility=Visibility.PUBLIC,
        outcome=Outcome.FAILED, points=1.0, earned=0.0, message="wrong", hint="",
    )  # fmt: skip
    return msgspec.structs.replace(check, **changes)


def test_no_more_than_are_shown() -> None:
    """Ten of a kind: else one for each exercise, and if these are too many, the last says how many are left."""
    assert len(annotations(many(5, 2))) == 10
    gathered = annotations(many(4, 3))
    assert [where["title"] for _, where, _ in gathered] == [
        f"c{n}: Check 0 (and 2 more in this file)" for n in range(4)
    ]
    capped = annotations(many(30, 1))
    assert len(capped) == 10
    assert capped[-1][1]["title"] == "21 more exercises"


def test_our_own_fault_is_no_error_of_theirs() -> None:
    """A broken check is a warning, whoever may see it."""
    one = many(1, 1)
    checks = [wrong(1, outcome=Outcome.BROKEN, visibility=Visibility.HIDDEN, message="a problem in the course")]
    broken = msgspec.structs.replace(one.concepts[0], checks=checks, status=Status.BROKEN)
    assert [kind for kind, _, _ in annotations(msgspec.structs.replace(one, concepts=[broken]))] == ["warning"]


@given(st.text(max_size=80))
def test_texts_of_students_make_no_command(text: str) -> None:
    """Whatever the message, title and file are: one line for each annotation, of a kind that is ours."""
    one = many(1, 1)
    checks = [wrong(1, title=text, message=text, hint=text)]
    concept = msgspec.structs.replace(one.concepts[0], concept=text, file=text or "x", checks=checks, reason=text)
    found = annotations(msgspec.structs.replace(one, concepts=[concept]))
    assert {kind for kind, _, _ in found} <= {"error", "warning"}
    assert sum(kind == "error" for kind, _, _ in found) == 1


# -- points ---------------------------------------------------------------------------------------------------------------


def test_points_are_as_the_reporter_reads_them() -> None:
    """What it adds up is the score: `max_score` once, and the `score` of each test."""
    document = json.loads(base64.b64decode(github.classroom(report("half_started"))))
    assert (document["version"], document["status"], document["max_score"]) == (1, "fail", 10.0)
    [test] = document["tests"]
    assert (test["score"], test["status"], test["filename"]) == (6.5, "fail", "exercises/softmax.py")
    assert json.loads(base64.b64decode(github.classroom(report("all_pass"))))["status"] == "pass"


def test_our_own_fault_gives_no_points_at_all() -> None:
    """Neither earned nor lost: a `max_score` of 0 is not counted."""
    one = report("half_started")
    broken = msgspec.structs.replace(
        one, status=Status.BROKEN, concepts=[msgspec.structs.replace(one.concepts[0], status=Status.BROKEN)]
    )
    document = github.document(broken)
    assert (document["status"], document["max_score"]) == ("error", 0)
    assert "'score': 0," in str(document["tests"])


@pytest.mark.parametrize("text", ["::error::x", "a\n::error::x", "##[error]x", "\x1b[31m"])
def test_points_carry_no_command(text: str) -> None:
    """The reporter prints names and messages into a log."""
    one = report("syntax_error")
    concept = msgspec.structs.replace(one.concepts[0], reason=text, file=text, concept=text)
    document = json.loads(base64.b64decode(github.classroom(msgspec.structs.replace(one, concepts=[concept]))))
    [test] = document["tests"]
    for value in (test["name"], test["message"], test["filename"]):
        assert "\n" not in value
        assert obeyed(value) is None


def test_points_fit_into_a_variable() -> None:
    """Linux takes 128 KiB in one; a course of two hundred exercises with long texts needs less."""
    assert len(github.classroom(many(200, 50))) < 128 * 1024
