"""Canvas, "Download Submissions": `<name>_[LATE_]<user id>_<file id>_<file name>`, flat, the newest attempt only.

User and file are the first two pieces between underscores that are all digits, which is how Canvas itself reads the
names back; the name before them may be empty, and the file name after them may hold anything.
"""

from __future__ import annotations

from mlgrade.lms.archives.model import Format, Found, Key

_TYPED = {"text.html", "link.html"}


class Canvas(Format):
    name = "canvas"
    title = "Canvas"
    numbers_files = True

    def parse(self, name: str) -> Found | None:
        pieces = name.split("_")
        if "/" in name:
            return None
        if pieces[0] == "anon" or pieces[:2] == ["LATE", "anon"]:
            return _anonymous(pieces)
        numbers = [at for at, piece in enumerate(pieces) if _number(piece)]
        if not numbers:
            return None
        user = numbers[0]
        who, late = _before(pieces[:user])
        key = Key(label=f"{who or 'canvas'}-{pieces[user]}", lms_id=pieces[user])
        return _found(key, pieces[user + 1 :], late=late)


def _anonymous(pieces: list[str]) -> Found | None:
    late = pieces[0] == "LATE"
    code, *rest = (pieces[2:] if late else pieces[1:]) or [""]
    return _found(Key(label=f"anon-{code}"), rest, late=late) if code else None


def _found(key: Key, rest: list[str], *, late: bool) -> Found | None:
    """What follows the user: the number of a file and its name, or a text that was typed into the page."""
    if "_".join(rest) in _TYPED:
        return Found(keys=(key,), path=rest[0], late=late, own=True)
    if len(rest) < 2 or not _number(rest[0]):
        return None
    return Found(keys=(key,), path="_".join(rest[1:]), late=late, rank=int(rest[0]))


def _before(pieces: list[str]) -> tuple[str, bool]:
    late = bool(pieces) and pieces[-1] == "LATE"  # names are in lower case: nobody is called this
    return "_".join(pieces[:-1] if late else pieces), late


def _number(piece: str) -> bool:
    return piece.isascii() and piece.isdigit() and len(piece) <= 18
