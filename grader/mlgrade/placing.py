"""Puts files in their place whole or not at all: written beside it first, so that a full disk leaves no half of one.

What was there before stays until then. Raises OSError.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def file(path: Path, data: bytes) -> None:
    """Write one file, in one step for whoever reads it meanwhile; who may read it is as before."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_mask()
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=".mlgrade-")
    beside = Path(made)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.chmod(mode)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files. `target` is not there yet, or is an empty folder and stays the one it is."""
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".mlgrade-") as beside:
        made = Path(beside, "made")
        for place, data in files.items():
            path = made / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if not target.exists():
            made.rename(target)
            return
        for part in made.iterdir():  # somebody may stand in it
            part.rename(target / part.name)


def free(target: Path) -> bool:
    """Whether a folder may be written there."""
    return not target.is_symlink() and (not target.exists() or (target.is_dir() and not any(target.iterdir())))


def _mask() -> int:
    """What the user keeps from others. It can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
