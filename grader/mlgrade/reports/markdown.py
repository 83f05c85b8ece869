"""Report -> Markdown for the summary of a CI run, a comment, or a page: facts in the order of the terminal.

No word of a report is taken as Markdown or HTML. What is set in code blocks stays as it is; in a line, signs that mean
something are written as numbers (`&#42;`), and what a site would make a link of (`@name`, `#12`, an address) is code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlgrade.reports import github, words
from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Visibility
from mlgrade.text import clean, one_line

MOST_BYTES = 1_000_000  # GitHub takes 1 MiB for each step, and nothing of what is larger
_MEANING = re.compile(r"[!#$%&*<>@\[\\\]^`{|}~]|:(?=\S)|_(?![A-Za-z0-9])")
_LINKED = re.compile(
    r"[@#!$%&~^*:]\S|//|\bwww\.|\bGH-\d|\b[0-9a-f]{7,64}\b|\bhttps?\b|\bmailto\b|\bxmpp\b", re.IGNORECASE
)


def render(report: Report, *, upcoming: str = "", edition: str = "") -> str:
    """The whole text. What would be too long is told in less detail, and then cut between two exercises."""
    for full in (True, False):
        parts = list(_parts(report, upcoming, edition, full=full))
        if sum(map(_bytes, parts)) <= MOST_BYTES:
            break
    return "".join(_within(parts))


def _parts(report: Report, upcoming: str, edition: str, *, full: bool) -> Iterator[str]:
    yield _joined(_head(report, upcoming, edition))
    for concept in report.concepts:
        yield _joined(_concept(concept, full=full))


def _joined(blocks: Iterable[str]) -> str:
    return "".join(f"{block}\n\n" for block in blocks if block)


def _bytes(text: str) -> int:
    return len(text.encode())


def _within(parts: list[str]) -> Iterator[str]:
    used = 0
    for number, part in enumerate(parts):
        used += _bytes(part)
        if used > MOST_BYTES - 200:
            yield f"... and {len(parts) - number} more exercises, for which there is no room here.\n"
            return
        yield part


# -- words that are only words ----------------------------------------------------------------------------------


def inline(text: str) -> str:
    """A text within a line, in which nothing has a meaning but its words."""
    return re.sub(r"\S+", lambda word: _word(word[0]), one_line(text).strip())


def code(text: str) -> str:
    """A path or a name within a line. Written as HTML, because a table would cut Markdown's own at `|`."""
    return f"<code>{_safe(one_line(text).strip())}</code>"


def _word(word: str) -> str:
    return f"<code>{_safe(word)}</code>" if _LINKED.search(word) else _safe(word)


def _safe(plain: str) -> str:
    """No sign of it means anything; the zero width after an @ is for sites that notify also within code."""
    return _MEANING.sub(lambda found: f"&#{ord(found[0])};", plain).replace("&#64;", "&#64;&#8203;")


def block(text: str) -> str:
    """Lines as they are. The fence is longer than any in them."""
    shown = github.disarm(clean(text)).strip("\n")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", shown) or [""]))
    return f"{fence}text\n{shown}\n{fence}" if shown else ""


def _table(*columns: str, rows: Iterable[Iterable[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) if len(lines) > 2 else ""


# -- the whole --------------------------------------------------------------------------------------------------


def _head(report: Report, upcoming: str, edition: str) -> Iterator[str]:
    yield f"## {inline(report.course)}"
    rows = ([_mark(words.verdict(one)), inline(one.concept), inline(words.summary(one))] for one in report.concepts)
    yield _table("", "exercise", "result", rows=rows)
    yield f"**Next:** {inline(words.next_step(report, upcoming))}"
    yield inline(words.total(report, edition))


def _mark(word: str) -> str:
    return f"**{word}**"


# -- one concept ------------------------------------------------------------------------------------------------


def _concept(concept: ConceptReport, *, full: bool) -> Iterator[str]:
    """What there is to do: nothing is said of an exercise that is complete and quiet."""
    rows = [_row(check) for check in concept.checks] if words.wrong(concept) else []
    said = [block(concept.reason), _table("", "check", "about", "what is wrong", rows=rows)]
    if full:
        said += [*_details(concept), *_said(concept)]
    if any(said):
        yield f"### {inline(concept.concept)}"
        yield code(concept.file)
        yield from said


def _row(check: CheckResult) -> list[str]:
    """A hidden check has its hint beside it, because there is nothing to show in full."""
    hint = words.hint(check) if check.visibility is Visibility.HIDDEN else ""
    problem = ". ".join(part for part in (check.message.partition("\n")[0], hint) if part)
    title = f"{inline(check.title)}{words.mark(check).replace('[', '&#91;').replace(']', '&#93;')}"
    return [_mark(words.OF_OUTCOME[check.outcome]), title, inline(check.aspect), inline(problem)]


def _details(concept: ConceptReport) -> Iterator[str]:
    for check in concept.checks:
        if check.visibility is Visibility.PUBLIC and check.outcome not in (Outcome.PASSED, Outcome.SKIPPED):
            yield f"**{inline(check.title)}**"
            yield block(check.message)
            yield inline(words.hint(check))
    for found in concept.diagnoses:
        yield f"**Looks like** (in {code(found.function)}): {inline(found.title)}. {inline(found.hint)}"


def _said(concept: ConceptReport) -> Iterator[str]:
    if concept.notes:
        yield words.NOTES
        yield block("\n".join(concept.notes))
    if concept.output:
        yield words.PRINTED
        yield block(words.printed(concept))
