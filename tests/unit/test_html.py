"""A report as a page: the terminal's words in the terminal's order, nothing of a student's as markup, readable by all.

To take the pages of today as right, after looking at them in a browser: MLGRADE_UPDATE=1 python -m pytest tests/unit/test_html.py
"""

from __future__ import annotations

import io
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from mlgrade.reports import html, terminal
from mlgrade.reports.progress import Change
from mlgrade.reports.style import DARK, LIGHT
from mlgrade.results import CheckResult, ConceptReport, Diagnosis, Outcome, Report, Score, Status, Visibility

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("cases/*/expected.json"))
VOID = {"meta"}


class Page(HTMLParser):
    """The elements of a page, with their attributes, and its text. Fails where an element is not closed as opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Mapping[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words += data.split()

    def named(self, tag: str) -> list[Mapping[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def report(case: str) -> Report:
    return Report.from_json((GOLDEN / "cases" / case / "expected.json").read_text())


def two() -> Report:
    """Two concepts, which are shown in brief."""
    first, second = report("no_shift"), report("half_started")
    concepts = [*first.concepts, *second.concepts]
    return msgspec.structs.replace(first, concepts=concepts, earned=15, possible=20)


# -- the same facts in the same order -------------------------------------------------------------------------


@pytest.mark.parametrize("verbose", [False, True], ids=["", "verbose"])
@pytest.mark.parametrize("case", [*CASES, "two"])
def test_all_that_the_terminal_says(case: str, verbose: bool) -> None:
    """Every word of the terminal is on the page, in the same order; only bars are drawn instead."""
    given_ = two() if case == "two" else report(case)
    changes = {concept.file: Change(2, 1) for concept in given_.concepts}
    how = {"changes": changes, "upcoming": "exercises/next.py", "edition": "1.0+abc", "verbose": verbose}
    page = io.StringIO()
    terminal.render(Console(file=page, width=10_000), given_, **how)  # type: ignore[arg-type]
    wanted = re.sub(r" [#.]{10} ", " ", page.getvalue()).split()
    words = iter(Page(html.fragment(given_, **how)).words)  # type: ignore[arg-type]
    assert [word for word in wanted if word not in words] == []


def test_another_next_step() -> None:
    """Who has no commands, as in a notebook, is told the next thing to do in other words."""
    text = html.fragment(report("all_pass"), following="go on & on")
    assert '<p class="mlgrade-next">Next: go on &amp; on</p>' in text
    assert "mlgrade check" not in text


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    """The page of each state is the one that somebody has looked at; the style sheet apart."""
    text = re.sub(r"<style>.*?</style>", "<style></style>", html.fragment(report(case)), flags=re.DOTALL)
    path = GOLDEN / "html" / f"{case}.html"
    if os.environ.get("MLGRADE_UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


# -- nothing of a student's is markup ---------------------------------------------------------------------------

HOSTILE = "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='x' &lt; <!-- ]]> &#60;b>"


def filled(text: str, status: Status = Status.GRADED) -> Report:
    """A report that has this text wherever text can be."""
    check = CheckResult(id=text, title=text, aspect=text, visibility=Visibility.PUBLIC, outcome=Outcome.PASSED, points=1, earned=1, message=text, hint=text)  # fmt: skip
    checks = [msgspec.structs.replace(check, outcome=outcome) for outcome in Outcome]
    diagnosis = Diagnosis(misconception=text, function=text, title=text, hint=text)
    concept = ConceptReport(concept=text, file=text, status=status, reason=text, earned=1, possible=6, aspects={text: Score(1, 6)}, diagnoses=[diagnosis], checks=checks, notes=[text], output=text)  # fmt: skip
    return Report(mlgrade=text, course=text, status=status, seconds=1, earned=1, possible=6, concepts=[concept], walls=[text])  # fmt: skip


def elements(text: str, *, verbose: bool = False) -> list[tuple[str, Mapping[str, str | None]]]:
    how = {"upcoming": text, "edition": text, "following": text}
    return Page(html.page(filled(text), verbose=verbose, **how)).elements  # type: ignore[arg-type]


@pytest.mark.parametrize("verbose", [False, True])
def test_hostile_text(verbose: bool) -> None:
    """Markup in any field stays text: the page has the same elements and attributes as with a harmless word."""
    assert elements(HOSTILE, verbose=verbose) == elements("word", verbose=verbose)
    page = Page(html.page(filled(HOSTILE)))
    assert " ".join(HOSTILE.split()) in " ".join(page.words)


@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_text(text: str) -> None:
    """Whatever the text, it makes no element, no attribute and no hole."""
    assert elements(text) == elements("word")


def test_no_script_and_nothing_fetched() -> None:
    """A page holds no script, no handler and no address, and forbids them all."""
    page = Page(html.page(report("no_shift")))
    assert {tag for tag, _ in page.elements} <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "section", "h2", "p", "pre", "ul", "li", "span", "strong", "em", "table", "caption", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
    assert {name for _, attributes in page.elements for name in attributes} <= {"lang", "charset", "name", "content", "http-equiv", "class", "aria-label", "aria-hidden", "scope", "style"}  # fmt: skip
    assert not re.search(r"https?:|url\(|@import|javascript:", html.page(report("no_shift")))


# -- readable by all ------------------------------------------------------------------------------------------


def test_a_document_says_what_it_is() -> None:
    """A page has a language, a title, a width for small screens, and headings without a gap."""
    page = Page(html.page(report("no_shift")))
    assert page.elements[0] == ("html", {"lang": "en"})
    assert [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2"]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.named("meta")
    assert page.words[:2] == ["softmax:", "report"]


def test_a_part_of_a_page_names_itself() -> None:
    """A fragment says its language and what it is to whoever hears it, and has headings of the asked level."""
    page = Page(html.fragment(two(), heading=4))
    how = {"class": "mlgrade tex2jax_ignore mathjax_ignore", "lang": "en", "aria-label": "Report of mlgrade"}
    assert page.elements[0] == ("section", how)
    assert len(page.named("h4")) == 2


def test_tables_can_be_heard() -> None:
    """Each table has a caption and each of its headers says what it heads; a bar is drawn for eyes only."""
    page = Page(html.fragment(report("no_shift")))
    assert len(page.named("table")) == len(page.named("caption")) == 1
    assert {header.get("scope") for header in page.named("th")} == {"col", "row"}
    bars = [part for part in page.named("span") if part.get("class") == "mlgrade-bar"]
    assert len(bars) == 6
    assert {bar.get("aria-hidden") for bar in bars} == {"true"}


@pytest.mark.parametrize("case", CASES)
def test_every_colour_is_a_word_too(case: str) -> None:
    """What is coloured says the same in a word, and the word is what its colour is named after."""
    text = html.fragment(report(case))
    marks = re.findall(r'<span class="mlgrade-mark mlgrade-(\w+)">([^<]*)</span>', text)
    assert marks
    assert all(word == kind.upper() for kind, word in marks)
    assert len(marks) == text.count('class="mlgrade-mark')  # no mark is written in another way


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of that name."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def pairs() -> Iterator[tuple[str, str, float]]:
    for colours in (LIGHT, DARK):
        for ink, paper in itertools.product(("ink", "dim", "pass", "fail", "time", "skip", "ours"), ("paper", "code")):
            yield colours[ink], colours[paper], 4.5
        yield colours["rule"], colours["paper"], 3.0


def test_contrast() -> None:
    """Text has a contrast of at least 4.5 to 1 on both papers, dark and light, and lines 3 to 1 (WCAG 2.2, AA)."""
    assert LIGHT.keys() == DARK.keys()
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert [pair for pair in pairs() if contrast(pair[0], pair[1]) < pair[2]] == []


def test_dark_and_light() -> None:
    """The system's choice counts, and over it JupyterLab's own theme, in both directions."""
    text = html.fragment(report("all_pass"))
    light, dark = f"--mlgrade-ink: {LIGHT['ink']}", f"--mlgrade-ink: {DARK['ink']}"
    order = [light, "prefers-color-scheme: dark", dark, '[data-jp-theme-light="true"]', light, '[data-jp-theme-light="false"]', dark]  # fmt: skip
    at = 0
    for part in order:
        at = text.index(part, at) + len(part)
