"""Read names of Canvas's "Download Submissions": `<name>_[LATE_]<user id>_<file id>_<file name>`.

User and file are the first two parts between underscores that are all digits, as Canvas itself reads the names back.
The name before them may be empty; the file name after them may be anything.
"""

from __future__ import annotations

from mlgrade.lms.archives.model import ArchiveFormat, ParsedName, PersonKey

_TYPED = {"text.html", "link.html"}


class CanvasArchive(ArchiveFormat):
    """Archives of Canvas: flat, with the newest attempt only."""

    name = "canvas"
    title = "Canvas"
    numbers_files = True

    def parse(self, name: str) -> ParsedName | None:
        """Read the name of one entry, also one of an anonymous assignment."""
        parts = name.split("_")
        if "/" in name:
            return None
        if parts[0] == "anon" or parts[:2] == ["LATE", "anon"]:
            return _anonymous(parts)
        numbers = [at for at, part in enumerate(parts) if _number(part)]
        if not numbers:
            return None
        user = numbers[0]
        who, late = _before(parts[:user])
        key = PersonKey(label=f"{who or 'canvas'}-{parts[user]}", lms_id=parts[user])
        return _found(key, parts[user + 1 :], late=late)


def _anonymous(parts: list[str]) -> ParsedName | None:
    late = parts[0] == "LATE"
    code, *rest = (parts[2:] if late else parts[1:]) or [""]
    return _found(PersonKey(label=f"anon-{code}"), rest, late=late) if code else None


def _found(key: PersonKey, rest: list[str], *, late: bool) -> ParsedName | None:
    """Read what follows the user: the number of a file and its name, or a text typed into the page."""
    if "_".join(rest) in _TYPED:
        return ParsedName(keys=(key,), path=rest[0], late=late, own=True)
    if len(rest) < 2 or not _number(rest[0]):
        return None
    return ParsedName(keys=(key,), path="_".join(rest[1:]), late=late, rank=int(rest[0]))


def _before(parts: list[str]) -> tuple[str, bool]:
    late = bool(parts) and parts[-1] == "LATE"  # names are in lower case: no name is LATE
    return "_".join(parts[:-1] if late else parts), late


def _number(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) <= 18
