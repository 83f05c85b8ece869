"""The documentation site: `sphinx-build -W --keep-going -n docs build/docs` from the folder above.

Pages are Markdown, so that they read as well in the repository. What is generated from the code lies in `generate`.
Nothing in the built pages is fetched from another server.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from mlgrade import __version__  # noqa: E402  (Sphinx reads this file anywhere)

project = "mlgrade"
author = "The mlgrade founders"
project_copyright = "the mlgrade founders; MIT licence"
version = release = __version__

extensions = ["myst_parser", "sphinx_copybutton", "generate.commands", "generate.structs", "generate.pages"]
myst_heading_anchors = 3  # links such as grading.md#which-file-is-graded, as in the repository
exclude_patterns = ["build", "_build"]
html_theme = "furo"
html_title = f"mlgrade {version}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
highlight_language = "text"  # what is not said to be code is none
smartquotes = False  # an option has two hyphens
nitpicky = True
