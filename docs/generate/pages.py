"""Make links that lead elsewhere in the repository lead to the same text on the site."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# A place in the repository -> the page that has its text, from docs/.
ON_THE_SITE = {
    "SECURITY.md": "explanation/isolation.md",
    "CONTRIBUTING.md": "reference/contributing.md",
    "CHANGELOG.md": "reference/changelog.md",
    "docs/how-to/lms": "tutorial/ta.md#from-your-lms-and-back",
}
LINK = re.compile(r"(?<=\]\()([^)#:]+)(?=[#)])")


def turn(app: Sphinx, page: str, source: list[str]) -> None:
    """Rewrite the links of one page."""
    del app
    folder = posixpath.dirname(f"docs/{page}")

    def replaced(found: re.Match[str]) -> str:
        there = ON_THE_SITE.get(posixpath.normpath(posixpath.join(folder, found[1])))
        return posixpath.relpath(f"docs/{there}", folder) if there else found[1]

    source[0] = LINK.sub(replaced, source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", turn)
    return {"parallel_read_safe": True}
