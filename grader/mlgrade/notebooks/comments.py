"""A report -> the comment under the answer: how it stands and what to look at, in a few lines. Pure."""

from __future__ import annotations

from mlgrade.notebooks import harmless
from mlgrade.notebooks.scores import decided, of_cell
from mlgrade.reports import words
from mlgrade.results import ConceptReport

OUR_FAULT = "the course could not check this answer. That is not your mistake, and a person will grade it."


def comment(concept: ConceptReport, points: float) -> str:
    """Feedback pages render it as Markdown with whatever HTML is in it; formgrader shows it as plain text."""
    if not decided(concept):
        return f"{concept.concept}: {OUR_FAULT}"
    lines = [f"{concept.concept}: {words.summary(of_cell(concept, points))}."]
    if concept.reason:
        lines.append(concept.reason)
    lines += [f"Looks like (in {one.function}): {one.title}. {one.hint}" for one in concept.diagnoses]
    return harmless.markdown("\n\n".join(lines))
