"""Grades out: `get(name)` gives a format, `save` and `preview` run it, `lines` tells what it did.

A format of your own is a function from an `Export` and a binary stream to a `Summary`, in a `Format` that an entry
point of the group `mlgrade.exporters` leads to. docs/how-to/exporters.md shows one in thirty lines.
"""

from mlgrade.lms.exports.model import Export, Format, Listed, Summary, Use
from mlgrade.lms.exports.registry import get, names
from mlgrade.lms.exports.saving import preview, save
from mlgrade.lms.exports.telling import lines, sentence

__all__ = ["Export", "Format", "Listed", "Summary", "Use", "get", "lines", "names", "preview", "save", "sentence"]
