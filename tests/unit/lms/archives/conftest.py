"""Archives as an LMS writes them, and as nobody should: built byte by byte, with every number free to lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives.collect import collect
from mlgrade.lms.archives.report import CollectReport


class Forged(NamedTuple):
    """One entry of a forged archive. What is None is what an honest packer would write."""

    name: str | bytes
    data: bytes = b"x = 1\n"
    method: int = 8
    flags: int = 0
    mode: int = 0o100644
    crc: int | None = None
    size: int | None = None
    local_name: bytes | None = None
    offset: int | None = None
    packed: bytes | None = None


def forge(*entries: Forged, before: bytes = b"") -> bytes:
    body, listed = bytearray(before), bytearray()
    for one in entries:
        raw = one.name if isinstance(one.name, bytes) else one.name.encode()
        packed = one.packed if one.packed is not None else _packed(one)
        crc = zlib.crc32(one.data) if one.crc is None else one.crc
        size = len(one.data) if one.size is None else one.size
        local = raw if one.local_name is None else one.local_name
        offset = len(body) - len(before) if one.offset is None else one.offset
        numbers = struct.pack("<4H3L", one.flags, one.method, 0, 33, crc, len(packed), size)
        body += b"PK\x03\x04" + struct.pack("<H", 20) + numbers + struct.pack("<2H", len(local), 0) + local + packed
        listed += b"PK\x01\x02" + struct.pack("<2H", 0x314, 20) + numbers + struct.pack("<5H", len(raw), 0, 0, 0, 0)
        listed += struct.pack("<2L", one.mode << 16, offset) + raw
    start = len(body) - len(before)
    end = b"PK\x05\x06" + struct.pack(
        "<4H2LH", 0, 0, len(entries) & 0xFFFF, len(entries) & 0xFFFF, len(listed), start, 0
    )
    return bytes(body + listed + end)


def _packed(one: Forged) -> bytes:
    if one.method != 8:
        return one.data
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(one.data) + deflate.flush()


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """An archive of a packer that everybody uses."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


class Bench:
    """A folder with archives in it, and the tree that collecting them makes."""

    def __init__(self, root: Path) -> None:
        self.root, self.into = root, root / "submissions"

    def put(self, data: bytes | Mapping[str, str | bytes], name: str = "download.zip") -> Path:
        path = self.root / name
        path.write_bytes(data if isinstance(data, bytes) else packed(data))
        return path

    def collect(self, *archives: Path, people: Sequence[Person] = (), stems: Sequence[str] = ("softmax", "norm"), **options: object) -> CollectReport:  # fmt: skip
        return collect(archives, self.into, people, stems, **options)  # type: ignore[arg-type]

    def tree(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.into)): path.read_bytes() for path in sorted(self.into.rglob("*")) if path.is_file()}  # fmt: skip

    def work(self) -> dict[str, str]:
        """The tree without what mlgrade writes for itself."""
        return {name: data.decode() for name, data in self.tree().items() if not name.rpartition("/")[2].startswith(".mlgrade-")}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="session")
def new_bench() -> Callable[[Path], Bench]:
    return Bench


@pytest.fixture(scope="session")
def entry() -> type[Forged]:
    return Forged


@pytest.fixture(scope="session")
def forged() -> Callable[..., bytes]:
    return forge


@pytest.fixture(scope="session")
def zipped() -> Callable[[Mapping[str, str | bytes]], bytes]:
    return packed
