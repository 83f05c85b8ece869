"""What students write in Markdown, rendered as nbgrader's pages render it: nothing in it runs."""

from __future__ import annotations

import html
import html.parser
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from mlgrade.integrations.nbgrader import sanitize

TAGS = {
    "a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "img", "input", "li", "ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"alt", "checked", "class", "disabled", "href", "id", "src", "start", "style", "title", "type"}
SCHEMES = {"href": ("http://", "https://", "mailto:", "#"), "src": ("data:image/png;base64,",)}
PNG = {"image/png": "iVBORw0KGgo="}


def render(text: str, attachments: dict[str, Any] | None = None) -> str:
    """nbgrader's own way: raw HTML passes, and no URL is looked at."""
    renderer = IPythonRenderer(escape=False, attachments=attachments or {})
    return str(MarkdownWithMath(renderer=renderer).render(text))


class Faults(html.parser.HTMLParser):
    """What a page holds beyond what Markdown alone can make."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(tag)
        for name, value in attrs:
            url = name in SCHEMES and not (value or "").lower().startswith(SCHEMES[name])
            if name not in ATTRIBUTES or url:
                self.found.append(f"{tag} {name}={value}")

    def handle_comment(self, _: str) -> None:
        self.found.append("comment")

    def handle_decl(self, _: str) -> None:
        self.found.append("declaration")

    def handle_pi(self, _: str) -> None:
        self.found.append("instruction")


def read(page: str) -> str:
    """What MathJax finds in a page: text, with each character as itself."""
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "text <b onclick='x'>bold</b>",
    "<svg/onload=alert(1)>",
    "</div><iframe src=//x>",
    "<!-- --><style>*{}</style>",
    "<?php ?><!DOCTYPE x>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( \n javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:x) [y](data:text/html,x) [z](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[y]:\n  javascript:alert(1)\n\n[y]",
    "[![a](javascript:a)](javascript:b)",
    "<javascript:alert(1)>",
    '[x](https://a "><img src=x onerror=alert(1)>")',
    '![">](https://a"onerror="alert(1))',
    "![x](attachment:none.png)",
    "![x](attachment:a.svg)",
    '![x](attachment:a.png"onerror=x)',
    "![x](https://a/seen.png)",
    "![x][y]\n\n[y]: https://a/seen.png",
    "![x](attachment:a.png b c)\n\n[x]: https://a/seen.png",
    "![x\\](attachment:a.png) y](https://a/seen.png)",
    "![`](attachment:a.png) y`](https://a/seen.png)",
    "![$](attachment:a.png) y$](https://a/seen.png)",
    "[![x](attachment:a.png)](https://a) ![ [x](attachment:a.png)](https://a/seen.png)",
    "```mermaid\n</pre><script>alert(1)</script>\n```",
    "```<script>\nx\n```",
    "# <script>alert(1)</script>",
    "| <b> | [x](javascript:y) |\n|---|---|\n| <i> | b |",
    "$<img src=x onerror=alert(1)>$",
    "$$\n</p><script>alert(1)</script>\n$$",
    r"\begin{x}<script>alert(1)</script>\end{x}",
    r"<\/p><\script>",
    "- [ ] <input autofocus onfocus=alert(1)>",
    "Term\n: <b>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_text(text: str) -> None:
    """After it nothing is left that Markdown alone could not have made."""
    assert Faults(render(sanitize.markdown(text))).found == []


def test_the_attacks_are_attacks() -> None:
    """Most of them do run, or break the page, as they are; the rest are ways around a worse cure."""

    def works(text: str) -> bool:
        try:
            return bool(Faults(render(text)).found)
        except Exception:
            return True

    assert sum(map(works, ATTACKS)) >= 25


PIECES = [
    "<", ">", "script", "img src=x onerror=alert(1)", "!--", "/", "](", "]:", "[", "![", ")", "(", "javascript:", "\n",
    "    ", "attachment:", "a.png", "https://", "&#60;", "&lt;", "\\", "`", "```", "mermaid", "$", "$$", "|", "---", "*",
    '"', "'", " ", "\t", ":", "#", "- ", "\x00", "\x0b", "\u2028", "data:", "<a href=", "&colon;", "\\begin{x}", "\\end{x}",
    "&#36;", "&#92;", "&bsol;", "&#104", "href", "h", "ref",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text("<>[]()!:/ax\n ", max_size=4), max_size=14).map("".join))
@example("<\n<script>")
@example("]](javascript:x)[a](javascript:x)")
def test_any_mixture_is_text(text: str) -> None:
    """However the pieces of attacks are put together, nothing of it runs, and the page can be made."""
    page = render(sanitize.markdown(text, ["a.png"]), {"a.png": PNG})
    assert Faults(page).found == []
    assert r"\href" not in read(page)


HONEST = [
    "a < b and b > c, so $a < b$, $x_1<5$ and `a[0] < 3`",
    "[a page](https://example.org/a?b=c#d), <3, and x<=y",
    "**bold** *it* ~~gone~~\n\n1. one\n2. two\n\n> said\n\n    code",
    "[mail](mailto:a@example.org) [up](#top) ![p](attachment:a.png)",
    "| a | b |\n|---|---|\n| $\\frac{1}{2}$ | `x` |",
    "$\\begin{aligned}a &= b \\\\ &\\le c & d\\end{aligned}$, R&D, and `x & y`!",
]


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_stays_as_it_is(text: str) -> None:
    """Formulae, comparisons, tables, links to pages and pictures in the notebook are not touched."""
    assert sanitize.markdown(text, ["a.png"]) == text


def test_active_commands_of_a_formula() -> None:
    """A formula cannot make a link or load an extension; other commands stay."""
    text = r"$\href{javascript:alert(1)}{x} \require{html} \classical \hat{x}$"
    assert sanitize.markdown(text) == r"$\ href{javascript:alert(1)}{x} \ require{html} \classical \hat{x}$"


@pytest.mark.parametrize(
    "text", [r"&#36;\h&#114;ef{javascript:x}{y}&#36;", "&dollar;&bsol;href{javascript:x}{y}&dollar;"]
)
def test_a_formula_in_disguise(text: str) -> None:
    """A character reference is no way to a command: the browser would read it, and MathJax what the browser made of it."""
    assert r"\href" in read(render(text))
    assert r"\href" not in read(render(sanitize.markdown(text)))


def test_a_long_text_is_cut_and_quick() -> None:
    """A text of any length and shape costs a pass over what may be shown of it."""
    for text in ("](" * 400_000, "<" * 800_000, "]:   " * 200_000, "\\" * 800_000):
        assert len(sanitize.markdown(text)) < 3 * sanitize.MOST_CHARS


def test_attachments_are_pictures() -> None:
    """Pictures stay; programs, odd names and what is no base64 do not."""
    given = {
        "a.png": PNG,
        "b.svg": {"image/svg+xml": "PHN2Zz4="},
        "c.png": {"image/png": 'x" onerror="alert(1)'},
        'd" onerror="x': PNG,
        "e.png": {'image/png" onerror="x': "iVBORw0KGgo=", **PNG},
        "f.png": {"image/png": ["iVBORw0KGgo="]},
        "g.png": "no",
    }
    assert sanitize.attachments(given) == {"a.png": PNG, "e.png": PNG}
    assert sanitize.attachments([1]) == {}


def test_outputs_are_text_and_pictures() -> None:
    """Of stored outputs text and pictures are shown, with no metadata and none of the other kinds."""
    bundle = {
        "text/html": "<script>",
        "image/svg+xml": "<svg>",
        "application/javascript": "x",
        "text/plain": ["a", "b"],
    }
    given: list[dict[str, Any]] = [
        {"output_type": "display_data", "data": {**bundle, **PNG}, "metadata": {"image/png": {"width": "1 onload=x"}}},
        {"output_type": "execute_result", "data": {"text/html": "<b>"}},
        {"output_type": "stream", "name": "<b>", "text": ["a", 5, "b"]},
        {"output_type": "error", "ename": "<b>", "traceback": ["line", 5]},
        {"output_type": "unheard of"},
        {"output_type": "display_data", "data": 5},
        {},
    ]
    assert sanitize.outputs(given) == [
        {"output_type": "display_data", "data": {**PNG, "text/plain": "ab"}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "ab"},
        {"output_type": "error", "ename": "error", "evalue": "", "traceback": ["line", ""]},
    ]
