"""Workflow commands: lines of a log that a CI system obeys. They are written here, and disarmed here.

GitHub's runner obeys a line that begins with `::name key=value::`, after any spaces, and `##[name]` anywhere in a line;
Azure's obeys `##vso[...]`. What a student wrote must be neither.
"""

from __future__ import annotations

import re

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def command(name: str, message: str, **properties: str | int) -> str:
    """One command on one line. Properties without a value are left out."""
    given = ",".join(f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_escaped(message, _DATA)}"


def pause(token: str) -> str:
    """From this line on nothing is obeyed, until `resume` with the same token, which nobody can guess."""
    return command("stop-commands", token)


def resume(token: str) -> str:
    """Return the workflow command that resumes commands."""
    return f"::{token}::"


def disarm(text: str) -> str:
    """The same text for people, in which a runner sees no command."""
    apart = re.sub(r"##(\w*)\[", r"## \1[", text)
    return re.sub(r"^(\s*)::", r"\1: :", apart, flags=re.MULTILINE)


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
