"""The notebooks of a unit: what stands in their cells, and what never does."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.conftest import ROOT

from mlgrade import course as courses
from mlgrade.course import Unit
from mlgrade.errors import CourseError
from mlgrade.integrations.nbgrader import explanation, source
from mlgrade.integrations.nbgrader.source import NotebookLayout

COURSE = courses.load(ROOT)
CONCEPTS = [concept.id for concept in COURSE.concepts]
PLAIN, WHOLE = NotebookLayout(), NotebookLayout(per_unit=True)
Edit = Callable[[str, str, str], None]


def unit_of(concept: str) -> Unit:
    return next(unit for unit in COURSE.units if any(one.id == concept for one in unit.concepts))


def cells(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nbformat.reads(data.decode(), as_version=4).cells
    return found


def cell(concept: str, name: str) -> dict[str, Any]:
    data = source.notebooks(COURSE, unit_of(concept), PLAIN)[f"{concept}.ipynb"].data
    return next(one for one in cells(data) if one["metadata"]["nbgrader"]["grade_id"] == name)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_the_answer_cell_is_the_exercise(concept: str) -> None:
    """Without nbgrader's marks the answer cell is the exercise file, and each function has one marked place."""
    text = cell(concept, f"answer-{concept}")["source"]
    rows = [row for row in text.split("\n") if row.strip() not in (source.BEGIN, source.END)]
    assert "\n".join(rows) == COURSE.exercise(concept).read_text(encoding="utf-8").rstrip()
    assert text.count(source.BEGIN) == text.count(source.END) == len(COURSE.concept(concept).functions)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_the_test_cell_has_the_points_of_the_concept(concept: str) -> None:
    """The test cell is worth the concept's points, is locked, and asks for the visible checks of its concept."""
    found = cell(concept, f"test-{concept}")
    assert found["metadata"]["nbgrader"]["points"] == COURSE.concept(concept).points
    assert found["metadata"]["nbgrader"]["locked"]
    assert found["source"].endswith(f'mlgrade.notebook.check("{concept}")')
    ast.parse(found["source"])


@pytest.mark.parametrize("concept", CONCEPTS)
def test_formulae_are_set(concept: str) -> None:
    """Each concept's formulae are LaTeX whose braces and environments close."""
    text = cell(concept, f"text-{concept}")["source"]
    [_, formula, _] = text.split("$$")
    assert formula.count("{") == formula.count("}")
    assert len(re.findall(r"\\left\b", formula)) == len(re.findall(r"\\right\b", formula))
    assert formula.count(r"\begin{aligned}") == formula.count(r"\end{aligned}") <= 1
    assert formula.isascii()
    assert "<" not in formula  # \lt: a browser takes the other one for the begin of a tag


@pytest.mark.parametrize("layout", [PLAIN, WHOLE], ids=["per concept", "per unit"])
@pytest.mark.parametrize("unit", COURSE.units, ids=lambda unit: unit.id)
def test_the_same_bytes_again(unit: Unit, layout: NotebookLayout) -> None:
    """Two builds are equal, valid, and have no cell id or grade id twice, also where unit and concept share a name."""
    first, second = source.notebooks(COURSE, unit, layout), source.notebooks(COURSE, unit, layout)
    assert first == second
    for notebook in first.values():
        found = nbformat.reads(notebook.data.decode(), as_version=4)
        nbformat.validate(found)
        assert found.metadata.kernelspec.name == "python3"
        names = [one.metadata.nbgrader.grade_id for one in found.cells]
        assert set(Counter(names).values()) == {1}
        assert set(Counter(one.id for one in found.cells).values()) == {1}
        assert notebook.cells == frozenset(names)


def test_names_of_the_notebooks() -> None:
    """A notebook for each concept and one for the written answer; or one with all cells, in the order of the course."""
    unit = unit_of("attention")
    assert list(source.notebooks(COURSE, unit, PLAIN)) == [
        "attention_weights.ipynb", "attention.ipynb", "written-attention.ipynb",
    ]  # fmt: skip
    [(name, whole)] = source.notebooks(COURSE, unit, WHOLE).items()
    assert name == "attention.ipynb"
    assert [one["metadata"]["nbgrader"]["grade_id"] for one in cells(whole.data)] == [
        "text-unit-attention", "text-attention_weights", "answer-attention_weights", "test-attention_weights",
        "text-attention", "answer-attention", "test-attention", "text-written-attention", "written-attention",
    ]  # fmt: skip


def test_the_written_answer() -> None:
    """The question is a study card that asks why; its cell is graded by hand and says nothing of the answer."""
    notebook = source.notebooks(COURSE, unit_of("attention"), NotebookLayout(written=3))["written-attention.ipynb"]
    question, answer = cells(notebook.data)
    assert "**Why are scores divided by the root of d?**" in question["source"]
    assert "3 points" in question["source"]
    assert "saturate" not in question["source"] + answer["source"]
    own = answer["metadata"]["nbgrader"]
    assert (own["grade"], own["solution"], own["points"]) == (True, True, 3)


def test_without_a_written_answer() -> None:
    """With no points for it there is none."""
    assert "written-lab.ipynb" not in source.notebooks(COURSE, unit_of("retrieval"), NotebookLayout(written=0))


