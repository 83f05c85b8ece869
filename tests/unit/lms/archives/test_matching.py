"""From what an LMS says of a person to a student: by ids, by name only where it is said, never by guess."""

from __future__ import annotations

import pytest

from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives.matching import How, Roster
from mlgrade.lms.archives.model import Key

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
        ({"lms_id": "1002"}, How.ID, "zoe"),
        ({"lms_id": "01002"}, How.UNKNOWN, ""),
        ({"sis_id": "00123"}, How.ID, "ada"),
        ({"sis_id": "123"}, How.ID, "zoe"),
        ({"logins": ("nobody", "al1")}, How.ID, "ada"),
        ({"email": "ada@example.EDU"}, How.ID, "ada"),
        ({"email": "ada@example.edu", "sis_id": "123"}, How.AMBIGUOUS, ""),
        ({"any_id": "al1"}, How.ID, "ada"),
        ({"any_id": "1001"}, How.AMBIGUOUS, ""),
        ({"name": "Zoë OBrien"}, How.NAME, "zoe"),
        ({"name": "Zoë O'Brien"}, How.NAME, "zoe"),
        ({"name": "zoë o'brien"}, How.UNKNOWN, ""),
        ({"name": "Kim Lee"}, How.AMBIGUOUS, ""),
        ({"name": ""}, How.UNKNOWN, ""),
        ({"name": "'"}, How.UNKNOWN, ""),
        ({"lms_id": "1001", "name": "Ada Lovelace", "named": True}, How.ID, "ada"),
        ({"lms_id": "1001", "name": "Kim Lee", "named": True}, How.AMBIGUOUS, ""),
        ({"lms_id": "9", "name": "Ada Lovelace", "named": True}, How.NAME, "ada"),
    ],
)
def test_matches(key: dict[str, object], how: How, student: str) -> None:
    """Ids are text and must all lead to one person; names only count where no id is known, and only if unique."""
    found = Roster(PEOPLE).match(Key(label="x", **key))  # type: ignore[arg-type]
    assert (found.how, found.student) == (how, student)
    assert (len(found.among) > 0) == (how is How.AMBIGUOUS)


def test_no_roster() -> None:
    """Without a roster nobody is unknown: there was nobody to ask."""
    assert Roster([]).match(Key(label="x", lms_id="1")).how is How.NO_ROSTER
