"""The rosters that can be read: by which headings each is recognised, and what its cells mean.

The rules are those of the LMSs' own exports. A heading stands here in lower case; a file may write it as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from mlgrade.lms.rows import Person

Cells = Mapping[str, str]  # by heading in lower case


class Source(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    recognises: Callable[[Sequence[str]], bool]
    person: Callable[[Cells], Person]
    skips: Callable[[Cells], bool] = lambda cells: False  # noqa: ARG005  (most files hold nothing but students)
    is_test: Callable[[Person], bool] = lambda person: False  # noqa: ARG005
    mend: Callable[[list[str], int], list[str]] = lambda texts, width: texts  # noqa: ARG005


def any_of(cells: Cells, *headings: str) -> str:
    """The cell under the first of these headings that is there and filled; its text unchanged."""
    return next((text for heading in headings if (text := cells.get(heading, "")).strip()), "")


# -- Canvas ---------------------------------------------------------------------------------------------------


def _is_canvas(heads: Sequence[str]) -> bool:
    together = heads[:2] == ["student", "id"]
    apart = heads[:3] == ["lastname", "firstname", "id"]
    return (together or apart) and any("section" in head for head in heads[2:8])


def _canvas(cells: Cells) -> Person:
    name = cells.get("student", "")
    last, comma, first = name.partition(",")
    return Person(
        student="",
        name=f"{first.strip()} {last.strip()}" if comma else name.strip(),
        first_name=cells.get("firstname", first.strip()),
        last_name=cells.get("lastname", last.strip() if comma else ""),
        lms_id=protected(cells.get("id", "")),
        sis_id=protected(cells.get("sis user id", "")),
        login=protected(cells.get("sis login id", "")),
        section=cells.get("section", ""),
    )


def protected(text: str) -> str:
    """Undo the form `="00123"` by which Canvas keeps spreadsheets off an id."""
    found = re.fullmatch(r'="(.*)"', text, re.DOTALL)
    return found[1] if found else text


def canvas_furniture(cells: Cells) -> bool:
    """Canvas's rows that are no student: the points, the posting policy, blanks."""
    first = cells.get("student", cells.get("lastname", ""))
    words = [text for text in cells.values() if text.strip()]
    posting = all(re.match(r"\s*(Muted|Manual Posting)", text) for text in words)
    return "Points Possible" in first or posting


def _canvas_test(person: Person) -> bool:
    return (person.last_name, person.first_name) == ("Student", "Test") and not person.sis_id


# -- Moodle ---------------------------------------------------------------------------------------------------


def _is_worksheet(heads: Sequence[str]) -> bool:
    return "identifier" in heads and "grade" in heads


def _worksheet(cells: Cells) -> Person:
    number = re.search(r"(\d+)\s*\Z", cells["identifier"])
    return Person(
        student="",
        name=cells.get("full name", ""),
        sis_id=cells.get("id number", ""),
        email=cells.get("email address", ""),
        lms_id=number[1] if number else "",
    )


def _is_moodle(heads: Sequence[str]) -> bool:
    return "first name" in heads and "email address" in heads and ("last name" in heads or "surname" in heads)


def _is_moodle_gradebook(heads: Sequence[str]) -> bool:
    grades = any(re.search(r"\((real|percentage|letter)\)\Z", head) for head in heads)
    return _is_moodle(heads) and (grades or "last downloaded from this course" in heads)


def _moodle(cells: Cells) -> Person:
    first, last = cells.get("first name", ""), any_of(cells, "last name", "surname")
    return Person(
        student="",
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=cells.get("email address", ""),
        login=cells.get("username", ""),
        sis_id=cells.get("id number", ""),
        section=cells.get("groups", ""),
    )


# -- Blackboard, Brightspace ----------------------------------------------------------------------------------


def _is_blackboard(heads: Sequence[str]) -> bool:
    return {"last name", "first name", "username"} <= set(heads) and "orgdefinedid" not in heads


def _blackboard(cells: Cells) -> Person:
    first, last = cells["first name"], cells["last name"]
    return Person(
        student="",
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        login=cells["username"],
        sis_id=cells.get("student id", ""),
    )


def _is_brightspace(heads: Sequence[str]) -> bool:
    return "orgdefinedid" in heads or ("username" in heads and "end-of-line indicator" in heads)


def _brightspace(cells: Cells) -> Person:
    first, last = cells.get("first name", ""), cells.get("last name", "")
    return Person(
        student="",
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=cells.get("email", ""),
        login=cells.get("username", "").removeprefix("#"),
        sis_id=cells.get("orgdefinedid", "").removeprefix("#"),
        section=any_of(cells, "sections", "section"),
    )


