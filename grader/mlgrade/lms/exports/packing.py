"""Write zip archives that are equal byte for byte when their contents are."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from typing import BinaryIO, cast

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold
UNIX = 3


class _Forward:
    """A stream without `seek`, so that a file and a pipe get the same bytes."""

    def __init__(self, to: BinaryIO) -> None:
        self._to = to

    def write(self, data: bytes) -> int:
        return self._to.write(data)

    def flush(self) -> None:
        self._to.flush()


def archive(to: BinaryIO) -> zipfile.ZipFile:
    """Open an archive for writing."""
    return zipfile.ZipFile(cast("BinaryIO", _Forward(to)), "w", zipfile.ZIP_DEFLATED)


def add(package: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> None:
    """Add one file, part by part, without time and system."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = UNIX
    info.external_attr = 0o644 << 16
    with package.open(info, "w", force_zip64=True) as file:
        file.writelines(parts)
