"""List the rosters that can be read: the headings that identify each, and the fields that its columns hold.

The rules are those of the exports of each LMS. Headings are in lower case here; a file may use any case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.tables import unguard

Cells = Mapping[str, str]  # by heading in lower case
Fields = Mapping[str, tuple[str, ...]]  # of Person, each with the headings under which it may stand


class RosterSource(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file. `settle` removes what an LMS writes around a name or id; `fix_row` repairs a row."""

    name: str
    title: str
    recognises: Callable[[Sequence[str]], bool]
    fields: Fields
    settle: Callable[[Person], Person] = lambda person: person
    skips: Callable[[Cells], bool] = lambda cells: False  # noqa: ARG005  (most files hold nothing but students)
    is_test: Callable[[Person], bool] = lambda person: False  # noqa: ARG005
    fix_row: Callable[[list[str], int], list[str]] = lambda texts, width: texts  # noqa: ARG005

    def person(self, cells: Cells) -> Person:
        """Return the person of a row. The name is joined where the file has only its parts."""
        found = {"student": "", **{field: _first(cells, headings) for field, headings in self.fields.items()}}
        person = self.settle(Person(**found))
        joined = f"{person.first_name} {person.last_name}".strip()
        return person if person.name else msgspec.structs.replace(person, name=joined)


def _first(cells: Cells, headings: Sequence[str]) -> str:
    """Return the first filled cell under these headings, unchanged."""
    return next((text for heading in headings if (text := cells.get(heading, "")).strip()), "")


# -- Canvas ---------------------------------------------------------------------------------------------------


def _is_canvas(heads: Sequence[str]) -> bool:
    together = heads[:2] == ["student", "id"]
    apart = heads[:3] == ["lastname", "firstname", "id"]
    return (together or apart) and any("section" in head for head in heads[2:8])


CANVAS: Fields = {
    "name": ("student",),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "lms_id": ("id",),
    "sis_id": ("sis user id",),
    "login": ("sis login id",),
    "section": ("section",),
}


def _canvas(person: Person) -> Person:
    ids = {field: protected(getattr(person, field)) for field in ("lms_id", "sis_id", "login")}
    last, comma, first = (part.strip() for part in person.name.partition(","))
    names = {"name": f"{first} {last}", "first_name": first, "last_name": last} if comma else {"name": last}
    return msgspec.structs.replace(person, **ids, **names)


def protected(text: str) -> str:
    """Return the id of `="00123"`, the form in which Canvas protects it from spreadsheets."""
    found = re.fullmatch(r'="(.*)"', text, re.DOTALL)
    return found[1] if found else text


def is_canvas_extra(cells: Cells) -> bool:
    """Return whether a row of Canvas is no student: points, posting policy, blanks."""
    first = cells.get("student", cells.get("lastname", ""))
    words = [text for text in cells.values() if text.strip()]
    posting = all(re.match(r"\s*(Muted|Manual Posting)", text) for text in words)
    return "Points Possible" in first or posting


def _canvas_test(person: Person) -> bool:
    return (person.last_name, person.first_name) == ("Student", "Test") and not person.sis_id


# -- Moodle ---------------------------------------------------------------------------------------------------


def _is_worksheet(heads: Sequence[str]) -> bool:
    return "identifier" in heads and "grade" in heads


WORKSHEET: Fields = {
    "name": ("full name",),
    "sis_id": ("id number",),
    "email": ("email address",),
    "lms_id": ("identifier",),
}


def _worksheet(person: Person) -> Person:
    number = re.search(r"(\d+)\s*\Z", person.lms_id)
    return msgspec.structs.replace(person, lms_id=number[1] if number else "")


def _is_moodle(heads: Sequence[str]) -> bool:
    return "first name" in heads and "email address" in heads and ("last name" in heads or "surname" in heads)


def _is_moodle_gradebook(heads: Sequence[str]) -> bool:
    grades = any(re.search(r"\((real|percentage|letter)\)\Z", head) for head in heads)
    return _is_moodle(heads) and (grades or "last downloaded from this course" in heads)


MOODLE: Fields = {
    "first_name": ("first name",),
    "last_name": ("last name", "surname"),
    "email": ("email address",),
    "login": ("username",),
    "sis_id": ("id number",),
    "section": ("groups",),
}


# -- Blackboard, Brightspace ----------------------------------------------------------------------------------


def _is_blackboard(heads: Sequence[str]) -> bool:
    return {"last name", "first name", "username"} <= set(heads) and "orgdefinedid" not in heads


BLACKBOARD: Fields = {
    "first_name": ("first name",),
    "last_name": ("last name",),
    "login": ("username",),
    "sis_id": ("student id",),
}


def _is_brightspace(heads: Sequence[str]) -> bool:
    return "orgdefinedid" in heads or ("username" in heads and "end-of-line indicator" in heads)


BRIGHTSPACE: Fields = {
    "first_name": ("first name",),
    "last_name": ("last name",),
    "email": ("email",),
    "login": ("username",),
    "sis_id": ("orgdefinedid",),
    "section": ("sections", "section"),
}


