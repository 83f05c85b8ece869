"""Rosters of every kind: recognised, read byte for byte, and honest about what is doubtful."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from importers.delimited import write as written
from lms_classes import classes, person

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters import Key, Roster, changes, read
from mlgrade.lms.rosters.model import key_of

USERS = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email"
)
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,HW1 (88001)\n,,,,,Manual Posting\n    Points Possible,,,,,10\n"
    '"O\'Brien, Zoë",70101,"=""00123456""",zoe,A and B,8\n"Student, Test",9,,f00,A,\n'
)
FILES = {
    "canvas": (
        CANVAS,
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", lms_id="70101", sis_id="00123456", login="zoe", section="A and B"),
    ),
    "moodle": (
        '"First name","Last name","ID number","Email address",Groups\nZoë,O\'Brien,00123456,zoe@example.edu,G1\n',
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", sis_id="00123456", email="zoe@example.edu", section="G1"),
    ),
    "moodle-gradebook": (
        '"First name",Surname,"ID number","Email address","Assignment: X (Real)"\nZoë,O\'Brien,,zoe@example.edu,-\n',
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", email="zoe@example.edu"),
    ),
    "moodle-worksheet": (
        'Identifier,"Full name","ID number","Email address",Status,Grade\n"Participant 51002","Zoë O\'Brien",00123456,zoe@example.edu,x,\n',
        Person(student="zoe", name="Zoë O'Brien", sis_id="00123456", email="zoe@example.edu", lms_id="51002"),
    ),
    "blackboard": (
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\n"O\'Brien"\t"Zoë"\t"zoe"\t"00123456"\n"x"\t"y"\t"a_previewuser"\t""\n',
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", login="zoe", sis_id="00123456"),
    ),
    "brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n#00123456,#zoe,O'Brien,Zoë,z@example.edu,#\n",
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", login="zoe", sis_id="00123456", email="z@example.edu"),
    ),
    "gradescope": (
        "Name,SID,Email,Sections,HW1,HW1 - Max Points\nZoë O'Brien,00123456,zoe@example.edu,A,8,10\n",
        Person(student="zoe", name="Zoë O'Brien", sis_id="00123456", email="zoe@example.edu", section="A"),
    ),
    "oneroster": (
        f"{USERS}\nu-1,,,true,zoe,,Zoë,O'Brien,,00123456,zoe@example.edu\n",
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", login="zoe", sis_id="00123456", email="zoe@example.edu", lms_id="u-1"),
    ),
    "nbgrader": (
        "id,first_name,last_name,email,lms_user_id\nzoe,Zoë,O'Brien,zoe@example.edu,70101\n",
        Person(student="zoe", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien", login="zoe", email="zoe@example.edu", lms_id="70101"),
    ),
    "csv": (
        "student;name;email\nz1;Zoë O'Brien;zoe@example.edu\n",
        Person(student="z1", name="Zoë O'Brien", email="zoe@example.edu"),
    ),
}  # fmt: skip


def roster(folder: Path, text: str | bytes, key: Key = Key.AUTO, name: str = "roster.csv") -> Roster:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, key)


def told(found: Roster) -> list[str]:
    return [str(problem) for problem in found.problems]


# -- what is refused, and what is left out ---------------------------------------------------------------------

