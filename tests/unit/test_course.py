"""course.yml: every problem at once, each with its place, and nothing but CourseError for whatever stands there."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.course.model import Keep
from mlgrade.errors import CourseError, Exit, UsageError

BASE = """\
format: 1
title: Small
version: "1.0"
units:
  - id: first
    title: First
    concepts:
      - {id: norm, title: Norm, points: 10, functions: [norm]}
      - {id: softmax, title: Softmax, points: 5.5, functions: [softmax], requires: [norm]}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(CourseError) as raised:
        courses.parse(text)
    return raised.value.problems


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


# -- problems -------------------------------------------------------------------------------------------------


def test_every_problem_at_once() -> None:
    """Faults of several kinds are all said in one go, each with the line and the place an editor can jump to."""
    text = """\
format: 1
titel: Small
version: 1.0
limits: {call: 2}
units:
  - id: First
    concepts:
      - {id: norm, title: "", points: -1, functions: []}
"""
    said = problems(text)
    assert "course.yml:1: title is missing" in said
    assert 'course.yml:2: titel: is not known here; did you mean "title"?' in said
    assert "course.yml:3: version: must be a version such as 1.2.0, in quotes (got 1.0)" in said
    assert any(one.startswith("course.yml:4: limits.call: must be a duration such as 2 s") for one in said)
    assert "course.yml:6: units[0].id: must be a lower-case name such as softmax (got First)" in said
    assert "course.yml:6: units[0]: title is missing" in said
    assert any(one.startswith("course.yml:8: units[0].concepts[0].title: must be a title") for one in said)
    assert "course.yml:8: units[0].concepts[0].points: must be positive (got -1)" in said
    assert any(one.startswith("course.yml:8: units[0].concepts[0].functions: must be a list of at") for one in said)
    assert len(said) == 9


def test_problems_come_in_the_order_of_the_file() -> None:
    """Whatever kind they are of, problems are listed from the top of the file to its end."""
    text = "zeta: 1\nalpha: 1\nformat: one\nformat: 1\nbeta: 1\n" + BASE.replace("format: 1\n", "") + "gamma: 1\n"
    lines = [int(one.split(":")[1]) for one in problems(text)]
    assert lines == sorted(lines)


def test_unknown_names_of_one_line_keep_their_order() -> None:
    """The same file gives the same text in every run: names of one line come as they stand there."""
    names = ["zeta", "yoke", "xenon", "wave", "verb", "under", "theta", "sigma"]
    said = problems(f"{BASE}late: {{{', '.join(f'{name}: 1' for name in names)}}}\n")
    assert [one.split(": ")[1].removeprefix("late.") for one in said] == names


