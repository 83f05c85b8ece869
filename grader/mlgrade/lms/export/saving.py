"""Run an export: into a file as a whole or not at all, or nowhere, to see what it would do."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from mlgrade import redact
from mlgrade.errors import UsageError
from mlgrade.lms.export.model import Export, Format, Summary


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
    return wanted.write(export, cast("BinaryIO", _Nowhere()))


def save(wanted: Format, export: Export, path: Path) -> Summary:
    """Write the file. It appears when it is whole; on any error what was there before stays."""
    wanted.check(export)
    if export.template is not None and path.exists() and path.samefile(export.template):
        raise UsageError(f"{redact.line(str(path))}: is the template itself; write to another file")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            summary = _written(wanted, export, cast("BinaryIO", file), Path(file.name))
        Path(file.name).replace(path)
    except OSError as error:
        raise UsageError(f"{redact.line(str(path))}: cannot be written: {error.strerror}") from None
    return summary


def _written(wanted: Format, export: Export, file: BinaryIO, path: Path) -> Summary:
    try:
        summary = wanted.write(export, file)
        file.flush()
        os.fsync(file.fileno())
    except BaseException:
        file.close()
        path.unlink()
        raise
    return summary
