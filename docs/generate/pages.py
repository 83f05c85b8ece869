"""Links of the pages that lead elsewhere in the repository lead to the same text on the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ON_THE_SITE = {
    "../SECURITY.md": "isolation.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../CHANGELOG.md": "changelog.md",
    "lms": "ta.md#from-your-lms-and-back",
}
LINK = re.compile(rf"(?<=\]\()({'|'.join(map(re.escape, ON_THE_SITE))})(?=[#)])")


def turn(app: Sphinx, page: str, source: list[str]) -> None:
    del app, page
    source[0] = LINK.sub(lambda found: ON_THE_SITE[found[1]], source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", turn)
    return {"parallel_read_safe": True}
