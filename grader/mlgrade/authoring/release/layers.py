"""A file as all that can be read out of it: what it holds as it is, and what is packed, compressed or encoded in it.

Nothing is unpickled, unmarshalled or run; these are bytes. What cannot be looked into is said, and fails a release.
"""

from __future__ import annotations

import ast
import base64
import binascii
import bz2
import codecs
import html
import io
import json
import lzma
import quopri
import re
import tarfile
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from mlgrade.authoring.release.names import refused
from mlgrade.errors import UsageError
from mlgrade.lms.archives.entries import Bounds, Budget
from mlgrade.lms.archives.zips import open_zip, read_member, unreadable

MOST_BYTES = 64 * 1024 * 1024  # of one file, packed or unpacked, and of all that is unpacked out of one
MOST_DEPTH = 8
MOST_TRIES = 20_000
SHORTEST = 16  # bytes; less holds nothing worth a name
_PACKED = re.compile(rb"\x1f\x8b\x08|BZh[1-9]1AY&SY|\xfd7zXZ\x00|\x78[\x01\x5e\x9c\xda]|\A\x5d\x00\x00", re.DOTALL)
_SEALED = {b"Rar!": "a RAR archive", b"7z\xbc\xaf": "a 7z archive", b"\x28\xb5\x2f\xfd": "compressed by zstd"}
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{20,}={0,2}(?:\\n|[\"',\s#])*)+[A-Za-z0-9+/_-]{0,19}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){20,}")


_MARKS = (  # the longer ones first: they begin alike
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TAG = re.compile(rb"</?[A-Za-z][\w:-]*(?:\s[^<>]{0,4000})?/?>")
_BREAK = re.compile(rb"(?i)<br\s*/?>|</(?:w:)?(?:p|div|li|tr|pre)>")


class Layer(NamedTuple):
    """`place` leads to it from outside in, such as `notes.zip: a.ipynb: cells[2].outputs[0].text`."""

    place: str
    data: bytes
    line: int = 1  # of the file, where the first line of `data` stands; 0 where that means nothing


class Sealed(NamedTuple):
    """What may not be in a release whatever it holds, or cannot be looked into."""

    place: str
    why: str


Inner = Iterator[Layer | Sealed]


def unfold(place: str, data: bytes) -> Inner:
    """Give a file and everything in it, each thing once."""
    seen: set[bytes] = set()
    waiting: list[tuple[Layer | Sealed, int]] = [(Layer(place, data), 0)]
    room = MOST_BYTES
    while waiting:
        layer, depth = waiting.pop()
        if isinstance(layer, Sealed):
            yield layer
            continue
        if layer.data in seen:
            continue
        seen.add(layer.data)
        room -= len(layer.data) if depth else 0
        if depth > MOST_DEPTH or room < 0:
            yield Sealed(layer.place, "packed too deep, or too large to be searched")
            return
        yield layer
        waiting += [(inner, depth + 1) for inner in _inside(layer)]


def _inside(layer: Layer) -> Inner:
    for magic, what in _SEALED.items():
        if layer.data.startswith(magic):
            yield Sealed(layer.place, f"{what}, which cannot be searched; give its files")
    for look in _LOOKS:
        yield from look(layer)


# -- archives -------------------------------------------------------------------------------------------------


def _zip(layer: Layer) -> Inner:
    if b"PK\x05\x06" not in layer.data and not layer.data.startswith(b"PK\x03\x04"):
        return
    file = io.BytesIO(layer.data)
    try:
        archive = open_zip("the archive", file, Budget(Bounds()))
        for info in archive.infolist():
            name, large = info.orig_filename, info.file_size > MOST_BYTES
            why = unreadable(info) or ("too large to be searched" if large else "")
            if why := why or refused(name, info.external_attr >> 16):
                yield Sealed(f"{layer.place}: {name}", why)
            else:
                yield Layer(f"{layer.place}: {name}", b"".join(read_member(archive, info)))
    except UsageError as error:
        yield Sealed(layer.place, f"a zip that cannot be searched: {error}")


def _tar(layer: Layer) -> Inner:
    if layer.data[257:262] != b"ustar":
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(layer.data), mode="r:") as archive:
            for member in archive:
                place = f"{layer.place}: {member.name}"
                if why := refused(member.name, 0) or _odd(member):
                    yield Sealed(place, why)
                elif file := archive.extractfile(member):
                    yield Layer(place, file.read())
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        yield Sealed(layer.place, f"a tar that cannot be searched: {error}")


def _odd(member: tarfile.TarInfo) -> str:
    if not (member.isfile() or member.isdir()):
        return "a link or a device, not a file"
    return "too large to be searched" if member.size > MOST_BYTES else ""


# -- compressed, wherever in a file it begins -----------------------------------------------------------------


def _compressed(layer: Layer) -> Inner:
    for number, found in enumerate(_PACKED.finditer(layer.data)):
        if number == MOST_TRIES:
            yield Sealed(layer.place, "too much in it looks compressed to be searched")
            return
        data = _unpacked(found[0], layer.data[found.start() :] if found.start() else layer.data)
        if len(data) > MOST_BYTES:
            yield Sealed(layer.place, f"unpacks to more than {MOST_BYTES} bytes")
        elif len(data) >= SHORTEST:
            yield Layer(f"{layer.place}: unpacked", data)


def _unpacked(magic: bytes, data: bytes) -> bytes:
    """What comes out before an error does; most of what looks compressed is not."""
    most = MOST_BYTES + 1
    try:
        if magic.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(data, most)
        if magic[:1] in (b"\xfd", b"\x5d"):
            return lzma.LZMADecompressor(memlimit=2 * MOST_BYTES).decompress(data, most)
        return zlib.decompressobj(31 if magic.startswith(b"\x1f") else 15).decompress(data, most)
    except (OSError, lzma.LZMAError, zlib.error, EOFError, MemoryError):
        return b""


# -- encoded --------------------------------------------------------------------------------------------------


def _encoded(layer: Layer) -> Inner:
    for found in _BASE64.finditer(layer.data):
        text = re.sub(rb"\\n|[^A-Za-z0-9+/_=-]", b"", found[0]).translate(bytes.maketrans(b"-_", b"+/"))
        for part in re.split(rb"=+|\+{4,}", text):  # also after a rule of hyphens, which are + by now
            yield _from(layer, found.start(), "base64", base64.b64decode(part[: len(part) // 4 * 4]))
    for found in _HEX.finditer(layer.data):
        yield _from(layer, found.start(), "hexadecimal", binascii.unhexlify(found[0]))


def _wide(layer: Layer) -> Inner:
    """Text of two or four bytes for each character, with a mark of their order or without."""
    for mark, encoding in _MARKS:
        if layer.data.startswith(mark):
            text = layer.data.decode(encoding, "replace").removeprefix("\ufeff")
            yield Layer(layer.place, text.encode("utf-8", "replace"), layer.line)
            return
    halves = (layer.data[::2].count(0), layer.data[1::2].count(0))
    if max(halves) * 2.5 > len(layer.data) > 0:
        yield Layer(layer.place, layer.data.replace(b"\0", b""), layer.line)


def _from(layer: Layer, start: int, how: str, data: bytes) -> Layer:
    line = layer.data.count(b"\n", 0, start) + max(layer.line, 1)
    return Layer(f"{layer.place}:{line}: {how}", data, 0)


def _page(layer: Layer) -> Inner:
    """A page, or a document made of such: without its tags, which colours put between the words of code."""
    if _TAG.search(layer.data) or b"&#" in layer.data:
        text = _TAG.sub(b"", _BREAK.sub(b"\n", layer.data)).decode("utf-8", "replace")
        yield Layer(layer.place, html.unescape(text).encode("utf-8", "replace"), 0)


def _mail(layer: Layer) -> Inner:
    """As mails and addresses write what is not a letter."""
    if b"=3D" in layer.data:
        yield Layer(layer.place, quopri.decodestring(layer.data), 0)
    if b"%20" in layer.data or b"%0A" in layer.data:
        yield Layer(layer.place, unquote_to_bytes(layer.data), 0)


# -- texts within texts ---------------------------------------------------------------------------------------


def _json(layer: Layer) -> Inner:
    source = layer.data.removeprefix(codecs.BOM_UTF8).lstrip()
    if source[:1] not in (b"{", b"["):
        return
    try:
        data = json.loads(source)
    except (ValueError, RecursionError):
        return
    for place, text in _strings(data, ""):
        if len(text) >= SHORTEST:
            yield Layer(f"{layer.place}: {place}", text.encode("utf-8", "replace"))


def _strings(data: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, list) and data and all(isinstance(part, str) for part in data):
        yield place, "".join(data)  # a notebook keeps a text as a list of lines
    elif isinstance(data, (list, dict)):
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        for key, part in pairs:
            inner = f"{place}[{key}]" if isinstance(data, list) else f"{place}.{key}".lstrip(".")
            yield from _strings(part, inner)


def _literals(layer: Layer) -> Inner:
    """Strings and bytes of a Python source, with their escapes read."""
    if b'"' not in layer.data and b"'" not in layer.data:
        return
    for node in ast.walk(parsed(layer.data) or ast.Module([], [])):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and len(node.value) >= SHORTEST:
            value = node.value.encode("utf-8", "replace") if isinstance(node.value, str) else node.value
            yield Layer(layer.place, value, layer.line + node.lineno - 1 if layer.line else 0)


def parsed(source: str | bytes) -> ast.Module | None:
    """Python as a tree, or None for whatever is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # of a stranger's escapes
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_PACKED_AS = (_zip, _tar, _compressed)
_WRITTEN_AS = (_encoded, _wide, _page, _mail, _json, _literals)
_LOOKS: tuple[Callable[[Layer], Inner], ...] = (*_PACKED_AS, *_WRITTEN_AS)
