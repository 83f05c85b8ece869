"""A course of this repository as one zip, equal byte for byte when its files are.

Loaded by the build hook too, before anything is installed: it knows the standard library only.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

# What an author of a course writes. Nothing else of the repository gets into a template: not mlgrade's own tests.
PARTS = (
    "course.yml",
    *("exercises/*.py", "solutions/*.py", "lessons/*.yml", "lessons/*.tex", "cards/*.yml"),
    *("tests/public/test_*.py", "tests/hidden/test_*.py", "tests/misconceptions/*.py", "tests/alternatives/*/*.py"),
)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold


def collect(root: Path) -> dict[str, bytes]:
    """Read the files of a course, with the line ends that the repository has on every system."""
    paths = {path for part in PARTS for path in root.glob(part) if path.is_file() and not path.is_symlink()}
    return {path.relative_to(root).as_posix(): path.read_bytes().replace(b"\r\n", b"\n") for path in sorted(paths)}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a reproducible zip."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        for place, data in sorted(files.items()):
            info = zipfile.ZipInfo(place, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            package.writestr(info, data)
    return whole.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of such a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in sorted(package.namelist())}