# -- Gradescope, OneRoster, nbgrader, plain -------------------------------------------------------------------


def _is_gradescope(heads: Sequence[str]) -> bool:
    return "sid" in heads and "email" in heads


def _gradescope(cells: Cells) -> Person:
    first, last = cells.get("first name", ""), cells.get("last name", "")
    return Person(
        student="",
        name=any_of(cells, "name", "full name", "name(s)") or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=cells["email"],
        sis_id=cells["sid"],
        section=any_of(cells, "sections", "section"),
    )


def _is_oneroster(heads: Sequence[str]) -> bool:
    return heads[:3] == ["sourcedid", "status", "datelastmodified"] and "givenname" in heads


def _oneroster(cells: Cells) -> Person:
    first = any_of(cells, "preferredgivenname", "givenname")
    last = any_of(cells, "preferredfamilyname", "familyname")
    return Person(
        student="",
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=cells.get("email", ""),
        login=cells.get("username", ""),
        sis_id=cells.get("identifier", ""),
        lms_id=cells["sourcedid"],
    )


def oneroster_others(cells: Cells) -> bool:
    """Teachers and parents (OneRoster 1.1 says the role here), and who has left."""
    return cells.get("status") == "tobedeleted" or cells.get("role", "student") not in {"student", ""}


def _is_nbgrader(heads: Sequence[str]) -> bool:
    grades = {"assignment", "student_id", "raw_score"} <= set(heads)
    return grades or (heads[:1] == ["id"] and set(heads) <= {"id", "first_name", "last_name", "email", "lms_user_id"})


def _nbgrader(cells: Cells) -> Person:
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    return Person(
        student="",
        name=f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=cells.get("email", ""),
        login=any_of(cells, "student_id", "id"),
        lms_id=cells.get("lms_user_id", ""),
    )


def from_both_ends(texts: list[str], width: int) -> list[str]:
    """Read a row of nbgrader, which writes without quotes: cells too many are commas in a name, from the fifth on."""
    much = len(texts) - width
    return [*texts[:4], ",".join(texts[4 : 5 + much]), *texts[5 + much :]] if width == 11 and much > 0 else texts


PLAIN = {
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


def _is_plain(heads: Sequence[str]) -> bool:
    ids = {heading for field in ("student", "email", "login", "sis_id", "lms_id") for heading in PLAIN[field]}
    return bool(ids & set(heads))


def _plain(cells: Cells) -> Person:
    found = {field: any_of(cells, *headings) for field, headings in PLAIN.items()}
    name = found.pop("name") or f"{found['first_name']} {found['last_name']}".strip()
    return Person(name=name, **found)


def demo(person: Person) -> bool:
    """The students that LMSs make for a teacher's own view of a course."""
    return person.name in {"Test Student", "Demo Student", "Guest user"} or person.login.endswith("_previewuser")


# The first that recognises a header reads the file.
SOURCES = (
    Source(name="canvas", title="Canvas gradebook export", recognises=_is_canvas, person=_canvas,
           skips=canvas_furniture, is_test=_canvas_test),
    Source(name="moodle-worksheet", title="Moodle grading worksheet", recognises=_is_worksheet, person=_worksheet,
           is_test=demo),
    Source(name="moodle-gradebook", title="Moodle grade export", recognises=_is_moodle_gradebook, person=_moodle,
           is_test=demo),
    Source(name="moodle", title="Moodle participants", recognises=_is_moodle, person=_moodle, is_test=demo),
    Source(name="oneroster", title="OneRoster users", recognises=_is_oneroster, person=_oneroster,
           skips=oneroster_others),
    Source(name="brightspace", title="Brightspace grade export", recognises=_is_brightspace, person=_brightspace,
           is_test=demo),
    Source(name="blackboard", title="Blackboard gradebook", recognises=_is_blackboard, person=_blackboard,
           is_test=demo),
    Source(name="gradescope", title="Gradescope roster or grades", recognises=_is_gradescope, person=_gradescope),
    Source(name="nbgrader", title="nbgrader students or grades", recognises=_is_nbgrader, person=_nbgrader,
           mend=from_both_ends),
    Source(name="csv", title="plain CSV", recognises=_is_plain, person=_plain),
)  # fmt: skip


def recognise(heads: Sequence[str]) -> Source | None:
    lower = [head.strip().lower() for head in heads]
    return next((source for source in SOURCES if source.recognises(lower)), None)
