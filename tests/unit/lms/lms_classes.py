"""Invented classes: people as nobody would wish them on an importer, and grades of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

from mlgrade.gradebook.columns import Cell, Column, Mark, Person, Row

HARD = [
    "O'Brien-Smythe, Zoë", "Nguyễn Thị Mai", 'Jo "Bo" Li', "=cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "+1", "\t=1", "a\nb", "a\r\nb",
    "עומר כהן", "\u202eevil", "e\u0301a\u0308", "😀", "Student, Test A", "x;y", "Points", "", "\\", 'end\\', "0", "1e5", "'", '"',
]  # fmt: skip
NAMES = st.sampled_from(HARD) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
PLAIN_ID = st.sampled_from(
    ["00123", "1234E5", "20.241.007", "a-b", "z.o@example.edu", "=x", "ünal", 'q"x', "a,b", "007"]
)
TAIL = st.text("abcdefgh0123456789", min_size=1, max_size=4)
IDS = st.builds("{}{}".format, PLAIN_ID, TAIL)
SCORES = st.sampled_from([0.0, 0.005, 0.015, 8.5, 10.0, 1e-05, 10 / 3, 7.125]) | st.floats(0, 10, allow_nan=False)
CELLS = (
    st.builds(Cell, mark=st.just(Mark.GRADED), score=SCORES, late=st.booleans(), comment=NAMES, at=st.sampled_from(["", "2026-10-02T07:15:30.123+00:00"]))
    | st.builds(Cell, mark=st.sampled_from([Mark.MISSING, Mark.EXCUSED, Mark.BROKEN]), late=st.booleans())
)  # fmt: skip
COLUMNS = [
    Column(id="unit:vectors", title="HW1: vectors", points=10, due="2026-10-01", key="88001"),
    Column(id="unit:softmax", title="HW2: softmax, CE", points=10, due="2026-10-08", key="88002"),
]


@st.composite
def classes(draw: st.DrawFn, most: int = 5) -> list[Row]:
    """A few students with ids of every kind, each unique, and names that need not be."""
    logins = draw(st.lists(IDS, max_size=most, unique=True))
    rows = []
    for number, login in enumerate(logins):
        person = Person(
            student=f"s{number}",
            name=draw(NAMES),
            first_name=draw(NAMES),
            last_name=draw(NAMES),
            email=f"{number}@example.edu",
            login=login,
            sis_id=f"00{number}98765",
            lms_id=str(70101 + number),
            section=draw(NAMES),
        )
        cells = {column.id: cell for column in COLUMNS if (cell := draw(st.none() | CELLS)) is not None}
        rows.append(Row(person=person, cells=cells))
    return rows


def person(student: str = "zoe", number: int = 70101, **others: str) -> Person:
    given = {
        "name": "Zoë O'Brien",
        "login": student,
        "email": f"{student}@example.edu",
        "sis_id": "00123456",
        "lms_id": str(number),
    }
    return Person(student=student, **{**given, **others})


def graded(score: float | None, **others: object) -> Cell:
    return Cell(mark=Mark.GRADED, score=score, **others)  # type: ignore[arg-type]