FAULTS = {
    "points that are text": ("points: 10", 'points: "10"', "points: must be positive"),
    "points that are a truth value": ("points: 10", "points: true", "points: must be positive"),
    "points of zero": ("points: 10", "points: 0", "points: must be positive"),
    "points that are no number": ("points: 10", "points: .nan", "points: must be positive"),
    "points without an end": ("points: 10", "points: .inf", "points: must be"),
    "points beyond a float": ("points: 10", f"points: 1{'0' * 400}", "points: must be positive"),
    "points with too many digits": ("points: 10", f"points: 1{'0' * 5000}", "points: "),
    "points that are a list": ("points: 10", "points: [1]", "points: must be positive (got a list of 1)"),
    "points left empty": ("points: 10", "points: ", "points: must be positive (got nothing)"),
    "a truth value of no kind": ("points: 10", "points: !!bool x", "points: "),
    "a date of no kind": ("points: 10", "points: !!timestamp x", "points: "),
    "an empty whole number": ("points: 10", 'points: !!int ""', "points: "),
    "an empty number": ("points: 10", 'points: !!float ""', "points: "),
    "a hexadecimal of no digits": ("points: 10", "points: 0x_", "points: cannot be read"),
    "a Python object": ("points: 10", "points: !!python/object/apply:os.getcwd []", "points: must be positive"),
    "an unknown tag": ("points: 10", "points: !mine 3", "points: cannot be read"),
    "a capital": ("id: norm", "id: Norm", "id: must be a lower-case name"),
    "an id with a line end": ("id: norm", 'id: "norm\\n"', "id: must be a lower-case name"),
    "an id that leads out of the folder": ("id: norm", "id: ../norm", "id: must be a lower-case name"),
    "a function with a dot": ("functions: [norm]", "functions: [np.norm]", "functions[0]: must be a function's name"),
    "functions that are one word": ("functions: [norm]", "functions: norm", "functions: must be a list of at least one"),
    "no units": (BASE[BASE.index("units:") :], "units: []\n", "units: must be a list of at least one unit"),
    "units that are text": (BASE[BASE.index("units:") :], "units: many\n", "units: must be a list"),
    "a concept that is text": ("{id: norm, title: Norm, points: 10, functions: [norm]}", "norm", "must be a group"),
    "a later format": ("format: 1", "format: 2", "format: this mlgrade reads format 1 (got 2)"),
    "a format that is a fraction": ("format: 1", "format: 1.5", "format: must be a whole number"),
    "a concept twice": ("id: softmax", "id: norm", 'concepts[1].id: "norm" is used twice'),
    "a key twice": ("title: Small", "title: Small\ntitle: Other", "course.yml:3: title: is here twice"),
    "a requirement that is nowhere": ("requires: [norm]", "requires: [nrom]", 'requires[0]: no concept "nrom"; did you mean "norm"?'),
    "a requirement of itself": ("requires: [norm]", "requires: [softmax]", '"softmax" does not come before "softmax"'),
    "a requirement that comes later": ("functions: [norm]", "functions: [norm], requires: [softmax]", '"softmax" does not come before "norm"'),
    "a key that is a list": ("title: Small", "title: Small\n[1, 2]: 3", "?: is not known here"),
    "a misspelt word": ("points: 10", "ponts: 10", 'ponts: is not known here; did you mean "points"?'),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_has_its_place(old: str, new: str, said: str) -> None:
    """One fault is said in words, with the file and, inside a unit, the line."""
    found = [one for one in problems(changed(old, new)) if said in one]
    assert found
    assert found[0].startswith("course.yml:")


def test_a_unit_twice() -> None:
    """Two units of one name are refused where the second stands."""
    second = "  - id: first\n    title: Again\n    concepts: [{id: x, title: X, points: 1, functions: [x]}]\n"
    assert problems(BASE + second) == ['course.yml:10: units[1].id: "first" is used twice']


def test_a_circle_of_requirements() -> None:
    """A circle is refused, because one of its requirements comes too late."""
    text = changed("functions: [norm]", "functions: [norm], requires: [softmax]")
    assert problems(text) == ['course.yml:8: units[0].concepts[0].requires[0]: "softmax" does not come before "norm"']


LIMITS = [
    "call: 2", "call: 2 weeks", "call: -1 s", "call: 2 S", "call: [2 s]", "call: 99999999999 s", "call: 1e3 s", "call: .5 s",
    "call: 0 s", "load: 0 s", "submission: 0 min",
    "memory: 1 MB", "memory: 512", "memory: 1.5 GiB", "memory: -1 MiB", "memory: 0 MiB", "result: 0 KiB",
    "output: -1", "output: 20001", "output: many", "output: 1.5",
]  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_without_a_sense(limit: str) -> None:
    """A limit that is no amount, or an amount that nothing could keep to, is refused with its name."""
    [problem] = problems(f"{BASE}limits: {{{limit}}}\n")
    assert problem.startswith(f"course.yml:10: limits.{limit.partition(':')[0]}: must be ")


PERCENTS = ["10", "0.1", "101%", "-1%", "100.0001%", "ten %", "[10%]"]


@pytest.mark.parametrize("percent", PERCENTS)
def test_a_percentage_is_written_as_one(percent: str) -> None:
    """A share without a percent sign or outside of 0% to 100% is refused."""
    [problem] = problems(f"{BASE}late: {{floor: {percent}}}\n")
    assert problem.startswith("course.yml:10: late.floor: must be a percentage from 0% to 100% (got ")


@pytest.mark.parametrize("place", ["limits: {call: }", "limits: {memory: }", "late: {per_day: }"])
def test_an_empty_amount_says_what_belongs_there(place: str) -> None:
    """A name without its value says what the value should look like."""
    [problem] = problems(f"{BASE}{place}\n")
    assert "such as" in problem or "from 0% to 100%" in problem
    assert problem.endswith("(got nothing)")


DATES = ["2027-02-05", "2027-02-05T23:59:00", '"2027-02-05T23:59:00"', "tomorrow", "5", "2027-13-05T00:00:00Z", "2027-02-05T23:59:00+99:00"]  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_a_date_needs_a_zone(date: str) -> None:
    """A due date without a time zone, or that is on no calendar, is refused."""
    found = problems(changed("title: First", f"title: First\n    due: {date}"))
    assert found[0].startswith("course.yml:7: units[0].due: ")


def test_lateness_that_ends_before_it_begins() -> None:
    """A cap inside of the grace time is a contradiction."""
    assert problems(BASE + "late: {grace: 1 h, cap: 15 min}\n") == [
        "course.yml:10: late.cap: ends before the grace time does"
    ]


# -- values ---------------------------------------------------------------------------------------------------


def test_values_are_typed() -> None:
    """Durations, shares, sizes, dates and choices are values when the file has been read, not words."""
    text = changed("title: First", "title: First\n    due: 2027-02-05T23:59:00+01:00")
    course = courses.parse(
        text
        + "limits: {call: 1.5 s, load: 2 min, submission: 1 h, memory: 2 GiB, result: 3 KiB, output: 0}\n"
        + "late: {grace: 15 min, per_day: 10%, floor: 12.5 %, cap: 14 days}\n"
        + "attempts: {keep: last, most: 3}\n"
    )
    due = course.units[0].due
    assert due is not None
    assert due.utcoffset() == timedelta(hours=1)
    limits = course.sandbox_limits()
    assert (limits.call_seconds, limits.import_seconds, limits.total_seconds) == (1.5, 120.0, 3600.0)
    assert (limits.memory_bytes, limits.result_bytes, limits.output_chars) == (2 * 1024**3, 3 * 1024, 0)
    assert (course.late.grace, course.late.cap) == (timedelta(minutes=15), timedelta(days=14))
    assert (course.late.per_day, course.late.floor) == (0.1, 0.125)
    assert (course.attempts.keep, course.attempts.most) == (Keep.LAST, 3)
    assert [concept.points for concept in course.concepts] == [10.0, 5.5]


def test_what_is_left_out() -> None:
    """A course that says nothing of seed, limits and lateness has the ones that the documentation names."""
    course = courses.parse(BASE)
    assert (course.seed, course.imports) == (0, ["stdlib", "numpy"])
    assert course.limits.call == timedelta(seconds=2)
    assert course.attempts.keep is Keep.BEST
    assert (course.late.cap, course.attempts.most, course.units[0].due) == (None, None, None)


def test_an_unknown_concept_is_named_with_the_nearest() -> None:
    """Asking for a concept that is not there names the nearest one, or else all of them."""
    course = courses.parse(BASE)
    assert course.concept("norm").title == "Norm"
    with pytest.raises(UsageError, match='no concept "sofmax"; did you mean "softmax"'):
        course.concept("sofmax")
    with pytest.raises(UsageError, match='no concept "zebra"; this course has norm, softmax'):
        course.concept("zebra")


# -- files ----------------------------------------------------------------------------------------------------


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused with their place and the way out."""
    (tmp_path / "course.yml").write_bytes(b"title: caf\xe9\n")
    with pytest.raises(CourseError, match=r"course.yml: not UTF-8 \(byte 10\); save it as UTF-8") as raised:
        courses.load(tmp_path)
    assert raised.value.exit_code == Exit.USAGE


def test_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    """The mark that Windows editors put in front is no part of the first name."""
    (tmp_path / "course.yml").write_bytes(b"\xef\xbb\xbf" + BASE.encode())
    assert courses.load(tmp_path / "course.yml").root == tmp_path.resolve()


def test_no_file(tmp_path: Path) -> None:
    """A course.yml that is not there, or above the folder, is said with its place."""
    with pytest.raises(UsageError, match=r"course.yml: No such file"):
        courses.load(tmp_path / "course.yml")
    with pytest.raises(UsageError, match=r"no course\.yml in .* or above it"):
        courses.find(tmp_path)


def test_found_from_below(tmp_path: Path) -> None:
    """The nearest course.yml above counts."""
    (tmp_path / "course.yml").write_text(BASE)
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert courses.find(tmp_path / "a" / "b") == tmp_path.resolve() / "course.yml"


def test_a_course_beside_an_answer_is_not_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The course that one stands in wins over one that was handed in beside the answers."""
    for name in ("course", "handed_in"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "course.yml").write_text(BASE)
    monkeypatch.chdir(tmp_path / "course")
    assert courses.nearest(tmp_path / "handed_in" / "norm.py").parent.name == "course"


# -- hostile texts --------------------------------------------------------------------------------------------

ROTTEN = {
    "nothing": "",
    "a scalar": "course",
    "a list": "[1, 2]",
    "a tab": "a:\n\t- b",
    "an open bracket": "a: [1, 2",
    "two documents": "a: 1\n---\nb: 2",
    "an alias of nothing": "a: *b",
    "a NUL": "a: \0",
    "a list in itself": "a: &x [*x]",
    "a group in itself": "a: &x {b: *x}",
    "a group in itself under an empty name": '&x {"": *x}',
    "a key that is a list in itself": "? &x [*x]\n: 1",
    "deep brackets": "[" * 3000 + "]" * 3000,
    "deep dashes": "- " * 3000,
    "deep groups": "{a: " * 500 + "1" + "}" * 500,
    "a bomb of aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
}


@pytest.mark.parametrize("text", ROTTEN.values(), ids=ROTTEN.keys())
def test_what_is_no_course_is_a_course_error(text: str) -> None:
    """A text that is no YAML, or YAML that unfolds without end, is refused in words."""
    found = problems(text)
    assert all(one.startswith("course.yml") for one in found)
    assert sum(map(len, found)) < 2000


@pytest.mark.parametrize("part", ["[", "- ", "{a: ", "? "])
def test_depth_does_not_end_the_process(part: str) -> None:
    """YAML that is nested a hundred thousand deep is an error of the file, not a crash of the interpreter."""
    code = (
        "from mlgrade.course import parse\nfrom mlgrade.errors import CourseError\n"
        f"try: parse({part!r} * 100_000)\nexcept CourseError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n")


WORDS = ["format", "title", "version", "seed", "imports", "limits", "late", "attempts", "units", "id", "concepts", "points",
         "functions", "requires", "call", "memory", "keep", "most", "due", "grace", "cap", "root"]  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=4)
    | st.dates() | st.datetimes() | st.sampled_from(["2 s", "10%", "1 MiB", "norm", "1.0", "best", "stdlib"])
)  # fmt: skip
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=25,
)


