"""Run an export: into a file as a whole or not at all, or nowhere, to see what it would do."""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from mlgrade.errors import UsageError
from mlgrade.lms.exports.model import Export, Format, Summary
from mlgrade.text import one_line


class _Nowhere(io.RawIOBase):
    """Takes bytes and forgets them."""

    def __init__(self) -> None:
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._length += (size := memoryview(data).nbytes)  # type: ignore[arg-type]  # whatever bytes-like it is
        return size

    def tell(self) -> int:
        return self._length


def preview(wanted: Format, export: Export) -> Summary:
    """Do everything but keep the file."""
    wanted.check(export)
    with _told(f"{wanted.name}: cannot be tried out"):
        return wanted.write(export, cast("BinaryIO", _Nowhere()))


def save(wanted: Format, export: Export, path: Path) -> Summary:
    """Write the file. It appears when it is whole; on any error what was there before stays, and nothing beside it."""
    wanted.check(export)
    shown = one_line(str(path))
    with _told(f"{shown}: cannot be written"):
        if _one_file(path, export.template):
            raise UsageError(f"{shown}: is the template itself; write to another file")
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".mlgrade-") as folder:
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                summary = wanted.write(export, cast("BinaryIO", file))
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
    return summary


def _one_file(path: Path, template: Path | None) -> bool:
    return template is not None and path.exists() and template.exists() and path.samefile(template)


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """The disk may be full under the file itself, or under what is sorted on the way to it."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"{what}: {getattr(error, 'strerror', None) or error}") from None
