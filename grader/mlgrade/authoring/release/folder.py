"""A folder or a file that somebody made, as the pieces that are searched. No link is followed, no pipe opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mlgrade.authoring.release.layers import MOST_BYTES, Layer, Sealed
from mlgrade.authoring.release.names import refused
from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import FileKind, list_beneath, read_beneath, safe_read
from mlgrade.text import one_line

MOST_FILES = 20_000
MOST_TOTAL = 8 * MOST_BYTES
_ODD = {FileKind.LINK: "a link; a release holds files", FileKind.OTHER: "a pipe or a device, not a file"}


def pieces(path: Path) -> Iterator[Layer | Sealed]:
    """Every file under a folder, by its place in it; or the one file, such as a zip, by its name."""
    if path.is_symlink():
        yield Sealed(path.name, _ODD[FileKind.LINK])
    elif path.is_dir():
        yield from _bounded(path)
    else:
        try:
            yield Layer(path.name, safe_read(path, MOST_BYTES))
        except (OSError, SubmissionError) as error:
            raise UsageError(f"{one_line(str(path))}: {_meaning(error)}") from None


def _bounded(root: Path) -> Iterator[Layer | Sealed]:
    total = 0
    for number, piece in enumerate(_walk(root, "")):
        total += len(piece.data) if isinstance(piece, Layer) else 0
        if number >= MOST_FILES or total > MOST_TOTAL:
            raise UsageError(f"{root}: more than {MOST_FILES} files or {MOST_TOTAL} bytes; search it in parts")
        yield piece


def _walk(root: Path, folder: str) -> Iterator[Layer | Sealed]:
    try:
        listed = sorted(list_beneath(root, folder))
    except OSError as error:
        raise UsageError(f"{root / folder}: {error.strerror}") from None
    for entry in listed:
        place = f"{folder}/{entry.name}".lstrip("/")
        if why := _ODD.get(entry.kind) or refused(place):
            yield Sealed(place, why)
        elif entry.kind is FileKind.FOLDER:
            yield from _walk(root, place)
        else:
            yield _file(root, place)


def _file(root: Path, place: str) -> Layer | Sealed:
    try:
        return Layer(place, read_beneath(root, place, MOST_BYTES))
    except SubmissionError as error:
        return Sealed(place, str(error).removeprefix(f"{place}: "))


def _meaning(error: OSError | SubmissionError) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else str(error).rpartition(": ")[2]
