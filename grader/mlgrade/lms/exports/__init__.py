"""Write grades in the formats of LMSs: `get(name)` returns a format, `save` and `preview` run it.

A format is a function from an `Export` and a binary stream to a `Summary`, in a `Format`. Other packages add formats
under the entry point group `mlgrade.exporters`; docs/how-to/exporters.md has an example.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import BinaryIO, cast

from mlgrade.errors import UsageError, closest
from mlgrade.lms.exports.model import Export, Format, Listed, Summary, Use, lines, sentence
from mlgrade.text import one_line

__all__ = ["Export", "Format", "Listed", "Summary", "Use", "get", "lines", "names", "preview", "save", "sentence"]

GROUP = "mlgrade.exporters"
BUILT_IN = {
    "canvas": "canvas:FORMAT",
    "moodle-csv": "moodle:CSV",
    "moodle-xml": "moodle:XML",
    "moodle-worksheet": "moodle:WORKSHEET",
    "blackboard": "blackboard:FORMAT",
    "brightspace": "brightspace:FORMAT",
    "sakai": "sakai:FORMAT",
    "openedx": "openedx:FORMAT",
    "oneroster": "oneroster:FORMAT",
    "gradescope": "gradescope:FORMAT",
    "nbgrader-csv": "nbgrader_csv:FORMAT",
    "csv": "plain:CSV",
    "json": "plain:JSON",
    "xlsx": "plain:XLSX",
    "lti-ags": "lti_ags:FORMAT",
}


def names() -> list[str]:
    """Return the names of all formats, the built-in ones first."""
    return [*BUILT_IN, *sorted(entry_points(group=GROUP).names - BUILT_IN.keys())]


def get(name: str) -> Format:
    """Return a format. A built-in one cannot be replaced by another package.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    Format

    Raises
    ------
    UsageError
        If there is none of this name, or another package's cannot be loaded.

    Examples
    --------
    >>> get("canvas").name
    'canvas'
    """
    if name in BUILT_IN:
        module, _, variable = BUILT_IN[name].partition(":")
        built_in: Format = getattr(import_module(f"mlgrade.lms.exports.{module}"), variable)
        return built_in
    others = list(entry_points(group=GROUP, name=name))
    if not others:
        known = names()
        raise UsageError(f'no format "{one_line(name)}"{closest(name, known)}; there are {", ".join(known)}')
    return _loaded(others[0])


def preview(wanted: Format, export: Export) -> Summary:
    """Run an export without keeping the file."""
    wanted.check(export)
    with _disk_errors(f"{wanted.name}: cannot be tried out"):
        return wanted.write(export, cast("BinaryIO", _Nowhere()))


def save(wanted: Format, export: Export, path: Path) -> Summary:
    """Write an export to a file: whole, or not at all.

    Parameters
    ----------
    wanted : Format
        The format to write.
    export : Export
        The columns, the rows and the template.
    path : Path
        The file. On any error the old file stays, and no other file is left.

    Returns
    -------
    Summary
        What was written, and what could not be.

    Raises
    ------
    UsageError
        If the format cannot say what is asked for, or the file cannot be written.
    """
    wanted.check(export)
    shown = one_line(str(path))
    with _disk_errors(f"{shown}: cannot be written"):
        template = export.template
        if template is not None and path.exists() and template.exists() and path.samefile(template):
            raise UsageError(f"{shown}: is the template itself; write to another file")
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".mlgrade-") as folder:
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                summary = wanted.write(export, cast("BinaryIO", file))
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
    return summary


class _Nowhere(io.RawIOBase):
    """Count bytes and discard them."""

    def __init__(self) -> None:
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._length += (size := memoryview(data).nbytes)  # type: ignore[arg-type]  # whatever bytes-like it is
        return size

    def tell(self) -> int:
        return self._length


@contextlib.contextmanager
def _disk_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{what}: {error.strerror or error}") from None


def _loaded(entry: EntryPoint) -> Format:
    try:
        loaded = entry.load()
    except Exception as error:  # code of another package may raise anything
        raise UsageError(f"{entry.name}: the exporter {entry.value} cannot be loaded: {error!r}") from error
    if not isinstance(loaded, Format):
        raise UsageError(f"{entry.name}: {entry.value} is a {type(loaded).__name__}, not a mlgrade.lms.exports.Format")
    return loaded
