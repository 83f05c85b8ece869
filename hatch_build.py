"""Puts the course of this repository into the wheel, as the template math-for-ml: one zip, the same bytes each time."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = "mlgrade/templates/math-for-ml.zip"


class Templates(BuildHookInterface):
    """Put the course into the wheel as a template."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Pack the course, and add the archive to the wheel."""
        if version == "editable":  # there it is read from the repository
            return
        root = Path(self.root)
        bundle = runpy.run_path(str(root / "grader" / "mlgrade" / "authoring" / "scaffold" / "bundle.py"))
        self._made = tempfile.TemporaryDirectory()
        packed = Path(self._made.name, "math-for-ml.zip")
        packed.write_bytes(bundle["pack"](bundle["collect"](root)))
        build_data["force_include"][str(packed)] = PLACE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the archive."""
        del build_data, artifact_path
        if version != "editable":
            self._made.cleanup()