def only_course_error(text: str) -> None:
    found = ["course.yml: nothing wrong"]
    try:
        courses.parse(text)
    except CourseError as error:
        found = error.problems
    assert found
    assert all(one.startswith("course.yml") for one in found)


@given(st.dictionaries(st.sampled_from(WORDS), PLAIN, max_size=9))
def test_any_data_is_a_course_or_a_course_error(data: dict[str, Any]) -> None:
    """Whatever values stand under whatever names, nothing but CourseError comes of it."""
    only_course_error(yaml.safe_dump(data, allow_unicode=True))


@given(st.sampled_from(["points: 10", "title: Small", "functions: [norm]", 'version: "1.0"', "title: First"]), PLAIN)
def test_any_value_in_a_good_course(place: str, value: Any) -> None:
    """Whatever value takes the place of a good one, nothing but CourseError comes of it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=100_000).removesuffix("...\n")
    only_course_error(changed(place, f"{place.partition(':')[0]}: {text.strip()}"))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.text("ab: -[]{}&*!|>'\"#%@\n\t?0.", max_size=60)
    | st.text("ab: -[]{}&*!|>'\"#%@\n\t?0.", max_size=30).map(lambda text: BASE + text)
)
def test_any_text_is_a_course_or_a_course_error(text: str) -> None:
    """Whatever text stands in the file, nothing but CourseError comes of it."""
    only_course_error(text)
