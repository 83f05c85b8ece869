"""From what an LMS says of a person to a student: by ids, by name only where it is said, never by guess."""

from __future__ import annotations

import pytest

from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives.model import PersonKey
from mlgrade.lms.archives.planning import MatchKind, RosterIndex

PEOPLE = [
    Person(student="ada", name="Ada Lovelace", login="al1", lms_id="1001", sis_id="00123", email="Ada@Example.edu"),
    Person(student="zoe", first_name="Zoe\u0308", last_name="O'Brien", lms_id="1002", sis_id="123"),
    Person(student="kim1", name="Kim Lee", lms_id="1003"),
    Person(student="kim2", name="Kim Lee", lms_id="1004"),
    Person(student="1001", name="Somebody"),
]


@pytest.mark.parametrize(
    ("key", "how", "student"),
    [
        ({"lms_id": "1002"}, MatchKind.ID, "zoe"),
        ({"lms_id": "01002"}, MatchKind.UNKNOWN, ""),
        ({"sis_id": "00123"}, MatchKind.ID, "ada"),
        ({"sis_id": "123"}, MatchKind.ID, "zoe"),
        ({"logins": ("nobody", "al1")}, MatchKind.ID, "ada"),
        ({"email": "ada@example.EDU"}, MatchKind.ID, "ada"),
        ({"email": "ada@example.edu", "sis_id": "123"}, MatchKind.AMBIGUOUS, ""),
        ({"any_id": "al1"}, MatchKind.ID, "ada"),
        ({"any_id": "1001"}, MatchKind.AMBIGUOUS, ""),
        ({"name": "Zoë OBrien"}, MatchKind.NAME, "zoe"),
        ({"name": "Zoë O'Brien"}, MatchKind.NAME, "zoe"),
        ({"name": "zoë o'brien"}, MatchKind.UNKNOWN, ""),
        ({"name": "Kim Lee"}, MatchKind.AMBIGUOUS, ""),
        ({"name": ""}, MatchKind.UNKNOWN, ""),
        ({"name": "'"}, MatchKind.UNKNOWN, ""),
        ({"lms_id": "1001", "name": "Ada Lovelace", "named": True}, MatchKind.ID, "ada"),
        ({"lms_id": "1001", "name": "Kim Lee", "named": True}, MatchKind.AMBIGUOUS, ""),
        ({"lms_id": "9", "name": "Ada Lovelace", "named": True}, MatchKind.NAME, "ada"),
    ],
)
def test_matches(key: dict[str, object], how: MatchKind, student: str) -> None:
    """Ids are text and must all lead to one person; names only count where no id is known, and only if unique."""
    found = RosterIndex(PEOPLE).match(PersonKey(label="x", **key))  # type: ignore[arg-type]
    assert (found.how, found.student) == (how, student)
    assert (len(found.among) > 0) == (how is MatchKind.AMBIGUOUS)


def test_no_roster() -> None:
    """Without a roster nobody is unknown: there was nobody to ask."""
    assert RosterIndex([]).match(PersonKey(label="x", lms_id="1")).how is MatchKind.NO_ROSTER