WRONG = {
    "a PDF": (b"%PDF-1.4", "not delimited text but a PDF"),
    "a zip that was cut": (b"PK\x03\x04 cut", "a zip archive or an Excel workbook; save the sheet as CSV"),
    "two headers": (b"student,name\na,A\nstudent,name\nb,B\n", "line 3: the header of line 1 again; were two files joined?"),
    "a title above": (b"Class of 2026,\nstudent,name\na,A\n", "line 1: is above the header, which is line 2"),
    "unknown headings": (b"x,y\n1,2\n", r"line 1: not a header that is known \(x, y\). Known are: Canvas gradebook export"),
    "only blank rows": (b",,\n,,\n", "there is no row in it"),
    "UTF-16 without a mark": ("student".encode("utf-16-le"), "line 1: holds NUL bytes: not text, or UTF-16 without its mark"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_file_that_is_no_roster(tmp_path: Path, raw: bytes, message: str) -> None:
    """What is no roster is refused in one sentence with its place."""
    with pytest.raises(UsageError, match=message):
        roster(tmp_path, raw)


DOUBTS = {
    "doubled": ("login,name\na,A\na,B\n", ["line 3: B has the login a of line 2; left out"]),
    "no id": ("login,name\n,A\n", ["line 2: A has no id of any kind; left out"]),
    "equal names": ("login,name\na,Zoe\nb,ZOE\n", ["line 3: ZOE has the name of line 2; told apart by id"]),
    "a short row": ("login,name\na\nb,B\n", ["line 2: 1 cells under 2 headings; left out"]),
    "equal but for case": ("login,name\nzoe,A\nZoe,B\n", ['line 3: B: the key "Zoe" is that of line 2; choose another with --key; left out']),
    "equal local parts": ("email,name\nz@a.edu,A\nz@b.edu,B\n", ['line 3: B: the key "z" is that of line 2; choose another with --key; left out']),
    "climbs": ("login,name\n../a,A\n", ['line 2: A: the key "../a" cannot be the name of a folder; choose another with --key; left out']),
    "a name of Windows": ("login,name\nCON,A\n", ['line 2: A: the key "CON" cannot be the name of a folder; choose another with --key; left out']),
    "ends in a dot": ("login,name\na.,A\n", ['line 2: A: the key "a." cannot be the name of a folder; choose another with --key; left out']),
    "controls": ("login,name\na,\x1b[2J\u202e\na,B\n", ["line 3: B has the login a of line 2; left out"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "problems"), DOUBTS.values(), ids=DOUBTS.keys())
def test_what_is_doubtful_is_said(tmp_path: Path, text: str, problems: list[str]) -> None:
    """Doubles, blanks, equal names and keys that no folder can have are named with their line."""
    assert told(roster(tmp_path, text)) == problems


# -- each kind ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text", "one"), [(name, *rest) for name, rest in FILES.items()], ids=FILES.keys())
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_each_kind_is_recognised(tmp_path: Path, name: str, text: str, one: Person, codec: str) -> None:
    """A file of each LMS is recognised by its header, and its ids are text, byte for byte."""
    found = roster(tmp_path, text.removeprefix("\ufeff").encode(codec))
    assert (found.format, found.people) == (name, [one])


def test_test_students_are_said(tmp_path: Path) -> None:
    """The LMS's test student does not become a person, and is reported."""
    assert told(roster(tmp_path, CANVAS)) == ["line 5: Test Student looks like the LMS's test student; left out"]


def test_the_key_can_be_chosen(tmp_path: Path) -> None:
    """With --key another id becomes the key, and who has none is said."""
    text = "login,sis_id,name\nzoe,007,Z\nabe,,A\n"
    found = roster(tmp_path, text, Key.SIS_ID)
    assert [one.student for one in found.people] == ["007"]
    assert told(found) == ["line 3: A: has no student number to make a key of; left out"]


def test_the_key_of_an_address_is_its_local_part() -> None:
    """A login that is an address and an email give the same key."""
    assert (
        key_of(Person(student="", login="zoe@example.edu"))
        == key_of(Person(student="", email="zoe@example.org"))
        == "zoe"
    )


def test_names_without_quotes(tmp_path: Path) -> None:
    """nbgrader writes names as they are: commas and quotes in them shift nothing, and a student comes once."""
    head = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score\n"
    body = "".join(f'{hw},,2026,zoe,O\'Brien, Smythe,Zo"ë",zoe@example.edu,8,0,8,10\n' for hw in ("hw1", "hw2"))
    [one] = roster(tmp_path, head + body).people
    assert (one.student, one.last_name, one.first_name, one.email) == (
        "zoe",
        "O'Brien, Smythe",
        'Zo"ë"',
        "zoe@example.edu",
    )


def package(files: dict[str, str]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return raw.getvalue()


ENROLLED = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\ne1,,,c1,s,u-1,student\ne2,,,c1,s,u-2,teacher\n"


def test_a_oneroster_package(tmp_path: Path) -> None:
    """Of a package's users those are students whom the enrolments call so."""
    users = f"{USERS}\nu-1,,,true,zoe,,Zoë,O,,1,\nu-2,,,true,prof,,P,Q,,2,\n"
    found = roster(tmp_path, package({"users.csv": users, "enrollments.csv": ENROLLED}), name="or.zip")
    assert [(one.student, one.section) for one in found.people] == [("zoe", "c1")]
    assert told(found) == ["line 1: 1 users are not enrolled as students; left out"]


ZIPS = {
    "cut off": (package({"users.csv": USERS})[:40], "the zip archive is damaged or cut off; download it again"),
    "no users": (package({"a.csv": ""}), "a zip archive without users.csv at its top"),
    "a PDF": (b"%PDF-1.4", "not delimited text but a PDF"),
}


@pytest.mark.parametrize(("raw", "message"), ZIPS.values(), ids=ZIPS.keys())
def test_a_zip_that_is_no_package(tmp_path: Path, raw: bytes, message: str) -> None:
    """A zip that is cut, empty of users or no zip at all is refused in one sentence."""
    with pytest.raises(UsageError, match=message):
        roster(tmp_path, raw, name="or.zip")


@given(classes())
def test_any_class_comes_back(tmp_path_factory: pytest.TempPathFactory, rows) -> None:
    """Whatever names and ids a class has, every id is read as it was written, or its row is reported."""
    people = [row.person for row in rows]
    text = written(
        [
            ["student", "name", "login", "sis_id", "lms_id"],
            *([one.student, one.name, one.login, one.sis_id, one.lms_id] for one in people),
        ]
    )
    found = roster(tmp_path_factory.mktemp("roster"), text)
    assert [(one.student, one.login, one.sis_id, one.lms_id) for one in found.people] == [
        (one.student, one.login, one.sis_id, one.lms_id) for one in people
    ]


# -- changes --------------------------------------------------------------------------------------------------


def test_changes() -> None:
    """A person is found by an id and keeps the key; who is new and who is gone is listed."""
    old = [person("zoe", 1, sis_id="a"), person("abe", 2, sis_id="b")]
    new = [person("smythe", 1, sis_id="a", email="", section="B"), person("eve", 3, sis_id="c")]
    found = changes(old, new)
    [change] = found.changed
    assert (change.new.student, change.fields, change.new.email) == ("zoe", ["section", "login"], "zoe@example.edu")
    assert ([one.student for one in found.added], [one.student for one in found.dropped]) == (["eve"], ["abe"])


def test_the_same_roster_changes_nothing() -> None:
    """Reading the same file again adds, changes and drops nobody."""
    people = [person("zoe", 1, sis_id="a"), person("abe", 2, sis_id="b")]
    found = changes(people, people)
    assert (found.added, found.changed, found.dropped, found.doubtful) == ([], [], [], [])


def test_ids_of_two_people_are_doubtful() -> None:
    """Somebody with the number of one and the login of another is not settled, and neither of them is dropped."""
    old = [person("zoe", 1, sis_id="a"), person("abe", 2, sis_id="b")]
    mixed = person("zoe", 2, sis_id="a")
    found = changes(old, [mixed])
    assert (found.doubtful, found.added, found.changed, found.dropped) == ([(mixed, [old[1], old[0]])], [], [], [])


def test_a_key_alone_does_not_make_the_same_person() -> None:
    """Another student whose address has the same local part is doubtful, not a change."""
    old, new = Person(student="z", email="z@a.edu", lms_id="1"), Person(student="z", email="z@b.edu", lms_id="2")
    assert changes([old], [new]).doubtful == [(new, [old])]


def test_equal_names_are_two_people() -> None:
    """Nobody is taken for another by name."""
    old, new = [person("zoe", 1, sis_id="a")], [person("other", 2, sis_id="b")]
    assert len(changes(old, new).added) == len(changes(old, new).dropped) == 1


def test_a_roster_of_ours_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """The apostrophe that keeps a spreadsheet from running an id is no part of the id."""
    path = tmp_path / "roster.csv"
    path.write_text("student,name,email,login\nzoe,'=1+1,'@x,'=zoe\nabe,'Abe,o'neil@x,'s-gravenhage\n")
    first, second = read(path).people
    assert (first.name, first.email, first.login) == ("=1+1", "@x", "=zoe")
    assert (second.name, second.email, second.login) == ("'Abe", "o'neil@x", "'s-gravenhage")
