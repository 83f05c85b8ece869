"""Formats by name: ours, each imported when it is asked for, and those of others through entry points."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from mlgrade.errors import UsageError, closest
from mlgrade.lms.exports.model import Format
from mlgrade.text import one_line

GROUP = "mlgrade.exporters"
BUILT_IN = {
    "canvas": "canvas:FORMAT",
    "moodle-csv": "moodle_csv:FORMAT",
    "moodle-xml": "moodle_xml:FORMAT",
    "moodle-worksheet": "moodle_worksheet:FORMAT",
    "blackboard": "blackboard:FORMAT",
    "brightspace": "brightspace:FORMAT",
    "sakai": "sakai:FORMAT",
    "openedx": "openedx:FORMAT",
    "oneroster": "oneroster:FORMAT",
    "gradescope": "gradescope:FORMAT",
    "nbgrader-csv": "nbgrader_csv:FORMAT",
    "csv": "plain:CSV",
    "json": "plain:JSON",
    "xlsx": "xlsx:FORMAT",
    "lti-ags": "lti_ags:FORMAT",
}


def names() -> list[str]:
    return [*BUILT_IN, *sorted(entry_points(group=GROUP).names - BUILT_IN.keys())]


def get(name: str) -> Format:
    """The format of this name. One of ours cannot be replaced by somebody else's."""
    if name in BUILT_IN:
        module, _, variable = BUILT_IN[name].partition(":")
        ours: Format = getattr(import_module(f"mlgrade.lms.exports.{module}"), variable)
        return ours
    others = list(entry_points(group=GROUP, name=name))
    if not others:
        known = names()
        raise UsageError(f'no format "{one_line(name)}"{closest(name, known)}; there are {", ".join(known)}')
    return _loaded(others[0])


def _loaded(entry: EntryPoint) -> Format:
    try:
        loaded = entry.load()
    except Exception as error:  # somebody else's code: whatever it raises is said with its name
        raise UsageError(f"{entry.name}: the exporter {entry.value} cannot be loaded: {error!r}") from error
    if not isinstance(loaded, Format):
        raise UsageError(f"{entry.name}: {entry.value} is a {type(loaded).__name__}, not a mlgrade.lms.exports.Format")
    return loaded
