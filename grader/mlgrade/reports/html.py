"""Report -> HTML that stands alone, as a part of a page or as one: the facts of the terminal in the same order.

No script, nothing fetched. Every mark is a word; colours follow the reader's system, inside of JupyterLab its theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from mlgrade.reports import words
from mlgrade.reports.progress import Change
from mlgrade.reports.style import PAGE, SHEET
from mlgrade.reports.words import ShownCheck
from mlgrade.results import ConceptReport, Outcome, Report

Changes = Mapping[str, Change | None]
_NO_FORMULA = "tex2jax_ignore mathjax_ignore"  # to MathJax 2 and 3: a dollar sign that a student printed is one


def page(
    report: Report,
    changes: Changes | None = None,
    *,
    upcoming: str = "",
    edition: str = "",
    verbose: bool = False,
    following: str = "",
) -> str:
    """A whole document."""
    body = fragment(
        report, changes, upcoming=upcoming, edition=edition, verbose=verbose, following=following, heading=2
    )
    title = escape(f"{', '.join(concept.concept for concept in report.concepts)}: report of mlgrade")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>\n{PAGE}\n</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(report.course)}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def fragment(
    report: Report,
    changes: Changes | None = None,
    *,
    upcoming: str = "",
    edition: str = "",
    verbose: bool = False,
    following: str = "",
    heading: int = 3,
) -> str:
    """A part of a page. The options are those of the terminal; `heading` is the level of its headings."""
    many = len(report.concepts) > 1
    parts = [
        f'<section class="mlgrade {_NO_FORMULA}" lang="en" aria-label="Report of mlgrade">',
        f"<style>\n{SHEET}\n</style>",
    ]
    for concept in report.concepts:
        change = (changes or {}).get(concept.file)
        parts += _concept(concept, change, verbose=verbose, brief=many and not verbose, heading=heading)
    parts += [
        _text("p", words.total(report, edition), "" if many else "mlgrade-dim"),
        _text("p", f"Next: {following or words.next_step(report, upcoming)}", "mlgrade-next"),
        "</section>\n",
    ]
    return "\n".join(part for part in parts if part)


def _text(tag: str, text: str, kind: str = "") -> str:
    shown = f' class="{kind}"' if kind else ""
    return f"<{tag}{shown}>{escape(text)}</{tag}>" if text else ""


def _mark(word: str) -> str:
    return f'<span class="mlgrade-mark mlgrade-{word.lower()}">{word}</span>'


def _list(kind: str, items: Iterable[str], label: str = "") -> str:
    found = [f"<li>{item}</li>" for item in items]
    named = f' aria-label="{label}"' if label else ""
    return "\n".join([f'<ul class="mlgrade-{kind}"{named}>', *found, "</ul>"]) if found else ""


# -- one concept ----------------------------------------------------------------------------------------------


def _concept(
    concept: ConceptReport, change: Change | None, *, verbose: bool, brief: bool, heading: int
) -> Iterator[str]:
    title = f"{_mark(words.verdict(concept))} {escape(f'{concept.concept}: {words.summary(concept)}')}"
    yield f"<h{heading}>{title}</h{heading}>"
    yield _text("p", concept.file, "mlgrade-dim")
    yield _text("pre", concept.reason)
    if not words.graded(concept):
        return
    if words.wrong(concept) or verbose:
        yield _list("checks", _checks(concept, verbose=verbose, brief=brief), "Checks")
        yield _list("found", map(_diagnosis, _found(concept)), "What it looks like")
    if not brief:
        yield from _aspects(concept)
        yield from _said(concept)
    yield _text("p", words.since(change))


def _checks(concept: ConceptReport, *, verbose: bool, brief: bool) -> Iterator[str]:
    yield from map(_check, words.shown(concept.checks, verbose=verbose, brief=brief))
    for reason in words.waiting(concept.checks, verbose=verbose):
        yield f"{_mark(words.OF_OUTCOME[Outcome.SKIPPED])} {escape(reason)}"


def _check(one: ShownCheck) -> str:
    check = one.check
    aside = f"{f' ({check.aspect})' if one.full else ''}{words.mark(check)}".strip()
    line = f"{_mark(words.OF_OUTCOME[check.outcome])} {escape(check.title)}"
    line += f" {_text('span', aside, 'mlgrade-dim')}" if aside else ""
    if one.full and check.outcome is not Outcome.PASSED:
        return line + _text("pre", check.message) + _text("p", words.hint(check), "mlgrade-hint")
    return line + _text("pre", one.problem)


def _found(concept: ConceptReport) -> Iterator[tuple[str, str]]:
    for one in concept.diagnoses:
        yield f"(in {one.function}): {one.title}.", one.hint


def _diagnosis(found: tuple[str, str]) -> str:
    what, hint = found
    return f"<strong>Looks like</strong> {escape(what)} {_text('em', hint)}"


def _aspects(concept: ConceptReport) -> Iterator[str]:
    if not concept.aspects:
        return
    yield "<table>\n<caption>By aspect:</caption>"
    yield '<thead><tr><th scope="col">Aspect</th><th scope="col">Earned</th></tr></thead>\n<tbody>'
    for name, score in concept.aspects.items():
        bar = (
            f'<span class="mlgrade-bar" aria-hidden="true"><span style="width: {words.percent(score)}%"></span></span>'
        )
        yield f'<tr><th scope="row">{escape(name)}</th><td>{bar} {words.percent(score)}%</td></tr>'
    yield "</tbody>\n</table>"


def _said(concept: ConceptReport) -> Iterator[str]:
    if concept.notes:
        yield _text("p", words.NOTES)
        yield _list("notes", map(escape, concept.notes))
    if concept.output:
        yield _text("p", words.PRINTED)
        yield _text("pre", words.printed(concept))
