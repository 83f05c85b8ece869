"""Files by their place in a package, and packages that are equal byte for byte when their files are."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from mlgrade.errors import UsageError
from mlgrade.lms.exports.packing import EPOCH, UNIX
from mlgrade.text import one_line

Files = Mapping[str, bytes]


def packed(files: Files, scripts: Collection[str] = ()) -> bytes:
    """A zip. Hidden suites may be among the files, so that nobody but their owner reads what it is unpacked to."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, UNIX
            entry.external_attr = (stat.S_IFREG | (0o755 if name in scripts else 0o600)) << 16
            archive.writestr(entry, data)
    return made.getvalue()


def save(data: bytes, target: Path) -> None:
    """Write a file whole or not at all; only its owner may read it."""
    try:
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".mlgrade-") as beside:
            made = Path(beside, "made")
            made.touch(0o600)
            made.write_bytes(data)
            made.replace(target)
    except OSError as error:
        raise UsageError(f"{one_line(str(target))}: cannot be written: {error.strerror}") from None


def unpack(files: Files, target: Path, scripts: Collection[str] = ()) -> None:
    """Write a new folder whole or not at all."""
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise UsageError(f"{one_line(str(target))}: is there already; give a new folder, then copy it over the old")
    try:
        with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".mlgrade-") as beside:
            made = Path(beside, "made")
            for name, data in files.items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                path.chmod(0o755 if name in scripts else 0o644)
            if target.exists():  # empty; some systems put no folder in the place of another
                target.rmdir()
            made.replace(target)
    except OSError as error:
        raise UsageError(f"{one_line(str(target))}: cannot be written: {error.strerror}") from None
