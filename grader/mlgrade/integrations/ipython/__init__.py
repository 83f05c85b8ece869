"""Checks in a notebook: `%check`, `%%check` and `mlgrade.notebook.check`."""