def test_a_course_without_lessons_and_cards(course: Path) -> None:
    """It has the exercise's own words, and no written answer."""
    small = courses.load(course)
    [notebook] = source.notebooks(small, small.units[0], PLAIN).values()
    text = cells(notebook.data)[0]["source"]
    assert "Softmax: scores become a distribution." in text
    assert "`softmax(z, axis=-1)`, `log_softmax(z, axis=-1)`" in text


def test_a_lesson_without_latex(course: Path) -> None:
    """The formula is shown as the lesson has it, as preformatted text."""
    (course / "lessons").mkdir()
    (course / "lessons/softmax.yml").write_bytes((ROOT / "lessons/softmax.yml").read_bytes())
    small = courses.load(course)
    text = cells(source.notebooks(small, small.units[0], PLAIN)["softmax.ipynb"].data)[0]["source"]
    assert "\n    softmax(z)_i     = exp(z_i) / sum_j exp(z_j)\n" in text
    assert "$$" not in text


@pytest.mark.parametrize("latex", ["", "a $ b", "a\n\nb", "\udcff"], ids=["empty", "dollar", "gap", "not UTF-8"])
def test_latex_that_would_break_the_page(latex: str, course: Path) -> None:
    """It is refused with the name of its file."""
    (course / "lessons").mkdir()
    (course / "lessons/softmax.yml").write_bytes((ROOT / "lessons/softmax.yml").read_bytes())
    (course / "lessons/softmax.tex").write_bytes(latex.encode(errors="surrogateescape"))
    small = courses.load(course)
    with pytest.raises(CourseError, match=r"softmax\.tex: "):
        source.notebooks(small, small.units[0], PLAIN)


STUB = "def softmax(z):\n    raise NotImplementedError\n"


@pytest.mark.parametrize(
    ("exercise", "words"),
    [
        ("def softmax(z):\n    pass\n", "nothing in it raises NotImplementedError"),
        ("def softmax(z): raise NotImplementedError\n", "softmax.py:1: the raise needs a line of its own"),
        (STUB + "# ### BEGIN SOLUTION\n", 'softmax.py:3: "BEGIN SOLUTION" means something to nbgrader'),
        (STUB + "# AUTOTEST softmax(1)\n", 'softmax.py:3: "AUTOTEST" means something to nbgrader'),
        (STUB + "x = '''\nEND HIDDEN TESTS'''\n", 'softmax.py:4: "END HIDDEN TESTS" means'),
        ("def softmax(z:\n", "softmax.py: "),
        ("\0", "softmax.py: "),
    ],
)
def test_an_exercise_that_is_no_cell(exercise: str, words: str, course: Path) -> None:
    """What nbgrader could not take is said before anything is built, with its place."""
    (course / "exercises/softmax.py").write_text(exercise)
    small = courses.load(course)
    [problem] = source.problems(small, small.units[0])
    assert words in problem


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Each exercise that is not there is named."""
    unit, empty = unit_of("softmax"), msgspec.structs.replace(COURSE, root=tmp_path)
    assert list(source.problems(empty, unit)) == [
        f"{empty.exercise(concept.id)}: cannot be read: No such file or directory" for concept in unit.concepts
    ]


def test_a_word_of_nbgrader_in_a_title(course: Path, edit: Edit) -> None:
    """Also in a text, where nbgrader would act on it."""
    edit("course.yml", "title: Softmax", "title: BEGIN MARK SCHEME")
    small = courses.load(course)
    with pytest.raises(CourseError, match=r'^text-softmax: "BEGIN MARK SCHEME" means'):
        source.notebooks(small, small.units[0], PLAIN)


@given(
    docs=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\"'\\\0\r"), max_size=60), min_size=1, max_size=4
    ),
    margin=st.sampled_from(["    ", "  ", "\t", "        "]),
)
def test_marks_change_nothing_else(docs: list[str], margin: str) -> None:
    """Whatever stands around them, marks are two lines for each function, and the rest is as it was."""
    assume(not any(words in doc for doc in docs for words in source.RESERVED))  # hypothesis tries constants of the code
    exercise = "\n\n".join(
        f'def f{n}(x):\n{margin}"""{doc}"""\n{margin}raise NotImplementedError("f{n}")' for n, doc in enumerate(docs)
    )
    made = source._answer(exercise, COURSE.concept("softmax"))
    rows = [row for row in made.split("\n") if row not in (margin + source.BEGIN, margin + source.END)]
    assert "\n".join(rows) == exercise
    assert len(made.split("\n")) - len(rows) == 2 * len(docs)
    ast.parse(made)


def test_titles_stay_on_one_line() -> None:
    """A title of several lines, in any script, is one heading."""
    assert explanation.plain(" Внимание\n и  веса ") == "Внимание и веса"


def test_a_notebook_is_plain_json() -> None:
    """The bytes are UTF-8 JSON with a line end, as Jupyter writes them."""
    data = source.notebooks(COURSE, unit_of("softmax"), PLAIN)["softmax.ipynb"].data
    assert data.endswith(b"}\n")
    assert json.loads(data)["nbformat"] == 4
