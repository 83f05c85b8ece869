"""Markdown of a report: what it says, and that no text in it is more than text.

To take the pages of today as right, after looking at them: MLGRADE_UPDATE=1 python -m pytest tests/unit/test_markdown.py
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlgrade.reports import markdown, words
from mlgrade.results import CheckResult, ConceptReport, Diagnosis, Outcome, Report, Status, Visibility
from mlgrade.text import clean, one_line

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("cases/*/expected.json"))
# Everything that a reader of Markdown may take for more than words. Links and images are in it from the start.
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"<code>", "</code>"}


def report(case: str) -> Report:
    return Report.from_json((GOLDEN / "cases" / case / "expected.json").read_text())


def hostile(text: str) -> Report:
    """A report in which every text is this one."""
    checks = [
        CheckResult(
            id=f"c.{visibility}.{outcome}", title=text, aspect=text, visibility=visibility, outcome=outcome, points=1.0,
            earned=0.0, message=text, hint=text,
        )
        for outcome in Outcome for visibility in Visibility
    ]  # fmt: skip
    concept = ConceptReport(
        concept=text, file=text, status=Status.GRADED, reason=text, earned=0.0, possible=1.0, aspects={}, checks=checks,
        diagnoses=[Diagnosis(misconception="m", function=text, title=text, hint=text)], notes=[text], output=text,
    )  # fmt: skip
    stopped = msgspec.structs.replace(concept, status=Status.CANNOT_RUN, checks=[])
    return Report(
        mlgrade="0", course=text, status=Status.GRADED, seconds=1.0, earned=0.0, possible=2.0, concepts=[concept, stopped]
    )  # fmt: skip


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def shape(text: str) -> list[str]:
    """The elements of a page, without what is in them: blocks of code may be missing where there is nothing to show."""
    return [token.type for token in PARSER.parse(text) if token.type not in ("fence", "inline")]


# -- what it says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_pages(case: str) -> None:
    """Each state reads as its golden page."""
    path = GOLDEN / "markdown" / f"{case}.md"
    got = markdown.render(report(case), upcoming="exercises/next.py", edition="1.0+abc")
    if os.environ.get("MLGRADE_UPDATE"):
        path.write_text(got)
    assert got == path.read_text()


def test_no_page_is_left_over() -> None:
    assert sorted(path.stem for path in (GOLDEN / "markdown").glob("*.md")) == CASES


@pytest.mark.parametrize("case", CASES)
def test_what_the_terminal_says_is_there(case: str) -> None:
    """The verdict, the reason, every wrong check with its message, the known mistakes, the next step."""
    text = html.unescape(markdown.render(report(case))).replace("\u200b", "")
    plain = re.sub(r"</?code>", "", text)
    for concept in report(case).concepts:
        assert f"**{words.verdict(concept)}** | {concept.concept} | {words.summary(concept)}" in plain
        assert concept.reason in plain
        for check in concept.checks if words.wrong(concept) else ():
            assert check.title in plain
            assert check.visibility is Visibility.HIDDEN or check.message in plain
            assert check.message.partition("\n")[0] in plain
        assert all(found.hint in plain for found in concept.diagnoses)
    assert words.next_step(report(case)) in plain


def test_nothing_is_said_of_what_is_complete() -> None:
    """Complete exercises stand in the table, and have no section."""
    whole = report("all_pass")
    quiet = [msgspec.structs.replace(one, output="", notes=[], reason="") for one in whole.concepts]
    assert "###" not in markdown.render(msgspec.structs.replace(whole, concepts=quiet))


# -- nothing is more than text ---------------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- ", "</code><b>", "<https://x.example>",
    "[click](https://x.example)", "![x](https://x.example/x.png)", "[a]: https://x.example", "[^1]", "https://x.example",
    "www.x.example", "ada@x.example", "@ada", "cc @org/team", "#12", "GH-12", "org/repo#12", "!12", "~label", ":tada:",
    "0123456789abcdef0123456789abcdef01234567", "| a | b |", "a\\|b", "\\", "`", "``` x", "````\n```", "~~~", "$x$",
    "$$x$$", "**a**", "_a_", "__a__", "___", "a__b", "~~a~~", "# a", "- a", "1. a", "> a", "    a", "---", "===",
    "&lt;b&gt;", "&#60;b&#62;", "&amp;", "a\nb\n\nc", "\n\n# a\n\n", "::error::x", "  ::error::x", "##[error]x",
    "##vso[task.setvariable]x", "<details>", "\u202e", "\x1b[31m", "\ud800", "{{ x }}", "{% x %}", "é @ b", "(n, k) @ (k, m)",
]  # fmt: skip


def check_safe(text: str) -> None:
    page = markdown.render(hostile(text))
    found = list(tokens(page))
    kinds = {token.type for token in found}
    assert not kinds & {
        "link_open",
        "image",
        "html_block",
        "code_block",
        "em_open",
        "s_open",
        "softbreak",
        "code_inline",
    }
    assert {token.content for token in found if token.type == "html_inline"} <= OURS
    assert shape(page) == shape(markdown.render(hostile("x")))
    for line in page.splitlines():
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##\w*\[", line)


def check_same(text: str) -> None:
    """What is shown is what was said, in each kind of line that it may stand in."""
    said = one_line(text).strip() or "x"
    text = text if one_line(text).strip() else "x"
    for line in (
        f"**{markdown.inline(text)}**",
        f"## {markdown.inline(text)}",
        f"x | y\n--- | ---\nz | {markdown.inline(text)}",
    ):
        found = [token.content for token in tokens(line) if token.type == "text"]
        assert "".join(found).replace("\u200b", "").removeprefix("xyz") == said


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks(text: str) -> None:
    """Markup of each kind, in every place of a report at once, changes nothing of the page but its words."""
    check_safe(text)
    check_same(text)


@given(st.text(st.sampled_from(" \n\t`~|\\<>&#;:@[]()!*_-+=.$/1ax\u00e9\u202e"), min_size=1, max_size=12))
def test_any_markup(text: str) -> None:
    """The same of any row of signs that mean something."""
    if clean(text).strip():
        check_safe(f"x{text}x")


@given(st.text(min_size=1, max_size=40).filter(lambda text: bool(one_line(text).strip())))
def test_any_text_reads_as_it_was(text: str) -> None:
    check_same(text)


@pytest.mark.parametrize(
    "text",
    ["@ada", "x@y.example", "#12", "!12", "~a", ":tada:", "https://x.example", "WWW.x.example", "GH-12", "a1b2c3d"],
)
def test_what_sites_make_links_of_is_code(text: str) -> None:
    """Names, numbers and addresses are linked after the Markdown was read, but never within code; no other word is."""
    assert re.fullmatch(r"see <code>[^ <]+</code> there", markdown.inline(f"see {text} there"))
    assert "@a" not in html.unescape(markdown.inline("@ada"))


def test_plain_words_stay_readable() -> None:
    """The source itself can be read: signs that mean nothing where they stand are as they were."""
    text = 'log_softmax(z) needs "values", not shapes: use z - max (n, k) = 3.5; why?'
    assert markdown.inline(text) == text


def test_a_fence_is_longer_than_any_within() -> None:
    """Whatever run of backticks is in a text, its block ends where we end it."""
    [fence] = [token for token in tokens(markdown.block("```\n`````\nx")) if token.type == "fence"]
    assert fence.content == "```\n`````\nx\n"
    assert markdown.block("\n") == ""


# -- never too long ----------------------------------------------------------------------------------------------------


def test_a_long_report_is_told_in_less_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    """First the details go, then whole exercises, and it says how many; never half a block."""
    one = report("raises")
    many = msgspec.structs.replace(one, concepts=[*one.concepts] * 12)
    full = markdown.render(many)
    monkeypatch.setattr(markdown, "MOST_BYTES", len(full.encode()) - 1)
    brief = markdown.render(many)
    assert "```" not in brief
    assert brief.count("###") == 12
    monkeypatch.setattr(markdown, "MOST_BYTES", 9_000)
    cut = markdown.render(many)
    assert len(cut.encode()) <= 9_000
    left = 12 - cut.count("###")
    assert cut.endswith(f"... and {left} more exercises, for which there is no room here.\n")
    monkeypatch.undo()
    assert markdown.MOST_BYTES < 1024 * 1024