def _brightspace(person: Person) -> Person:
    ids = {field: getattr(person, field).removeprefix("#") for field in ("login", "sis_id")}
    return msgspec.structs.replace(person, **ids)


# -- Gradescope, OneRoster, nbgrader, plain -------------------------------------------------------------------


def _is_gradescope(heads: Sequence[str]) -> bool:
    return "sid" in heads and "email" in heads


GRADESCOPE: Fields = {
    "name": ("name", "full name", "name(s)"),
    "first_name": ("first name",),
    "last_name": ("last name",),
    "email": ("email",),
    "sis_id": ("sid",),
    "section": ("sections", "section"),
}


def _is_oneroster(heads: Sequence[str]) -> bool:
    return heads[:3] == ["sourcedid", "status", "datelastmodified"] and "givenname" in heads


ONEROSTER: Fields = {
    "first_name": ("preferredgivenname", "givenname"),
    "last_name": ("preferredfamilyname", "familyname"),
    "email": ("email",),
    "login": ("username",),
    "sis_id": ("identifier",),
    "lms_id": ("sourcedid",),
}


def _oneroster_others(cells: Cells) -> bool:
    """Return whether a user is a teacher or parent (OneRoster 1.1 has the role here), or has left."""
    return cells.get("status") == "tobedeleted" or cells.get("role", "student") not in {"student", ""}


def _is_nbgrader(heads: Sequence[str]) -> bool:
    grades = {"assignment", "student_id", "raw_score"} <= set(heads)
    return grades or (heads[:1] == ["id"] and set(heads) <= {"id", "first_name", "last_name", "email", "lms_user_id"})


NBGRADER: Fields = {
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "email": ("email",),
    "login": ("student_id", "id"),
    "lms_id": ("lms_user_id",),
}


def _from_both_ends(texts: list[str], width: int) -> list[str]:
    """Join a row of nbgrader, which writes no quotes: extra cells are commas in a name, from the fifth cell on."""
    much = len(texts) - width
    return [*texts[:4], ",".join(texts[4 : 5 + much]), *texts[5 + much :]] if width == 11 and much > 0 else texts


PLAIN: Fields = {
    "student": ("student", "key"),
    "name": ("name", "full name", "full_name"),
    "first_name": ("first_name", "first name"),
    "last_name": ("last_name", "last name", "surname"),
    "email": ("email", "e-mail", "email address"),
    "login": ("login", "username", "user"),
    "sis_id": ("sis_id", "student id", "student number", "student_id", "id number"),
    "lms_id": ("lms_id",),
    "section": ("section", "group"),
}


def _plain(person: Person) -> Person:
    return Person(**{field: unguard(getattr(person, field)) for field in person.__struct_fields__})


def _is_plain(heads: Sequence[str]) -> bool:
    ids = {heading for field in ("student", "email", "login", "sis_id", "lms_id") for heading in PLAIN[field]}
    return bool(ids & set(heads))


def _is_demo(person: Person) -> bool:
    """Return whether it is the student that an LMS makes for a teacher's own view."""
    return person.name in {"Test Student", "Demo Student", "Guest user"} or person.login.endswith("_previewuser")


# The first that recognises a header reads the file.
SOURCES = (
    RosterSource(name="canvas", title="Canvas gradebook export", recognises=_is_canvas, fields=CANVAS, settle=_canvas,
           skips=is_canvas_extra, is_test=_canvas_test),
    RosterSource(name="moodle-worksheet", title="Moodle grading worksheet", recognises=_is_worksheet, fields=WORKSHEET,
           settle=_worksheet, is_test=_is_demo),
    RosterSource(name="moodle-gradebook", title="Moodle grade export", recognises=_is_moodle_gradebook, fields=MOODLE,
           is_test=_is_demo),
    RosterSource(name="moodle", title="Moodle participants", recognises=_is_moodle, fields=MOODLE, is_test=_is_demo),
    RosterSource(name="oneroster", title="OneRoster users", recognises=_is_oneroster, fields=ONEROSTER,
           skips=_oneroster_others),
    RosterSource(name="brightspace", title="Brightspace grade export", recognises=_is_brightspace, fields=BRIGHTSPACE,
           settle=_brightspace, is_test=_is_demo),
    RosterSource(name="blackboard", title="Blackboard gradebook", recognises=_is_blackboard, fields=BLACKBOARD,
           is_test=_is_demo),
    RosterSource(name="gradescope", title="Gradescope roster or grades", recognises=_is_gradescope, fields=GRADESCOPE),
    RosterSource(name="nbgrader", title="nbgrader students or grades", recognises=_is_nbgrader, fields=NBGRADER,
           fix_row=_from_both_ends),
    RosterSource(name="csv", title="plain CSV", recognises=_is_plain, fields=PLAIN, settle=_plain),
)  # fmt: skip


def recognise(heads: Sequence[str]) -> RosterSource | None:
    """Return the kind of file that these headings identify."""
    lower = [head.strip().lower() for head in heads]
    return next((source for source in SOURCES if source.recognises(lower)), None)
