"""Make names of files that are safe on every system, as near as possible to the student's."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import sha256

SUFFIXES = (".py", ".ipynb")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE)
_MOST_BYTES = 120


def safe(part: str) -> str:
    """Make one part of a path safe: no forbidden or invisible character, not reserved, not hidden, not too long."""
    text = "".join("_" if _bad(char) else char for char in unicodedata.normalize("NFC", part)).rstrip(". ").lstrip(" ")
    if not text or text[0] in ".~-" or _RESERVED.fullmatch(text.partition(".")[0].rstrip(" ")):
        text = f"_{text}"
    return text if len(text.encode()) <= _MOST_BYTES else _shorter(text)


def _bad(char: str) -> bool:
    return char in '<>:"/\\|?*' or unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _shorter(text: str) -> str:
    """Cut a name, with a part of its hash so that two long names stay two. The suffix is kept."""
    stem, dot, suffix = text.rpartition(".")
    tail = f".{suffix}" if dot and stem and len(suffix.encode()) <= 16 else ""
    kept = text.removesuffix(tail).encode()[: _MOST_BYTES - 40].decode(errors="ignore")
    return f"{kept.rstrip('. ')}~{sha256(text.encode()).hexdigest()[:12]}{tail}"


def fold(path: str) -> str:
    """Return an equal text for two paths that are one on some system."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


class NameRegistry:
    """Give names in one folder. No two are equal on any system, and none has another one's file as a folder."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._files = {fold(path) for path in taken}
        self._folders: dict[str, str] = {}
        self._tried: Counter[str] = Counter()

    def give(self, path: str) -> str:
        """Return a safe and free name for a path."""
        *folders, name = map(safe, path.split("/"))
        at = ""
        for folder in folders:
            wanted = self._free(f"{at}{folder}", self._files)
            at = self._folders.setdefault(fold(wanted), wanted) + "/"
        given = self._free(at + name, self._files, self._folders)
        self._files.add(fold(given))
        return given

    def _free(self, wanted: str, *taken: Collection[str]) -> str:
        given, folded = wanted, fold(wanted)
        while any(fold(given) in names for names in taken):
            self._tried[folded] += 1
            given = _numbered(wanted, self._tried[folded] + 1)
        return given


def _numbered(path: str, number: int) -> str:
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    return f"{folder}{slash}{stem}~{number}{dot}{suffix}" if stem else f"{path}~{number}"


def exercise(name: str, stems: Collection[str], *, numbered: bool = False) -> str:
    """Return the exercise file that a name stands for, or "". Where the LMS numbers files, `softmax-1.py` is one."""
    stem, suffix = _split(name)
    if suffix not in SUFFIXES:
        return ""
    if stem in stems:
        return name
    bare = re.sub(r"-[0-9]{1,4}\Z", "", stem)
    return f"{bare}{suffix}" if numbered and bare in stems else ""


def lifted(paths: Sequence[str], stems: Collection[str], *, numbered: bool = False) -> list[str]:
    """Return where each file of one attempt goes: an exercise to the top of the folder, under its own name.

    If two files of the attempt stand for the same exercise, both stay where they are.
    """
    meant = [exercise(path.rpartition("/")[2], stems, numbered=numbered) for path in paths]
    claims = Counter(meant)
    return [wanted if wanted and claims[wanted] == 1 else path for path, wanted in zip(paths, meant, strict=True)]


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem else (name, "")
