"""The student's key: the name of the folder and of the gradebook's rows. Stable, unique, and safe on every system."""

from __future__ import annotations

import re
import unicodedata

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters.model import Key

MOST_CHARS = 100
SAFE = re.compile(r"\w[\w.+@'-]*\Z")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|\Z)", re.IGNORECASE)


def key_of(person: Person, key: Key = Key.AUTO) -> str:
    """The key of a person, or "" where the roster has nothing to make it of.

    `auto` takes the login, else the email, either one up to its `@`; else the student number; else the LMS's id.
    An id is taken as it is, never rewritten: what cannot name a folder is refused.
    """
    if key is not Key.AUTO:
        return str(getattr(person, key)).strip()
    local = next((text.strip().partition("@")[0] for text in (person.login, person.email) if text.strip()), "")
    return person.student.strip() or local or person.sis_id.strip() or person.lms_id.strip()


def check(key: str) -> None:
    """Refuse a key that cannot be the name of a folder on every system."""
    if not SAFE.match(key) or RESERVED.match(key) or key.endswith("."):
        raise UsageError("cannot be the name of a folder; choose another with --key")
    if len(key.encode()) > MOST_CHARS:
        raise UsageError(f"is longer than {MOST_CHARS} bytes; choose another with --key")


def folded(key: str) -> str:
    """Equal for two keys that some file system takes for one: by case, or by how an accent is written."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
