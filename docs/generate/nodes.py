"""Small pieces of a page, made without markup, so that no text of the code is taken for any."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from docutils import nodes  # type: ignore[import-untyped]  # it has no types


def paragraph(text: str) -> nodes.paragraph:
    return nodes.paragraph(text, "", *inline(text))


def inline(text: str) -> Iterable[nodes.Node]:
    """Text in which `this` is code, and so is an --option."""
    for number, part in enumerate(re.split(r"(`[^`]+`|(?<![\w-])--\w[\w-]*)", text)):
        code = part.strip("`")
        if part:
            yield nodes.literal(code, code) if number % 2 else nodes.Text(part)


def block(text: str, language: str) -> nodes.literal_block:
    return nodes.literal_block(text, text, language=language)


def section(document: nodes.document, title: Iterable[nodes.Node], name: str) -> nodes.section:
    """A section that other pages reach by `[text](#name)`."""
    made = nodes.section(names=[nodes.fully_normalize_name(name)])
    made["ids"] = [nodes.make_id(name)]
    made += nodes.title("", "", *title)
    document.note_explicit_target(made, made)
    return made


def table(head: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Iterable[nodes.Node]]]) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(widths))
    group += nodes.thead("", _row([nodes.Text(cell)] for cell in head))
    group += nodes.tbody("", *(_row(cells) for cells in rows))
    return nodes.table("", group, classes=["generated"])


def _row(cells: Iterable[Iterable[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))
